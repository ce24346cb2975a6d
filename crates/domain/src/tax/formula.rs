//! The formulas of goods taxes, exact until their one rounding.
//!
//! With `P` dutiable value, `d` duty rate, `r` ad valorem and `s` specific consumption tax, `q`
//! quantity, `v` value-added tax rate and `k` the payable share:
//!
//! | tax | statutory amount | law |
//! |---|---|---|
//! | duty | `D = P·d` | 关税法 Art 23 |
//! | consumption tax | `C = (P+D+q·s)/(1−r)·r + q·s` | 消费税暂行条例 Art 5, 9 |
//! | value-added tax | `(P+D+C)·v`, on the whole of `C` | 增值税法 Art 14 |
//!
//! `k` applies to consumption and value-added tax, before the rounding: 财关税〔2016〕18号.
//! Since `P+D+C = (P+D+q·s)/(1−r)`, each payable amount is one fraction, and dividing last keeps
//! amounts exact that are: a published composite rate, rounded, would be a fen off.

use rust_decimal::Decimal;

use crate::money::{Money, MoneyOverflow};

/// The rates and quantities that one item is taxed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AppliedRates {
    /// Duty, ad valorem.
    pub duty: Decimal,
    /// Consumption tax, ad valorem; below 1.
    pub ct_rate: Decimal,
    /// Consumption tax, CNY for each unit of `ct_quantity`.
    pub ct_per_unit: Decimal,
    /// The quantity that the specific consumption tax counts.
    pub ct_quantity: Decimal,
    /// Value-added tax.
    pub vat: Decimal,
    /// The payable share of consumption and value-added tax.
    pub factor: Decimal,
}

/// The three taxes, each rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taxes {
    /// 关税 (`customsTax`).
    pub duty: Money,
    /// 消费税 (`consumptionTax`).
    pub consumption_tax: Money,
    /// 增值税 (`valueAddedTax`).
    pub vat: Money,
}

impl Taxes {
    /// All three together.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn total(&self) -> Result<Money, MoneyOverflow> {
        self.duty.checked_add(self.consumption_tax)?.checked_add(self.vat)
    }

    /// Each tax with its like.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyOverflow> {
        Ok(Self {
            duty: self.duty.checked_add(other.duty)?,
            consumption_tax: self.consumption_tax.checked_add(other.consumption_tax)?,
            vat: self.vat.checked_add(other.vat)?,
        })
    }
}

/// The taxes on goods of a dutiable value.
///
/// # Errors
/// [`MoneyOverflow`] when an amount has no room in [`Money`], or `ct_rate` is not below 1.
pub fn goods_tax(dutiable: Money, rates: &AppliedRates) -> Result<Taxes, MoneyOverflow> {
    exact(dutiable.to_decimal(), rates).ok_or(MoneyOverflow).and_then(|[duty, ct, vat]| {
        Ok(Taxes {
            duty: Money::round_half_up(duty)?,
            consumption_tax: Money::round_half_up(ct)?,
            vat: Money::round_half_up(vat)?,
        })
    })
}

/// Duty, consumption tax and value-added tax before rounding.
fn exact(value: Decimal, rates: &AppliedRates) -> Option<[Decimal; 3]> {
    let duty = value.checked_mul(rates.duty)?;
    let specific = rates.ct_quantity.checked_mul(rates.ct_per_unit)?;
    let base = value.checked_add(duty)?.checked_add(specific)?;
    let rest = Decimal::ONE.checked_sub(rates.ct_rate).filter(|rest| *rest > Decimal::ZERO)?;
    let ct = base
        .checked_mul(rates.ct_rate)?
        .checked_add(specific.checked_mul(rest)?)?
        .checked_mul(rates.factor)?
        .checked_div(rest)?;
    let vat = base.checked_mul(rates.vat)?.checked_mul(rates.factor)?.checked_div(rest)?;
    Some([duty, ct, vat])
}
