//! What the security review rests on is there: every test that it names, and for every requirement a state and
//! something that holds it.
//!
//! A test is named `path::name` as code, the path from `crates/` or from the root. Requirements are the rows of
//! tables whose first cell is a number such as `6.2.4`.

use super::Finding;
use super::tree::{File, Tree};

/// Where the review stands.
const REVIEW: &str = "docs/security";
const HOLDS: &str = "holds";
const STATES: [&str; 3] = [HOLDS, "does not apply", "does not hold"];

/// Looks for each test that a file of the review names, and at the rows of its requirements.
pub fn check(file: &File, tree: &Tree) -> Vec<Finding> {
    if !file.path.starts_with(REVIEW) {
        return Vec::new();
    }
    let lines = (1..).zip(file.text.lines());
    let found = lines.flat_map(|(number, line)| {
        let missing = named(line).filter(|(path, name)| !is_there(tree, path, name));
        let missing = missing.map(move |(path, name)| {
            let what = format!("there is no test `{path}::{name}`");
            Finding::at(&file.path, number, what, "name the test that holds it now")
        });
        let unfit = requirement(line).and_then(unfit);
        let unfit = unfit.map(|what| Finding::at(&file.path, number, what, "complete the row"));
        missing.chain(unfit).collect::<Vec<_>>()
    });
    found.collect()
}

/// The tests that a line names: path and name.
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let codes = line.split('`').skip(1).step_by(2);
    codes.filter_map(|code| {
        let (path, name) = code.split_once("::")?;
        (path.ends_with(".rs") || path.ends_with(".mjs")).then_some((path, name))
    })
}

/// The cells of a requirement's row.
fn requirement(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<_> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number: Vec<_> = cells.first()?.split('.').collect();
    (number.len() == 3 && number.into_iter().all(is_number)).then_some(cells)
}

/// What a requirement's row lacks: number, what is asked, the state, and what holds it or why not.
fn unfit(cells: Vec<&str>) -> Option<&'static str> {
    let [_, asked, state, by, ""] = cells[..] else {
        return Some("a requirement has four cells");
    };
    match () {
        () if asked.is_empty() => Some("it is not said what is required"),
        () if !STATES.contains(&state) => Some("the state is none of those that there are"),
        () if by.is_empty() => Some("nothing is said of what holds it, or why it does not"),
        () if state == HOLDS && !by.contains("::") && !by.contains("](") => {
            Some("neither a test nor a file is named")
        }
        () => None,
    }
}

fn is_there(tree: &Tree, path: &str, name: &str) -> bool {
    let inside = format!("crates/{path}");
    let mut files = tree.files.iter();
    let file = files.find(|file| file.path == inside || file.path == path);
    file.is_some_and(|file| match path.ends_with(".mjs") {
        true => file.text.contains(name),
        false => is_test(&file.text, name),
    })
}

/// Whether a function of that name is a test by itself, or one of a list that is run on both engines.
fn is_test(text: &str, name: &str) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else { return false };
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = text[..line].lines().rev();
    let mut attributes = before.take_while(|line| line.trim_start().starts_with(['#', '/']));
    attributes.any(|line| line.contains("test]") || line.contains("test("))
        || text.lines().any(|line| line.trim() == format!("{name},"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let tests = "on_both_engines! {\n    on_both,\n}\n\nfn on_both(desk: &Desk) {}\n\n/// Helps.\nfn helper() {}\n\n\
                     #[tokio::test]\nasync fn alone() {}\n\n    /// Says why.\n    #[test]\n    fn plain() {}\n";
        let journeys = "test('goods are let in', async () => {});";
        Tree {
            files: vec![
                File::sample("crates/web/tests/it/a.rs", tests),
                File::sample("tests/browser/b.test.mjs", journeys),
            ],
            ..Tree::default()
        }
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        let found = check(&File::sample(path, text), &tree());
        found.into_iter().map(|finding| format!("{}: {}", finding.place, finding.what)).collect()
    }

    #[test]
    fn tests_that_are_not_there_are_named() {
        let there = "`web/tests/it/a.rs::alone` `web/tests/it/a.rs::plain` `web/tests/it/a.rs::on_both` `tests/browser/b.test.mjs::goods are let in`";
        assert!(found("docs/security.md", there).is_empty());
        for missing in [
            "web/tests/it/a.rs::helper",
            "web/tests/it/a.rs::al",
            "tests/browser/b.test.mjs::goods fly",
        ] {
            let told = format!("docs/security/asvs.md:1: there is no test `{missing}`");
            assert_eq!(found("docs/security/asvs.md", &format!("`{missing}`")), [told]);
        }
        assert!(found("docs/reference/tax.md", "`web/tests/it/a.rs::helper`").is_empty());
    }

    #[test]
    fn a_requirement_says_where_it_stands_and_what_holds_it() {
        let lacks = |row: &str| !found("docs/security/asvs.md", row).is_empty();
        for whole in [
            "| 1.2.3 | escape | holds | `web/tests/it/a.rs::alone` |",
            "| 1.2.3 | escape | holds | [lints](../../Cargo.toml) |",
            "| 1.2.3 | escape | does not apply | there is none |",
            "| word | escape | |",
        ] {
            assert!(!lacks(whole), "{whole}");
        }
        for lacking in [
            "| 1.2.3 | escape | holds | of course |",
            "| 1.2.3 | escape | mostly | `web/tests/it/a.rs::alone` |",
            "| 1.2.3 | escape | does not hold | |",
            "| 1.2.3 | | holds | [lints](../../Cargo.toml) |",
            "| 1.2.3 | escape | holds |",
        ] {
            assert!(lacks(lacking), "{lacking}");
        }
    }
}
