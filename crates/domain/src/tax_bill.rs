//! The electronic tax bill (电子税单; CEB816): what a released parcel owes, line by line.

use crate::money::{Money, MoneyOverflow};

/// The tax of one line (`TaxListRd`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// 商品序号 (`gnum`).
    pub number: i32,
    /// 商品编码 (`gcode`), ten digits.
    pub hs_code: Box<str>,
    /// 完税总价格 (`taxPrice`).
    pub dutiable: Money,
    /// 应征关税 (`customsTax`).
    pub duty: Money,
    /// 应征增值税 (`valueAddedTax`).
    pub vat: Money,
    /// 应征消费税 (`consumptionTax`).
    pub consumption_tax: Money,
}

/// What a declaration owes: lines rounded one by one, and their sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxDue {
    /// Sum of the dutiable values: what counts against the yearly allowance.
    pub dutiable: Money,
    /// Sum of the duties.
    pub duty: Money,
    /// Sum of the value-added taxes.
    pub vat: Money,
    /// Sum of the consumption taxes.
    pub consumption_tax: Money,
    /// All three taxes together: what the guarantee must cover.
    pub total: Money,
    /// The lines, in the order of the declaration.
    pub lines: Vec<TaxLine>,
}

impl TaxDue {
    /// Sums the lines.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn of(lines: Vec<TaxLine>) -> Result<Self, MoneyOverflow> {
        let sum = |part: fn(&TaxLine) -> Money| {
            lines.iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(part(line)))
        };
        let (duty, vat) = (sum(|line| line.duty)?, sum(|line| line.vat)?);
        let consumption_tax = sum(|line| line.consumption_tax)?;
        let total = duty.checked_add(vat)?.checked_add(consumption_tax)?;
        let dutiable = sum(|line| line.dutiable)?;
        Ok(Self { dutiable, duty, vat, consumption_tax, total, lines })
    }
}
