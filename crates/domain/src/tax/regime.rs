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

use crate::money::Money;
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
    /// The dutiable value of the order.
    pub value: Money,
    /// The year's value with this order.
    pub would_be: Money,
    /// Whether the order is one single piece.
    pub single_piece: bool,
}

/// The limits of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// 单次交易限值.
    pub single: Money,
    /// 年度交易限值.
    pub annual: Money,
    /// Whether the second row of the table is law.
    pub full_allowed: bool,
}

/// Decides by the table above.
pub(super) fn decide(bounds: Bounds, purchase: Purchase) -> Result<Channel, Refusal> {
    let Bounds { single, annual, full_allowed } = bounds;
    let Purchase { value, would_be, single_piece } = purchase;
    if would_be > annual {
        Err(Refusal::OverAnnualLimit { would_be, limit: annual })
    } else if value <= single {
        Ok(Channel::Reduced)
    } else if !(single_piece && full_allowed) {
        Err(Refusal::OverSingleLimit { value, limit: single })
    } else if value < annual {
        Ok(Channel::Full)
    } else {
        Err(Refusal::NotBelowAnnualLimit { value, limit: annual })
    }
}
