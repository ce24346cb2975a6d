//! A Rust file as tokens: the paths it names, the items it defines, the lengths of its functions.
//!
//! Tokens rather than text, so that comments and strings are never taken for code; tokens rather
//! than a syntax tree, so that the bodies of macros are seen as well. Resolves no names: a path is
//! what is written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::Finding;
use super::tree::File;

/// What the rules need to know about a Rust file.
#[derive(Debug, Default)]
pub struct Source {
    /// Every path that is written, `use` trees spread out, in the order of the file.
    pub paths: Vec<PathUse>,
    /// Every function with a body.
    pub functions: Vec<Function>,
    /// Every type, trait and module that is defined.
    pub definitions: Vec<Definition>,
    /// Every attribute.
    pub attributes: Vec<Attribute>,
}

/// A path as it is written: one or more names with `::` between them.
#[derive(Debug, PartialEq, Eq)]
pub struct PathUse {
    /// The names.
    pub segments: Vec<String>,
    /// The line of the last name.
    pub line: usize,
    /// Whether it stands under `#[cfg(test)]`.
    pub in_test: bool,
    /// Whether `!` follows: a macro is called.
    pub is_macro: bool,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of `fn`.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub lines: usize,
}

/// A type, trait or module.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The line of the name.
    pub line: usize,
}

/// An attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its first name: `cfg`, `derive`, `doc`.
    pub name: String,
    /// Its line.
    pub line: usize,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// The finding that it is not Rust.
    pub fn parse(file: &File) -> Result<Self, Finding> {
        let stream: TokenStream = file.text.parse().map_err(|error| {
            Finding::new(&file.path, format_args!("is not Rust: {error}"), "make it compile")
        })?;
        let mut source = Self::default();
        source.walk(stream, false);
        Ok(source)
    }

    fn walk(&mut self, stream: TokenStream, in_test: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        // Set by `#[cfg(test)]`, until the item that follows it ends.
        let mut test_item = false;
        while let Some(tree) = trees.get(at) {
            let in_test = in_test || test_item;
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let (attribute, next) = attribute(&trees, at);
                    if let Some(group) = attribute {
                        self.record_attribute(group);
                        test_item |= is_cfg_test(group);
                    }
                    at = next;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => test_item = false,
                TokenTree::Group(group) => {
                    self.walk(group.stream(), in_test);
                    test_item &= group.delimiter() != Delimiter::Brace;
                }
                TokenTree::Ident(_) => {
                    self.record_item(&trees, at);
                    at = self.record_path(&trees, at, &[], in_test);
                    continue;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }

    /// Records the path that begins at `start` and returns where it ends.
    fn record_path(
        &mut self,
        trees: &[TokenTree],
        start: usize,
        prefix: &[String],
        in_test: bool,
    ) -> usize {
        let mut segments = prefix.to_vec();
        let mut line = 0;
        let mut at = start;
        while let Some(TokenTree::Ident(name)) = trees.get(at) {
            segments.push(name.to_string());
            line = name.span().start().line;
            at += 1;
            if !is_colons(trees, at) {
                break;
            }
            match trees.get(at + 2) {
                Some(TokenTree::Ident(_)) => at += 2,
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.record_use_tree(group, &segments, in_test);
                    return at + 3;
                }
                _ => break,
            }
        }
        let is_macro = is_punct(trees, at, '!') && !is_punct(trees, at + 1, '=');
        self.paths.push(PathUse { segments, line, in_test, is_macro });
        at
    }

    /// Records the paths in the braces of `use prefix::{…}`.
    fn record_use_tree(&mut self, group: &Group, prefix: &[String], in_test: bool) {
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Ident(name) if name == "as" => at += 2,
                TokenTree::Ident(_) => at = self.record_path(&trees, at, prefix, in_test),
                _ => at += 1,
            }
        }
    }

    /// Records the function or definition whose keyword stands at `at`, if one does.
    fn record_item(&mut self, trees: &[TokenTree], at: usize) {
        let (Some(TokenTree::Ident(keyword)), Some(TokenTree::Ident(name))) =
            (trees.get(at), trees.get(at + 1))
        else {
            return;
        };
        match keyword.to_string().as_str() {
            "fn" => {
                let line = keyword.span().start().line;
                if let Some(end) = body_end(&trees[at..]) {
                    let lines = end.saturating_sub(line) + 1;
                    self.functions.push(Function { name: name.to_string(), line, lines });
                }
            }
            // The trait of HTTP bodies calls their bytes so, and leaves nobody the choice.
            "type" if name == "Data" => {}
            "struct" | "enum" | "union" | "trait" | "type" | "mod" => self
                .definitions
                .push(Definition { name: name.to_string(), line: name.span().start().line }),
            _ => {}
        }
    }

    fn record_attribute(&mut self, group: &Group) {
        if let Some(TokenTree::Ident(name)) = group.stream().into_iter().next() {
            let line = group.span_open().start().line;
            self.attributes.push(Attribute { name: name.to_string(), line });
        }
    }
}

