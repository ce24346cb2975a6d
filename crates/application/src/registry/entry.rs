//! One party as a registry file tells of it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_domain::evidence::PlatformAddress;
use tongguan_domain::ids::DxpId;
use tongguan_domain::money::Money;
use tongguan_domain::party::{PartyCode, Roles, Standing};
use tongguan_messages::certificate::Certificate;

/// A party (企业) to be registered, or to be brought up to date.
///
/// It says all about the party, except where `None` is said to leave something as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins in the file, counted from 1.
    pub line: u64,
    /// The registered name.
    pub name: String,
    /// All its codes, customs codes first; never empty.
    pub codes: Vec<PartyCode>,
    /// What it may do; never empty.
    pub roles: Roles,
    /// Whether it may act.
    pub standing: Standing,
    /// First day; when `None` as it is, or the day of the import.
    pub valid_from: Option<Date>,
    /// Last day; open-ended when `None`.
    pub valid_to: Option<Date>,
    /// The mailbox for its responses.
    pub mailbox: Option<DxpId>,
    /// Where a platform is asked for payment evidence, or that it can be asked nowhere; when `None` it is left as it
    /// is.
    pub payment_url: Option<Option<PlatformAddress>>,
    /// All certificates it signs with; when `None` they are left as they are.
    pub certificates: Option<Vec<Certificate>>,
    /// The certificates of those who may declare what it has stored; when `None` they are left as they are.
    pub delegates: Option<Vec<Certificate>>,
    /// Its guarantee; when `None` it is left as it is.
    pub grant: Option<Grant>,
}

impl Entry {
    /// Every certificate that it names, its own and its delegates', with the field that names it.
    pub fn all_certificates(&self) -> impl Iterator<Item = (&'static str, &Certificate)> {
        let own = self.certificates.iter().flatten().map(|one| ("certificates", one));
        own.chain(self.delegates.iter().flatten().map(|one| ("delegates", one)))
    }
}

/// A tax guarantee (税款担保) as a registry file tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The sum.
    pub granted: Money,
    /// First day; when `None` as it is, or the day of the import.
    pub valid_from: Option<Date>,
    /// Last day; open-ended when `None`.
    pub valid_to: Option<Date>,
    /// The guarantee document's number (保函编号).
    pub reference: Option<String>,
}

/// Reads an amount in yuan, such as `500000` or `0.50`: digits, and at most two after the point. It is
/// never rounded.
pub fn exact_money(text: &str) -> Option<Money> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = Decimal::from_str_exact(text).ok().filter(|_| plain)?;
    Money::round_half_up(value).ok().filter(|money| money.to_decimal() == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_or_not_at_all() {
        for (text, fen) in [("500000", 50_000_000), ("0.5", 50), ("1.250", 125), ("0", 0)] {
            assert_eq!(exact_money(text), Some(Money::from_fen(fen)), "{text}");
        }
        let long = format!("0.5{}1", "0".repeat(40));
        for text in
            ["", ".", "-1", "+1", "1e3", "1_000", "1,000", "0.005", "9".repeat(20).as_str(), &long]
        {
            assert_eq!(exact_money(text), None, "{text}");
        }
    }
}
