//! Numbers as XML Schema writes them: `xs:decimal` and `xs:int`.

use rust_decimal::Decimal;

use crate::table::Form;

/// Why a text is not a number of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// Not digits with an optional sign and, in a decimal, one point.
    NotANumber,
    /// More digits than the form allows.
    TooManyDigits,
    /// Beyond 32 bits.
    OutOfRange,
}

/// Reads an `xs:decimal` and holds it to a form's digits.
///
/// As in XML Schema, white space around it and zeros that change nothing are ignored, and a sign may
/// stand before it.
pub(crate) fn decimal(text: &str, total: usize, fraction: usize) -> Result<Decimal, NumberFault> {
    let (negative, digits) = signed(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && part.is_empty() || !all_digits(whole) || !all_digits(part) {
        return Err(NumberFault::NotANumber);
    }
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    if whole.len() + part.len() > total || part.len() > fraction {
        return Err(NumberFault::TooManyDigits);
    }
    let mantissa = mantissa(whole, part).ok_or(NumberFault::TooManyDigits)?;
    let scale = u32::try_from(part.len()).map_err(|_| NumberFault::TooManyDigits)?;
    let signed = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| NumberFault::TooManyDigits)
}

/// Reads an `xs:int` and holds it to a number of digits.
pub(crate) fn integer(text: &str, digits: Option<usize>) -> Result<i32, NumberFault> {
    let (negative, figures) = signed(text);
    if figures.is_empty() || !all_digits(figures) {
        return Err(NumberFault::NotANumber);
    }
    let figures = figures.trim_start_matches('0');
    if digits.is_some_and(|most| figures.len() > most) {
        return Err(NumberFault::TooManyDigits);
    }
    if figures.is_empty() {
        return Ok(0);
    }
    // Ten digits fit in 64 bits; more are beyond 32 bits anyway.
    let value: i64 = match figures.len() {
        1..=10 => figures.parse().map_err(|_| NumberFault::NotANumber)?,
        _ => return Err(NumberFault::OutOfRange),
    };
    i32::try_from(if negative { -value } else { value }).map_err(|_| NumberFault::OutOfRange)
}

/// Whether a text is a number of the form; texts are not judged here.
pub(crate) fn check(text: &str, form: Form) -> Result<(), NumberFault> {
    match form {
        Form::Decimal { total, fraction } => decimal(text, total, fraction).map(|_| ()),
        Form::Integer { digits } => integer(text, digits).map(|_| ()),
        Form::Text { .. } => Ok(()),
    }
}

/// White space as XML has it: nothing else collapses around a number.
pub(crate) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn signed(text: &str) -> (bool, &str) {
    let text = text.trim_matches(is_space);
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The digits of both parts as one number. At most 28 digits, what [`Decimal`] holds.
fn mantissa(whole: &str, part: &str) -> Option<i128> {
    if whole.len() + part.len() > 28 {
        return None;
    }
    Some(whole.bytes().chain(part.bytes()).fold(0, |sum, b| sum * 10 + i128::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use NumberFault::{NotANumber, OutOfRange, TooManyDigits};

    #[test]
    fn decimals_follow_xml_schema() {
        let read = |text| decimal(text, 19, 5).map(|value| value.to_string());
        let padded = format!("{}1", "0".repeat(500));
        for (text, value) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("007.50000000", "7.5"),
            (" +1. ", "1"),
            ("\n.5\t", "0.5"),
            ("-12.34567", "-12.34567"),
            ("1234567890123456789", "1234567890123456789"),
            ("12345678901234.56789", "12345678901234.56789"),
            (&padded, "1"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(value), "{text}");
        }
        for text in ["", " ", ".", "-", "+-1", "1 2", "1,5", "1e3", "NaN", "１", "1.2.3", "\u{a0}1"]
        {
            assert_eq!(read(text), Err(NotANumber), "{text:?}");
        }
        for text in ["12345678901234567890", "0.123456", "123456789012345.12345"] {
            assert_eq!(read(text), Err(TooManyDigits), "{text}");
        }
    }

    #[test]
    fn integers_follow_xml_schema() {
        assert_eq!(integer(" +0012 ", Some(9)), Ok(12));
        assert_eq!(integer("-0", None), Ok(0));
        assert_eq!(integer("2147483647", None), Ok(i32::MAX));
        assert_eq!(integer("-2147483648", None), Ok(i32::MIN));
        assert_eq!(integer("2147483648", None), Err(OutOfRange));
        assert_eq!(integer(&"9".repeat(100), None), Err(OutOfRange));
        assert_eq!(integer("1234567890", Some(9)), Err(TooManyDigits));
        for text in ["", "+", "1.0", "1 1", "a", "--1"] {
            assert_eq!(integer(text, None), Err(NotANumber), "{text:?}");
        }
    }
}
