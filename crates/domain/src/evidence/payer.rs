//! Who paid, as far as the original request and response say so.

use crate::mark::{Mark, Marker, Personal};
use crate::person::Identity;
use crate::time::parse_day;

/// The characters of a resident identity number.
const LENGTH: usize = 18;

/// What the original request and response say of the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayerSaid {
    /// No identity number stands there in the open, or there is no payment to compare with.
    Nothing,
    /// The payer's.
    Same,
    /// Other people's alone.
    Another,
}

impl PayerSaid {
    /// Whether one of the resident identity numbers in these texts is the one that bears this mark.
    ///
    /// The announcement has no field for the payer; institutions write the number into the request or not, in a
    /// form of their own. So the texts are searched for whatever is such a number, and each is compared by mark.
    pub fn of(texts: [&str; 2], payer: Mark, marker: &impl Marker) -> Self {
        let mut numbers = texts.into_iter().flat_map(identity_numbers).peekable();
        if numbers.peek().is_none() {
            return Self::Nothing;
        }
        match numbers.any(|number| marker.mark(Personal::IdentityNumber, &number) == payer) {
            true => Self::Same,
            false => Self::Another,
        }
    }
}

/// Everything in a text that is a resident identity number: seventeen digits of which eight are a day, and the
/// check character. What stands before and behind does not matter, because a text that was encoded for an
/// address has digits right before each value (`%22`).
fn identity_numbers(text: &str) -> impl Iterator<Item = Box<str>> {
    let ends = (LENGTH..=text.len()).filter(|end| text.is_char_boundary(*end));
    ends.filter_map(|end| {
        let number = text.get(end - LENGTH..end)?;
        let day = number.get(6..14)?;
        let identity = Identity::new("1", number, "");
        (parse_day(day).is_some() && identity.has_valid_number()).then_some(identity.number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_the_text_is_written() {
        let found = |text: &str| identity_numbers(text).map(String::from).collect::<Vec<_>>();
        let number = "11010519491231002X";
        assert_eq!(found(&format!("{{\"certNo\":\"{number}\"}}")), [number]);
        assert_eq!(found("%7B%22certNo%22%3A%2211010519491231002x%22%7D"), [number]);
        assert_eq!(found(&format!("<证件>{number}</证件>")), [number]);
        assert_eq!(found("11010519491231002"), [""; 0], "one short");
        assert_eq!(found("110105194912310021"), [""; 0], "a wrong check character");
        assert_eq!(found("20181212041803000001"), [""; 0], "a serial number");
        assert_eq!(found("某某某某某某某"), [""; 0]);
    }
}
