//! By which regime an order is taxed: the decision table of the limits.
//!
//! | year so far + order ≤ annual | order ≤ single | one piece | order < annual | result |
//! |---|---|---|---|---|
//! | yes | yes | – | – | reduced: no duty, 70 % of consumption and value-added tax |
//! | yes | no | yes | yes | full tax, and the value still counts to the year |
//! | yes | no | no | – | refused: split the order, or general trade |
//! | no | – | – | – | refused: general trade |
//!
//! Sources: 财关税〔2016〕18号, 财关税〔2018〕49号. Amounts are dutiable values; both limits are inside.
//! "低于26000元" leaves one piece of exactly 26,000.00 out.

use tongguan_codelists::Limits;

use crate::money::{Money, MoneyOverflow};
use crate::tax::rates::Gap;

/// By which rules an order is taxed, or why it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regime {
    /// Retail import within the limits: no duty, the other taxes in part.
    Reduced,
    /// Retail import of one piece above the single limit: all taxes in full.
    Full,
    /// General trade (一般贸易): all taxes in full, no limits.
    General,
    /// Something is missing to tax it: manual review (人工审核, 300). Never taxed at 0 % instead.
    Review(Vec<Gap>),
    /// May not be imported this way.
    Refused(Refusal),
}

/// Why an order may not be imported at retail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The year's limit would be exceeded: the whole order falls to general trade.
    OverAnnualLimit {
        /// The year's value with this order.
        would_be: Money,
        /// The limit.
        limit: Money,
    },
    /// Above the single limit, and not one single piece.
    OverSingleLimit {
        /// The order's value.
        value: Money,
        /// The limit.
        limit: Money,
    },
    /// One single piece, but not of less value than the annual limit.
    NotBelowAnnualLimit {
        /// The order's value.
        value: Money,
        /// The limit.
        limit: Money,
    },
    /// Goods without any price: the base of tax may not be zero.
    NoValue,
    /// On that day there was no retail import under these rules.
    NotInForce,
}

/// The two ways for an order that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Reduced,
    Full,
}

/// What the decision table looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purchase {
    pub value: Money,
    pub annual_used: Money,
    pub single_piece: bool,
}

/// Decides by the table above. `full_allowed`: whether its second row is law on that day.
pub(super) fn decide(
    limits: &Limits,
    full_allowed: bool,
    purchase: Purchase,
) -> Result<Result<Channel, Refusal>, MoneyOverflow> {
    let Purchase { value, annual_used, single_piece } = purchase;
    let single = Money::round_half_up(limits.single)?;
    let annual = Money::round_half_up(limits.annual)?;
    let would_be = annual_used.checked_add(value)?;
    Ok(if would_be > annual {
        Err(Refusal::OverAnnualLimit { would_be, limit: annual })
    } else if value <= single {
        Ok(Channel::Reduced)
    } else if !(single_piece && full_allowed) {
        Err(Refusal::OverSingleLimit { value, limit: single })
    } else if value < annual {
        Ok(Channel::Full)
    } else {
        Err(Refusal::NotBelowAnnualLimit { value, limit: annual })
    })
}