/// The brackets of the attribute whose `#` stands at `at`, and where to read on.
fn attribute(trees: &[TokenTree], at: usize) -> (Option<&Group>, usize) {
    let brackets = if is_punct(trees, at + 1, '!') { at + 2 } else { at + 1 };
    match trees.get(brackets) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            (Some(group), brackets + 1)
        }
        _ => (None, at + 1),
    }
}

fn is_cfg_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.next() == Some("cfg") && {
        let words: Vec<&str> = words.collect();
        words.contains(&"test") && !words.contains(&"not")
    }
}

/// The line on which the body of the item at the start of `trees` ends; nothing without a body.
fn body_end(trees: &[TokenTree]) -> Option<usize> {
    trees.iter().find_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            Some(Some(group.span_close().end().line))
        }
        TokenTree::Punct(punct) if punct.as_char() == ';' => Some(None),
        _ => None,
    })?
}

fn is_punct(trees: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    is_punct(trees, at, ':') && is_punct(trees, at + 1, ':')
}

#[cfg(test)]
impl Source {
    /// Reads text for the tests of the rules.
    pub fn sample(text: &str) -> Self {
        Self::parse(&File::sample("sample.rs", text)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Source::sample(text)
            .paths
            .into_iter()
            .filter(|path| path.segments.len() > 1)
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn use_trees_are_spread_out() {
        assert_eq!(
            paths("use crate::{ids::{OrderNumber, Guid as G}, money as m, time::*};"),
            ["crate::ids::OrderNumber", "crate::ids::Guid", "crate::money", "crate::time"]
        );
    }

    #[test]
    fn paths_are_found_in_types_expressions_and_macros() {
        assert_eq!(
            paths("fn f(a: &std::fs::File) -> Vec<a::B> { vec![c::d(&e::<f::G>::new())] }"),
            ["std::fs::File", "a::B", "c::d", "f::G"]
        );
        assert_eq!(paths("/// [`a::b`]\n// c::d\nconst X: &str = \"e::f\";"), Vec::<String>::new());
    }

    #[test]
    fn test_code_is_told_apart() {
        let source = Source::sample(
            "#[cfg(test)] use a::b; use c::d;\n#[cfg(test)] mod t { fn x() { e::f() } }\n\
             #[cfg(not(test))] fn y() { g::h() }",
        );
        let of = |first: &str| source.paths.iter().find(|path| path.segments[0] == first).unwrap();
        assert!(of("a").in_test && of("e").in_test);
        assert!(!of("c").in_test && !of("g").in_test);
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let source = Source::sample("trait T {\n fn a();\n fn b(\n ) -> [u8; 2] {\n  1\n }\n}");
        assert_eq!(source.functions, [Function { name: "b".into(), line: 3, lines: 4 }]);
    }

    #[test]
    fn definitions_attributes_and_macro_calls_are_found() {
        let source = Source::sample("#![deny(x)]\n#[derive(Debug)]\nstruct Order; mod tax; go!();");
        let names: Vec<_> = source.definitions.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["Order", "tax"]);
        let attributes: Vec<_> =
            source.attributes.iter().map(|found| (found.name.as_str(), found.line)).collect();
        assert_eq!(attributes, [("deny", 1), ("derive", 2)]);
        let called: Vec<_> = source.paths.iter().filter(|path| path.is_macro).collect();
        assert_eq!(called.len(), 1);
    }

    #[test]
    fn what_is_not_rust_is_a_finding() {
        let finding = Source::parse(&File::sample("a.rs", "fn f( {")).unwrap_err();
        assert!(finding.to_string().starts_with("a.rs: is not Rust: "), "{finding}");
    }
}
