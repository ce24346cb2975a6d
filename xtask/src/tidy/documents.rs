//! The documents that every reader relies on are there.

use super::Finding;
use super::tree::Tree;

/// What must be there, and what a reader looks for in it.
const REQUIRED: &[(&str, &str)] = &[
    ("README.md", "what this is and how to run it"),
    ("ARCHITECTURE.md", "the map, the invariants and the walkthroughs"),
    ("STYLE.md", "how code is written here"),
    ("CONTRIBUTING.md", "how a change gets in"),
    ("LICENSE", "the terms"),
    ("SECURITY.md", "how to report a vulnerability"),
    ("docs/README.md", "the index of the documents"),
    ("docs/glossary.md", "the words"),
    ("docs/security.md", "the security review"),
    (".ci/run", "the script that tests what lands"),
    ("scripts/test", "the README's test command"),
];

/// Names what is missing.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let missing = REQUIRED.iter().filter(|(path, _)| !tree.paths.contains(*path));
    missing
        .map(|(path, purpose)| Finding::new(path, "is missing", format_args!("write {purpose}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let mut paths: Vec<&str> = REQUIRED.iter().map(|(path, _)| *path).collect();
        assert!(check(&Tree::sample(&paths)).is_empty());
        paths.retain(|path| *path != "STYLE.md");
        assert_eq!(
            check(&Tree::sample(&paths)),
            [Finding::new("STYLE.md", "is missing", "write how code is written here")]
        );
    }
}
