//! The diagrams of docs/reference/lifecycles.md, which tests compare with the code.

use std::collections::BTreeSet;
use std::fmt::Debug;

/// Fails unless the section of that title shows these ways and no other; `ways` are its lines.
pub fn shows(title: &str, ways: &BTreeSet<String>) {
    let page = include_str!("../../../../docs/reference/lifecycles.md");
    let section = page.split(&format!("## {title}\n")).nth(1).unwrap();
    let shown: BTreeSet<String> = section
        .split("\n## ")
        .next()
        .unwrap()
        .lines()
        .filter(|line| line.contains(": ") && line.contains("-->"))
        .map(str::to_owned)
        .collect();
    let wanted: Vec<&str> = ways.iter().map(String::as_str).collect();
    assert_eq!(shown, *ways, "it should hold\n{}", wanted.join("\n"));
}

/// The line of a way.
pub fn way(from: &impl Debug, to: &impl Debug, word: impl std::fmt::Display) -> String {
    format!("    {} --> {}: {word}", name(from), name(to))
}

/// A state's name in its diagram.
pub fn name(state: &impl Debug) -> String {
    let shown = format!("{state:?}");
    shown.split([' ', '(', '{']).next().unwrap().to_owned()
}
