//! Buyers, payers and consignees: personal data that documents carry.

use std::fmt;

/// What identifies a person (证件类型 and 证件号码; `buyerIdType`, `buyerIdNumber`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The kind of document; only `1` (resident identity card) is admitted in retail import.
    pub id_type: Box<str>,
    /// The number on it, upper case.
    pub number: Box<str>,
    /// The person's name (姓名).
    pub name: Box<str>,
}

impl Identity {
    /// Trims all three and folds the number to upper case (a check character is `X`).
    pub fn new(id_type: &str, number: &str, name: &str) -> Self {
        Self {
            id_type: id_type.trim().into(),
            number: number.trim().to_ascii_uppercase().into(),
            name: name.trim().into(),
        }
    }

    /// Whether the number of a resident identity card has 18 characters and a right check character
    /// (GB 11643).
    pub fn has_valid_number(&self) -> bool {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: &[u8; 11] = b"10X98765432";
        let bytes = self.number.as_bytes();
        if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
            return false;
        }
        let sum: u32 =
            bytes.iter().zip(WEIGHTS).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
        CHECKS[(sum % 11) as usize] == bytes[17]
    }
}

impl fmt::Debug for Identity {
    /// Masked: personal data must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, {})", masked(&self.name), masked(&self.number))
    }
}

/// The first character, then stars: enough to recognise, not enough to identify.
pub fn masked(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{first}{}", "*".repeat(characters.count())),
        None => String::new(),
    }
}

/// Who receives the parcel (收货人; `consignee`).
#[derive(Clone, PartialEq, Eq)]
pub struct Consignee {
    /// Name (`consignee`).
    pub name: Box<str>,
    /// Telephone (`consigneeTelephone`).
    pub telephone: Box<str>,
    /// Address (`consigneeAddress`).
    pub address: Box<str>,
}

impl fmt::Debug for Consignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consignee({})", masked(&self.name))
    }
}

/// The last four digits of a telephone number (手机尾号): what somebody has to know to follow a parcel.
#[derive(Clone, PartialEq, Eq)]
pub struct TelephoneEnding(Box<str>);

impl TelephoneEnding {
    /// How many digits it has.
    const DIGITS: usize = 4;

    /// What somebody has typed: four digits and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_one = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        is_one.then(|| Self(text.into()))
    }

    /// That of a telephone number, however its digits are grouped; `None` where it has fewer than four.
    pub fn of(telephone: &str) -> Option<Self> {
        let digits: String = telephone.chars().filter(char::is_ascii_digit).collect();
        let begin = digits.len().checked_sub(Self::DIGITS)?;
        digits.get(begin..).and_then(Self::parse)
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TelephoneEnding {
    /// Masked: personal data must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TelephoneEnding(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_of_a_card_number_is_checked() {
        let valid = |number| Identity::new("1", number, "测试").has_valid_number();
        assert!(valid("990000190001010016"));
        assert!(valid("11010519491231002x"), "lower case is folded");
        assert!(!valid("990000190001010017"));
        assert!(!valid("99000019000101001"));
        assert!(!valid("九九000019000101"));
    }

    #[test]
    fn an_ending_is_the_last_four_digits_however_they_are_grouped() {
        let ending = TelephoneEnding::parse(" 5678 ").unwrap();
        for telephone in ["13812345678", "+86 138 1234-5678", "(0571) 8123 56 78", "5678"] {
            assert_eq!(TelephoneEnding::of(telephone).as_ref(), Some(&ending), "{telephone}");
        }
        for none in ["", "678", "56789", "５６７８", "567a", "56 78", "-5678"] {
            assert_eq!(TelephoneEnding::parse(none), None, "{none}");
        }
        assert_eq!(TelephoneEnding::of("12-3"), None);
        assert!(!format!("{ending:?}").contains("5678"));
    }

    #[test]
    fn debug_output_is_masked() {
        let shown = format!("{:?}", Identity::new("1", "990000190001010016", "张三丰"));
        assert_eq!(shown, "Identity(张**, 9*****************)");
    }
}
