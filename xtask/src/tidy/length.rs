//! Files and functions that can be read in one sitting.

use super::Finding;
use super::source::Source;
use super::tree::File;

/// The most lines of a file; 300 is the aim.
const FILE: usize = 600;
/// The most lines of a function; 40 is usual.
const FUNCTION: usize = 70;

/// Measures the file and its functions. Golden and generated files may be as long as they are.
pub fn check(file: &File, source: &Source) -> Vec<Finding> {
    if file.path.split('/').any(|part| part == "golden" || part == "generated") {
        return vec![];
    }
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE {
        findings.push(Finding::new(
            &file.path,
            format_args!("has {lines} lines, at most {FILE} are allowed"),
            "cut it along a seam of the subject",
        ));
    }
    findings.extend(source.functions.iter().filter(|function| function.lines > FUNCTION).map(
        |function| {
            Finding::at(
                &file.path,
                function.line,
                format_args!(
                    "`{}` has {} lines, at most {FUNCTION} are allowed",
                    function.name, function.lines
                ),
                "give its steps names of their own",
            )
        },
    ));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(path: &str, text: &str) -> Vec<String> {
        let places = check(&File::sample(path, text), &Source::sample(text));
        places.into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn long_files_are_named() {
        let none: [&str; 0] = [];
        assert_eq!(places("a.rs", &"\n".repeat(600)), none);
        assert_eq!(places("a.rs", &"\n".repeat(601)), ["a.rs"]);
        assert_eq!(places("tests/golden/a.rs", &"\n".repeat(601)), none);
    }

    #[test]
    fn long_functions_are_named() {
        let function = |inside: usize| format!("\nfn f() {{\n{}}}", "g();\n".repeat(inside));
        assert!(places("a.rs", &function(68)).is_empty());
        assert_eq!(places("a.rs", &function(69)), ["a.rs:2"]);
    }
}
