//! Nothing half done, and no test that does not count.

use super::Finding;
use super::source::Source;
use super::tree::File;

/// Macros that stand for code to come.
const STUBS: &[&str] = &["todo", "unimplemented"];
/// Marks that stand for work to come. In two halves, so that this file does not hold them.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];
/// Attributes that keep a test from counting, and what to do instead.
const WEAK_TESTS: &[(&str, &str)] = &[
    ("ignore", "make the test run, or delete it"),
    ("should_panic", "return an error and assert on it"),
];

/// Looks for stubs, marks, and tests that are left out.
pub fn check(file: &File, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in source.paths.iter().filter(|path| path.is_macro) {
        let name = path.segments.last().map_or("", String::as_str);
        if STUBS.contains(&name) {
            let what = format!("`{name}!` stands for code that is missing");
            findings.push(Finding::at(&file.path, path.line, what, "write it"));
        }
    }
    for attribute in &source.attributes {
        if let Some((name, remedy)) = WEAK_TESTS.iter().find(|(name, _)| attribute.name == *name) {
            let what = format!("`#[{name}]` weakens a test");
            findings.push(Finding::at(&file.path, attribute.line, what, remedy));
        }
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(mark) = MARKS.iter().find(|mark| has_word(line, mark)) {
            let what = format!("`{mark}` marks work that is not done");
            findings.push(Finding::at(&file.path, number, what, "do it, or open an issue"));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&File::sample("a.rs", text), &Source::sample(text)).len()
    }

    #[test]
    fn stubs_are_found_in_code_and_not_in_words() {
        assert_eq!(found(concat!("fn f() { to", "do!() }")), 1);
        assert_eq!(found(concat!("fn f() { std::unimple", "mented!(\"x\") }")), 1);
        assert_eq!(found("fn f() { todo(\"todo!\") } // todo!"), 0);
    }

    #[test]
    fn marks_are_found_as_whole_words() {
        assert_eq!(found(concat!("// FIX", "ME: later")), 1);
        assert_eq!(found(concat!("// the form is XX", "XX")), 0);
    }

    #[test]
    fn tests_that_do_not_count_are_found() {
        assert_eq!(found(concat!("#[test]\n#[", "ignore = \"slow\"]\nfn f() {}")), 1);
        assert_eq!(found(concat!("#[test]\n#[", "should_panic(expected = \"x\")]\nfn f() {}")), 1);
        assert_eq!(found("#[test]\nfn ignore() {}"), 0);
    }
}
