//! HS codes of goods by the words of their names, for files that have none.

/// Words, and the code of goods that are called so. The first that is found counts.
const WORDS: [(&str, &str); 11] = [
    ("milk powder", "1901101090"),
    ("infant formula", "1901101090"),
    ("nappies", "9619001100"),
    ("diapers", "9619001100"),
    ("honey", "0409000000"),
    ("olive oil", "1509200000"),
    ("hand cream", "3304990029"),
    ("face cream", "3304990029"),
    ("handbag", "4202210090"),
    ("book", "4901990000"),
    ("notebook", "4901990000"),
];

/// The HS code of goods of that name, if a word tells it.
pub fn hs_of(name: &str) -> Option<&'static str> {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
        .collect();
    let words: Vec<_> = plain.split_whitespace().collect();
    let plain = format!(" {} ", words.join(" "));
    WORDS.iter().find(|(words, _)| plain.contains(&format!(" {words} "))).map(|(_, hs)| *hs)
}

#[cfg(test)]
mod tests {
    use super::hs_of;

    #[test]
    fn whole_words_tell_the_code() {
        for (name, hs) in [
            ("RED NOTEBOOK, A5", Some("4901990000")),
            ("Olive-Oil 500ml", Some("1509200000")),
            ("BOOKENDS", None),
            ("WRAP ENGLISH ROSE", None),
        ] {
            assert_eq!(hs_of(name), hs, "{name}");
        }
    }
}
