//! Names that say what a thing is, in the field's own English.

use super::Finding;
use super::source::Source;
use super::tree::File;

/// Words that say nothing wherever they stand in a name.
const EMPTY: &[&str] = &[
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "util",
    "utils",
    "utility",
    "utilities",
];
/// Words that say nothing at the end of a name: `OrderInfo` is an `Order`, yet a `DataKey` is a key.
const EMPTY_AT_THE_END: &[&str] = &["data", "dto", "impl", "info"];
/// Chinese words in Latin letters that creep in from the wire and from older systems.
const PINYIN: &[&str] = &[
    "baoguan", "danbao", "dingdan", "fangxing", "haiguan", "huizhi", "jieguan", "qingdan",
    "shenbao", "shuidan", "tuidan", "yundan", "zhifu",
];

/// Looks at the names of the file, its directories, its types and modules, and for pinyin anywhere.
pub fn check(file: &File, source: &Source) -> Vec<Finding> {
    let inside = file.in_src().unwrap_or_else(|| file.path.rsplit('/').next().unwrap_or_default());
    let files = inside
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| says_nothing(part))
        .map(|part| Finding::new(&file.path, says(part), NAME_IT));
    let items = source
        .definitions
        .iter()
        .filter(|item| says_nothing(&item.name))
        .map(|item| Finding::at(&file.path, item.line, says(&item.name), NAME_IT));
    let pinyin = source.paths.iter().filter_map(|path| {
        let name = path.segments.iter().find(|name| is_pinyin(name))?;
        let what = format!("`{name}` is pinyin");
        Some(Finding::at(&file.path, path.line, what, "take the term of docs/glossary.md"))
    });
    files.chain(items).chain(pinyin).collect()
}

const NAME_IT: &str = "name what it is about (docs/glossary.md)";

fn says(name: &str) -> String {
    format!("the name `{name}` says nothing")
}

fn says_nothing(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| EMPTY.contains(&word.as_str()))
        || words.last().is_some_and(|word| EMPTY_AT_THE_END.contains(&word.as_str()))
}

fn is_pinyin(name: &str) -> bool {
    let name = name.to_lowercase().replace('_', "");
    PINYIN.iter().any(|word| name.contains(word))
}

/// `TaxBillData` and `tax_bill_data` are the words tax, bill, data.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("TaxBillData"), ["tax", "bill", "data"]);
        assert_eq!(words("tax_bill_data"), ["tax", "bill", "data"]);
    }

    #[test]
    fn empty_names_are_found() {
        for name in ["util", "common_types", "OrderInfo", "Data", "TaxManager", "ManagerOfTax"] {
            assert!(says_nothing(name), "{name}");
        }
        for name in ["order", "DataKey", "database", "Information", "Commonwealth", "infobox"] {
            assert!(!says_nothing(name), "{name}");
        }
    }

    #[test]
    fn files_directories_types_and_modules_are_looked_at() {
        let text = "mod helpers; struct Order; enum OrderInfo {}";
        let places: Vec<_> =
            check(&File::sample("crates/domain/src/data/order.rs", text), &Source::sample(text))
                .into_iter()
                .map(|finding| finding.what)
                .collect();
        assert_eq!(
            places,
            ["data", "helpers", "OrderInfo"].map(|name| format!("the name `{name}` says nothing"))
        );
    }

    #[test]
    fn pinyin_is_found_in_any_name() {
        let text = "fn a() { let yun_dan_no = DingDan::new(); let done = 1; }";
        let found = check(&File::sample("a.rs", text), &Source::sample(text));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
