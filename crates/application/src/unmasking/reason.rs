//! Why somebody wants to see persons: a code, and words that say what for.

/// The fewest characters of the words.
pub const SHORTEST: usize = 4;
/// The most.
pub const LONGEST: usize = 200;
/// Digits in a row that may be somebody's telephone or identity number.
const NUMBER_OF_A_PERSON: usize = 11;

/// Code, Chinese and English of the reasons for which persons may be seen.
pub const REASONS: [(&str, &str, &str); 6] = [
    ("identity", "核实订购人身份", "Verify the buyer's identity"),
    ("contact", "联系订购人或收件人", "Reach the buyer or the consignee"),
    ("investigation", "案件调查", "Investigate a case"),
    ("complaint", "处理投诉或申诉", "Answer a complaint or an appeal"),
    ("data-subject", "本人查询或更正其信息", "The person asks for the data, or corrects them"),
    ("assistance", "司法或行政协助", "Assist a court or another authority"),
];

/// Why persons are to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    code: &'static str,
    words: String,
}

/// A reason that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadReason {
    /// No reason of the list was chosen.
    #[error("choose a reason of the list")]
    Unknown,
    /// The words are too short or too long.
    #[error("say in {SHORTEST} to {LONGEST} characters what it is for")]
    Length,
    /// The words hold what may be a person's number, or a character that cannot be shown.
    #[error("the words go into the audit: write no telephone or identity number there")]
    Personal,
}

impl Reason {
    /// Takes a code of [`REASONS`] and words.
    ///
    /// # Errors
    /// [`BadReason`].
    pub fn new(code: &str, words: &str) -> Result<Self, BadReason> {
        let words = words.trim();
        let known = REASONS.iter().find(|(known, ..)| *known == code);
        let (code, ..) = known.ok_or(BadReason::Unknown)?;
        if !(SHORTEST..=LONGEST).contains(&words.chars().count()) {
            return Err(BadReason::Length);
        }
        if words.chars().any(char::is_control) || holds_a_number(words) {
            return Err(BadReason::Personal);
        }
        Ok(Self { code, words: words.to_owned() })
    }

    /// Its code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What it is for, in words.
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// Whether so many digits stand in a row, whatever blanks or dashes are between them.
fn holds_a_number(words: &str) -> bool {
    words != masked(words)
}

/// Words without what may be a person's number: so many digits in a row, whatever blanks or dashes are between
/// them, are stars.
pub(crate) fn masked(words: &str) -> String {
    let mut masked: Vec<char> = words.chars().collect();
    let mut digits = Vec::new();
    for place in 0..=masked.len() {
        match masked.get(place) {
            Some('0'..='9' | '０'..='９') => digits.push(place),
            Some(' ' | '-' | '\u{3000}') => {}
            _ => {
                let run = std::mem::take(&mut digits);
                if run.len() >= NUMBER_OF_A_PERSON {
                    for digit in run {
                        if let Some(digit) = masked.get_mut(digit) {
                            *digit = '*';
                        }
                    }
                }
            }
        }
    }
    masked.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_a_code_and_words_without_anybodys_number() {
        let new = |code: &str, words: &str| Reason::new(code, words).map(|reason| reason.words);
        assert_eq!(new("identity", " 证件照片不清 ").unwrap(), "证件照片不清");
        assert_eq!(new("curiosity", "证件照片不清"), Err(BadReason::Unknown));
        assert_eq!(new("identity", "   "), Err(BadReason::Length));
        assert_eq!(new("identity", &"长".repeat(201)), Err(BadReason::Length));
        for personal in
            ["电话13812345678", "138 1234 5678", "证件 330102-19900101-1234", "a\u{7}bcd"]
        {
            assert_eq!(new("identity", personal), Err(BadReason::Personal), "{personal}");
        }
        assert!(new("investigation", "缉私案〔2026〕第1234号").is_ok());
        assert_eq!(masked("电话138 1234-5678，第1234号"), "电话*** ****-****，第1234号");
    }
}
