//! The checks that the compiler does not make. One file for each rule.
//!
//! A rule looks at one file, or at the list of all, and returns what it finds; it never stops at
//! the first. To add one: write `fn check(…) -> Vec<Finding>` with its tests in a file of its own
//! and call it from [`check`].

mod dependencies;
mod documents;
mod evidence;
mod header;
mod leftovers;
mod length;
mod licences;
mod machines;
mod markdown;
mod modules;
mod names;
mod purity;
mod source;
mod tree;

use std::fmt;
use std::path::Path;

use source::Source;
use tree::{File, Tree};

/// Something to mend: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, and the line where one can be named.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    fn new(place: impl fmt::Display, what: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self { place: place.to_string(), what: what.to_string(), remedy: remedy.to_string() }
    }

    fn at(path: &str, line: usize, what: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self::new(format_args!("{path}:{line}"), what, remedy)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

/// Applies every rule to the tree at `root`, sorted by place.
///
/// # Errors
/// When the tree or the dependencies cannot be listed.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings = documents::check(&tree);
    findings.extend(licences::check(&licences::metadata(root)?));
    findings.extend(tree.files.iter().flat_map(|file| of_file(file, &tree)));
    findings.sort();
    Ok(findings)
}

fn of_file(file: &File, tree: &Tree) -> Vec<Finding> {
    let mut findings = machines::check(file);
    if file.path.ends_with(".rs") {
        findings.extend(of_source(file));
    } else if file.path.ends_with(".md") {
        findings.extend(markdown::check(file, tree));
        findings.extend(evidence::check(file, tree));
    } else if file.path.ends_with("Cargo.toml") {
        findings.extend(dependencies::check(file));
    }
    findings
}

fn of_source(file: &File) -> Vec<Finding> {
    let source = match Source::parse(file) {
        Ok(source) => source,
        Err(finding) => return vec![finding],
    };
    [
        header::check(file),
        length::check(file, &source),
        names::check(file, &source),
        leftovers::check(file, &source),
        purity::check(file, &source),
        modules::check(file, &source),
    ]
    .concat()
}
