//! The authorities' own catalogue of faults and results: numbers, Chinese texts, English beside them.
//!
//! Numbers and Chinese wording are those of the interface specification of 2022-05, tables 7-1 and
//! 7-2, and of real customs answers; what the specification prints as `*` is a named place such as
//! `{order}`, filled by [`crate::defect::Defect::with`]. The codes in kebab-case and the English are
//! ours; so is all of [`export`], which the specification has no numbers for. Table 7-2 prints −621027
//! and −625022 twice with different texts; all four stand here.

pub mod cancellation;
pub mod customs;
pub mod declaration;
pub mod delivery;
pub mod exchange;
pub mod export;
pub mod import_return;
pub mod order;
pub mod party;
pub mod payment;
pub mod warehouse_entry;
pub mod waybill;

use crate::defect::Rule;

/// Declares rules and the list of them, so that none is left out of the list.
macro_rules! catalogue {
    ($kind:ident; $($name:ident = $number:literal, $code:literal, $zh:literal, $en:literal;)+) => {
        $(
            #[doc = concat!($en, " (", $zh, ").")]
            pub static $name: Rule = Rule {
                code: $code,
                official: Some(Official::$kind($number)),
                zh: $zh,
                en: $en,
            };
        )+
        /// Every rule of this group, in the order of the specification.
        pub static RULES: &[&Rule] = &[$(&$name),+];
    };
}
use catalogue;

/// The groups that the specification numbers.
const GROUPS: [&[&Rule]; 11] = [
    exchange::RULES,
    party::RULES,
    order::RULES,
    payment::RULES,
    waybill::RULES,
    delivery::RULES,
    declaration::RULES,
    cancellation::RULES,
    import_return::RULES,
    warehouse_entry::RULES,
    customs::RULES,
];

/// Every rule, group by group.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let unnumbered = export::KINDS.iter().flat_map(|faults| faults.rules());
    GROUPS.into_iter().flatten().copied().chain(unnumbered)
}

/// The faults of the documents of one kind: those of the group in which `rule` stands.
pub fn beside(rule: &Rule) -> Vec<&'static Rule> {
    let holds = |rules: &[&'static Rule]| rules.iter().any(|it| it.code == rule.code);
    let numbered = GROUPS.into_iter().find(|rules| holds(rules)).map(<[_]>::to_vec);
    let unnumbered = || export::KINDS.iter().map(|it| it.rules().to_vec()).find(|it| holds(it));
    numbered.or_else(unnumbered).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defect::Official;
    use std::collections::HashSet;

    #[test]
    fn no_code_stands_twice() {
        let mut seen = HashSet::new();
        for rule in all() {
            assert!(seen.insert(rule.code), "{} stands twice", rule.code);
            assert!(
                rule.code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()),
                "{} is not kebab-case",
                rule.code
            );
        }
    }

    #[test]
    fn no_number_stands_twice_except_the_two_that_the_specification_prints_twice() {
        let mut seen = HashSet::new();
        for rule in all() {
            let Some(number) = rule.official else { continue };
            let twice = [-621_027, -625_022].map(Official::Business).contains(&number);
            assert!(seen.insert(number) || twice, "{number} stands twice");
        }
    }

    #[test]
    fn both_languages_name_the_same_places() {
        fn places(text: &str) -> HashSet<&str> {
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
        }
        for rule in all() {
            assert_eq!(places(rule.zh), places(rule.en), "{}", rule.code);
        }
    }
}
