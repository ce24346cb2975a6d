//! The project speaks of itself alone: no paths of one machine, no hosts of package registries.
//!
//! The words are put together from halves, so that this file does not hold them.

use super::Finding;
use super::tree::File;

/// Directories under which people and build machines keep their checkouts.
const ROOTS: &[&str] = &[
    concat!("/", "home/"),
    concat!("/", "root/"),
    concat!("/", "Users/"),
    concat!("/", "work/"),
    concat!("/", "farm/"),
    concat!("C:\\", "Users\\"),
];
/// Hosts that serve packages.
const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("deb.debian", ".org"),
    concat!("rubygems", ".org"),
    concat!("proxy.golang", ".org"),
];
/// Files that tools write, registry and all.
const WRITTEN_BY_TOOLS: &[&str] = &["Cargo.lock", "package-lock.json"];

/// Looks through a file, line by line.
pub fn check(file: &File) -> Vec<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if WRITTEN_BY_TOOLS.contains(&name) {
        return vec![];
    }
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(root) = ROOTS.iter().find(|root| begins_a_path(line, root)) {
            let what = format!("a path under `{root}` is of one machine");
            findings.push(Finding::at(&file.path, number, what, "write it from the root"));
        }
        if let Some(host) = HOSTS.iter().find(|host| line.contains(*host)) {
            let what = format!("`{host}` is a package registry");
            findings.push(Finding::at(&file.path, number, what, "leave it to the package manager"));
        }
    }
    findings
}

/// Whether `root` stands there as the beginning of a path, and not in the middle of one.
fn begins_a_path(line: &str, root: &str) -> bool {
    line.match_indices(root).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-$}*/]".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&File::sample(path, text)).len()
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        assert_eq!(found("a.rs", concat!("open(\"/", "home/ann/x\")")), 1);
        assert_eq!(found("a.md", concat!("\n\nsee /", "work/main")), 1);
        assert_eq!(found("a.md", "`docs/home/plan.md`, `$HOME/root/x`, /tmp, /etc/passwd"), 0);
    }

    #[test]
    fn registries_are_found_except_where_tools_write_them() {
        let line = concat!("https://crates", ".io/x");
        assert_eq!(found("README.md", line), 1);
        assert_eq!(found("Cargo.lock", line), 0);
    }
}
