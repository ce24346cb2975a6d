//! Tariff codes: ten digits as declared, and the eight-digit line that lists are made of.

use std::fmt;
use std::str::FromStr;

/// A text is not a tariff code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {digits} digits")]
pub struct NotAnHsCode {
    /// What was read.
    pub found: String,
    /// How many digits there should be.
    pub digits: usize,
}

/// A ten-digit tariff code (商品编码; `gcode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsCode(u64);

/// An eight-digit tariff line (税则号列): the depth of the positive list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsLine(u64);

impl HsCode {
    /// The line that this code belongs to.
    pub const fn line(self) -> HsLine {
        HsLine(self.0 / 100)
    }
}

impl FromStr for HsCode {
    type Err = NotAnHsCode;

    fn from_str(text: &str) -> Result<Self, NotAnHsCode> {
        digits(text, 10).map(Self)
    }
}

impl FromStr for HsLine {
    type Err = NotAnHsCode;

    fn from_str(text: &str) -> Result<Self, NotAnHsCode> {
        digits(text, 8).map(Self)
    }
}

impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

impl fmt::Display for HsLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

fn digits(text: &str, digits: usize) -> Result<u64, NotAnHsCode> {
    let wrong = || NotAnHsCode { found: text.chars().take(20).collect(), digits };
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_leading_zero_and_knows_its_line() {
        let code: HsCode = "0409000000".parse().unwrap();
        assert_eq!(code.to_string(), "0409000000");
        assert_eq!(code.line().to_string(), "04090000");
    }

    #[test]
    fn anything_but_ten_digits_is_refused() {
        for wrong in ["", "330499002", "33049900290", "3304.99.00", "330499002９", "+304990029"] {
            assert!(wrong.parse::<HsCode>().is_err(), "{wrong}");
        }
    }
}
