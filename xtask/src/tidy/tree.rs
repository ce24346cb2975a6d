//! The files that belong to the project, as git lists them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// A text file of the project.
#[derive(Debug)]
pub struct File {
    /// From the root, with `/` between its parts.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// All files of the project.
#[derive(Debug, Default)]
pub struct Tree {
    /// The text files.
    pub files: Vec<File>,
    /// The paths of all files, whatever they hold.
    pub paths: BTreeSet<String>,
}

impl File {
    /// The directory under `crates/` that it belongs to.
    pub fn layer(&self) -> Option<&str> {
        Some(self.path.strip_prefix("crates/")?.split_once('/')?.0)
    }

    /// Its path from the `src` of its crate; nothing for tests and benches beside it.
    pub fn in_src(&self) -> Option<&str> {
        let inside = match self.path.strip_prefix("crates/") {
            Some(path) => path.split_once('/')?.1,
            None => self.path.strip_prefix("xtask/")?,
        };
        inside.strip_prefix("src/")
    }
}

impl Tree {
    /// Reads the tracked files at `root`, and the new ones that are not ignored.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        // The checkout may belong to another user than the one who runs the tests.
        let listing = Command::new("git")
            .args(["-c", "safe.directory=*", "ls-files", "-z"])
            .args(["--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git; install it: tidy reads the files that git lists")?;
        if !listing.status.success() {
            bail!(
                "git cannot list the files of {}: {}; run tidy in a clone",
                root.display(),
                String::from_utf8_lossy(&listing.stderr).trim()
            );
        }
        let listing = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
        let mut tree = Self::default();
        for path in listing.split_terminator('\0') {
            tree.add(root, path)?;
        }
        Ok(tree)
    }

    /// Whether a file or a directory of the project stands there.
    pub fn has(&self, path: &str) -> bool {
        let inside = format!("{}/", path.trim_end_matches('/'));
        self.paths.contains(path) || self.paths.iter().any(|file| file.starts_with(&inside))
    }

    fn add(&mut self, root: &Path, path: &str) -> anyhow::Result<()> {
        let place = root.join(path);
        // Listed by git, yet deleted or moved since.
        if !place.is_file() {
            return Ok(());
        }
        let bytes = std::fs::read(&place).with_context(|| format!("cannot read `{path}`"))?;
        self.paths.insert(path.to_owned());
        if let Ok(text) = String::from_utf8(bytes) {
            self.files.push(File { path: path.to_owned(), text });
        }
        Ok(())
    }
}

#[cfg(test)]
impl File {
    /// A file for the tests of the rules.
    pub fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

#[cfg(test)]
impl Tree {
    /// A tree of empty files for the tests of the rules.
    pub fn sample(paths: &[&str]) -> Self {
        Self {
            files: paths.iter().map(|path| File::sample(path, "")).collect(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_place() {
        let source = File::sample("crates/domain/src/commerce/order.rs", "");
        assert_eq!(source.layer(), Some("domain"));
        assert_eq!(source.in_src(), Some("commerce/order.rs"));
        let test = File::sample("crates/domain/tests/laws.rs", "");
        assert_eq!(test.layer(), Some("domain"));
        assert_eq!(test.in_src(), None);
        assert_eq!(File::sample("xtask/src/main.rs", "").in_src(), Some("main.rs"));
        assert_eq!(File::sample("README.md", "").layer(), None);
    }

    #[test]
    fn directories_are_known_by_their_files() {
        let tree = Tree::sample(&["docs/glossary.md"]);
        assert!(tree.has("docs/glossary.md") && tree.has("docs") && tree.has("docs/"));
        assert!(!tree.has("doc") && !tree.has("docs/glossary"));
    }
}
