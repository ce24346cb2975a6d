//! The modules of `domain` form the graph that `layers.rs` declares.

use super::Finding;
use super::source::{PathUse, Source};
use super::tree::File;
use crate::layers::{DOMAIN, VOCABULARY};

const TABLE: &str = "xtask/src/layers.rs";

/// Compares what a file of `domain` uses with the table; its tests may use what they like.
pub fn check(file: &File, source: &Source) -> Vec<Finding> {
    let (Some("domain"), Some(inside)) = (file.layer(), file.in_src()) else { return vec![] };
    let parts: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
    let module = parts[0];
    if module == "lib" || parts.contains(&"tests") {
        return vec![];
    }
    if !is_known(module) {
        // Once for each module, at the file that begins it.
        let begins = matches!(parts[1..], [] | ["mod"]);
        let what = format!("the module `{module}` has no place in the domain");
        let remedy = format!("say in {TABLE} what it may use");
        return begins.then(|| Finding::new(&file.path, what, remedy)).into_iter().collect();
    }
    // `commerce/order.rs` is two names below the root of the crate, `commerce/mod.rs` one.
    let depth = parts.iter().filter(|part| **part != "mod").count();
    let mut findings = Vec::new();
    for path in source.paths.iter().filter(|path| !path.in_test) {
        let Some(used) = named_module(path, depth) else { continue };
        if used != module && is_known(used) && !may_use(module, used) {
            let what = format!("`{module}` may not use `{used}`");
            let remedy = format!("move the rule, or change {TABLE} and say why");
            findings.push(Finding::at(&file.path, path.line, what, remedy));
        }
    }
    findings
}

/// The module of the crate that a path begins with, by way of `crate` or of enough `super`s.
fn named_module(path: &PathUse, depth: usize) -> Option<&str> {
    let names: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let supers = names.iter().take_while(|name| **name == "super").count();
    match names.first() {
        Some(&"crate") => names.get(1).copied(),
        _ if supers >= depth => names.get(supers).copied(),
        _ => None,
    }
}

fn is_known(module: &str) -> bool {
    VOCABULARY.contains(&module) || DOMAIN.iter().any(|(name, _)| *name == module)
}

fn may_use(module: &str, used: &str) -> bool {
    let rank = |module: &str| VOCABULARY.iter().position(|name| *name == module);
    match (rank(module), rank(used)) {
        (Some(module), Some(used)) => used < module,
        (Some(_), None) => false,
        (None, Some(_)) => true,
        (None, None) => DOMAIN.iter().any(|(name, uses)| *name == module && uses.contains(&used)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let path = format!("crates/domain/src/{path}");
        check(&File::sample(&path, text), &Source::sample(text))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn the_vocabulary_is_open_to_all() {
        let none: [&str; 0] = [];
        assert_eq!(found("ledger.rs", "use crate::money::Money; use crate::{ids, time};"), none);
        assert_eq!(found("party.rs", "use crate::ids::PartyId;"), none);
        assert_eq!(found("ids.rs", "use crate::party::Party;"), ["`ids` may not use `party`"]);
    }

    #[test]
    fn an_edge_that_is_not_declared_is_found() {
        let refused = ["`commerce` may not use `declaration`"];
        assert_eq!(
            found("commerce/order.rs", "use crate::{declaration::Lane, ids::Guid};"),
            refused
        );
        assert_eq!(found("commerce/mod.rs", "fn f() { crate::declaration::lodge() }"), refused);
        assert_eq!(found("commerce/order.rs", "use super::super::declaration::Lane;"), refused);
        assert_eq!(found("commerce/mod.rs", "use super::declaration::Lane;"), refused);
        assert!(found("declaration/import.rs", "use crate::commerce::Filing;").is_empty());
    }

    #[test]
    fn a_module_may_use_itself_and_its_tests_may_use_all() {
        assert!(
            found("commerce/order.rs", "use super::Filing; use crate::commerce::X;").is_empty()
        );
        assert!(found("commerce/order.rs", "use super::declaration;").is_empty());
        let test = "#[cfg(test)] mod tests { use crate::declaration::Lane; }";
        assert!(found("commerce/order.rs", test).is_empty());
        assert!(found("commerce/tests.rs", "use crate::declaration::Lane;").is_empty());
    }

    #[test]
    fn a_module_without_a_place_is_found() {
        assert_eq!(
            found("weather/mod.rs", ""),
            ["the module `weather` has no place in the domain"]
        );
    }
}
