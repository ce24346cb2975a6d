//! Every Rust file begins by saying what it is for.

use super::Finding;
use super::tree::File;

/// Looks for `//!` and words after it.
pub fn check(file: &File) -> Vec<Finding> {
    let first = file.text.lines().next().unwrap_or_default();
    match first.strip_prefix("//!") {
        Some(words) if !words.trim().is_empty() => vec![],
        _ => vec![Finding::at(
            &file.path,
            1,
            "does not begin with a `//!` sentence",
            "say on the first line what the file is for",
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_by_saying_what_it_is_for() {
        let found = |text| !check(&File::sample("a.rs", text)).is_empty();
        assert!(!found("//! Orders.\nuse a::b;"));
        assert!(found("use a::b;\n//! Orders."));
        assert!(found("//!\n"));
        assert!(found("// Orders."));
        assert!(found(""));
    }
}
