//! The pure crates do no input or output, read no clock and draw no random number.
//!
//! Looks at the names that are written, outside tests. What hides behind an alias is left to the
//! table of crates that a pure crate may use, and to the lint on disallowed methods.

use super::Finding;
use super::source::Source;
use super::tree::File;
use crate::layers;

/// Neighbouring names of a path that are forbidden, and what to do instead.
const PATHS: &[(&[&str], &str)] = &[
    (&["SystemTime"], TAKE_MOMENT),
    (&["Instant"], TAKE_MOMENT),
    (&["Timestamp", "now"], TAKE_MOMENT),
    (&["Zoned", "now"], TAKE_MOMENT),
    (&["thread_rng"], TAKE_CHANCE),
    (&["rand", "rng"], TAKE_CHANCE),
    (&["getrandom"], TAKE_CHANCE),
    (&["OsRng"], TAKE_CHANCE),
    (&["SysRng"], TAKE_CHANCE),
    (&["SystemRandom"], TAKE_CHANCE),
    (&["std", "env"], TAKE_VALUE),
    (&["std", "fs"], TAKE_BYTES),
    (&["std", "net"], TAKE_BYTES),
    (&["std", "process"], TAKE_BYTES),
    // Readers and writers of formats offer to open the file themselves.
    (&["from_path"], TAKE_BYTES),
    (&["stdin"], TAKE_BYTES),
    (&["stdout"], TAKE_BYTES),
    (&["stderr"], TAKE_BYTES),
    (&["std", "thread"], STAY_SINGLE),
];

/// Macros that are forbidden, and what to do instead.
const MACROS: &[(&[&str], &str)] = &[
    (&["print"], RETURN_IT),
    (&["println"], RETURN_IT),
    (&["eprint"], RETURN_IT),
    (&["eprintln"], RETURN_IT),
];

/// Names that a file may use all the same, each with the reason why it stays pure.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "crates/messages/src/certificate/key/rsa.rs",
    "SystemRandom",
    "ring asks for a source of chance that PKCS #1 v1.5 signatures do not draw from",
)];

const TAKE_MOMENT: &str = "take a `Moment` as an argument";
const TAKE_CHANCE: &str = "take the source of chance as an argument";
const TAKE_VALUE: &str = "take the value as an argument; configuration is read in server";
const TAKE_BYTES: &str = "take bytes and return bytes; the caller does input and output";
const RETURN_IT: &str = "return what is to be said";
const STAY_SINGLE: &str = "leave threads to application and server";

/// Looks at the paths in the `src` of a pure crate.
pub fn check(file: &File, source: &Source) -> Vec<Finding> {
    let Some(layer) = file.layer().filter(|layer| layers::is_pure(layer)) else { return vec![] };
    let Some(inside) = file.in_src() else { return vec![] };
    // `#[cfg(test)] mod tests;` puts the tests in a file of that name.
    if inside.split('/').any(|part| part == "tests" || part == "tests.rs") {
        return vec![];
    }
    let mut findings = Vec::new();
    for path in source.paths.iter().filter(|path| !path.in_test) {
        let table = if path.is_macro { MACROS } else { PATHS };
        let excepted = |names: &[&str]| {
            EXCEPTIONS.iter().any(|(at, name, _)| *at == file.path && names.contains(name))
        };
        let holds = |names: &[&str]| path.segments.windows(names.len()).any(|part| part == names);
        if let Some((names, remedy)) =
            table.iter().find(|(names, _)| holds(names) && !excepted(names))
        {
            let what = format!("`{}` has no place in {layer}, which is pure", names.join("::"));
            findings.push(Finding::at(&file.path, path.line, what, remedy));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&File::sample(path, text), &Source::sample(text)).len()
    }

    #[test]
    fn clocks_chance_and_the_outside_are_found() {
        for text in [
            "use std::{fmt, fs};",
            "fn f() { let t = std::time::Instant::now(); }",
            "fn f() { jiff::Timestamp::now(); }",
            "use rand_core::OsRng;",
            "fn f() { csv::Reader::from_path(\"codes.tsv\"); }",
            "fn f() { std::env::var(\"HOME\"); }",
            "fn f() { println!(\"x\") }",
        ] {
            assert_eq!(found("crates/domain/src/tax.rs", text), 1, "{text}");
        }
    }

    #[test]
    fn what_comes_in_as_an_argument_is_welcome() {
        for text in [
            "use rand_core::CryptoRng; use jiff::Timestamp; use std::io::Read;",
            "fn f() { let text = env!(\"X\"); let print = Timestamp::UNIX_EPOCH; }",
        ] {
            assert_eq!(found("crates/messages/src/sign.rs", text), 0, "{text}");
        }
    }

    #[test]
    fn tests_and_other_layers_are_left_alone() {
        let text = "use std::fs;";
        assert_eq!(found("crates/storage/src/driver.rs", text), 0);
        assert_eq!(found("crates/domain/tests/laws.rs", text), 0);
        assert_eq!(found("crates/domain/src/tax/tests.rs", text), 0);
        assert_eq!(found("crates/domain/src/tax.rs", "#[cfg(test)] mod t { use std::fs; }"), 0);
    }
}
