//! Which rates hold for an item on a day: the pack's, or those that the basket brings along.

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::entries::{ConsumptionTax, CtRates, Per};
use tongguan_codelists::{HsCode, Pack, RowId};

use crate::money::Money;
use crate::tax::basket::{BasketItem, RateOverride};
use crate::tax::formula::AppliedRates;
use crate::tax::measure::Measures;

/// What is missing to tax a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The line's number.
    pub line: i32,
    /// Its tariff code.
    pub hs: HsCode,
    /// What is missing.
    pub kind: GapKind,
}

/// The kinds of what may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GapKind {
    /// The pack has no row for the tariff code on that day.
    NoRate,
    /// It has one, without the duty that full tax needs.
    NoDuty,
    /// Consumption tax counts one of these, and the line does not say how many.
    NoMeasure(Vec<Per>),
}

/// One line, ready to be rated.
pub(super) struct Line<'b> {
    pub item: &'b BasketItem,
    pub measures: Measures,
    /// The price in whole fen.
    pub price: Money,
    /// The price with its share of freight and insurance.
    pub dutiable: Money,
}

/// How all lines of an order are taxed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Treatment {
    /// Whether duty is charged.
    pub duty: bool,
    /// The payable share of the other taxes.
    pub factor: Decimal,
}

/// The rates for `line`; the rows they came from are added to `rows`.
pub(super) fn rates_for(
    pack: &Pack,
    day: Date,
    treatment: Treatment,
    line: &Line<'_>,
    rows: &mut Vec<RowId>,
) -> Result<AppliedRates, GapKind> {
    let own = line.item.rates.unwrap_or_default();
    let row = pack.rates(line.item.hs, day);
    rows.extend(row.map(|row| row.id.clone()));
    let vat = match (own.vat, row) {
        (Some(rate), _) => rate,
        (None, Some(row)) => {
            let (rate, from) = pack.vat(row.entry.vat, day).ok_or(GapKind::NoRate)?;
            rows.extend(from.cloned());
            rate
        }
        (None, None) => return Err(GapKind::NoRate),
    };
    let duty = match (treatment.duty, own.duty) {
        (false, _) => Decimal::ZERO,
        (true, Some(rate)) => rate,
        (true, None) => {
            if let Some(provisional) = pack.provisional_duty(line.item.hs, day) {
                rows.push(provisional.id.clone());
                provisional.entry.duty
            } else {
                row.and_then(|row| row.entry.duty).ok_or(GapKind::NoDuty)?
            }
        }
    };
    let none = ConsumptionTax::default();
    let tax = row.map_or(&none, |row| &row.entry.consumption_tax);
    let ct = consumption_tax_rates(tax, &own, line)?;
    Ok(AppliedRates {
        duty,
        ct_rate: ct.ad_valorem,
        ct_per_unit: ct.per_unit,
        ct_quantity: consumption_tax_quantity(tax, &own, ct, line)?,
        vat,
        factor: treatment.factor,
    })
}

/// The rate of consumption tax; the threshold is judged only where it makes a difference.
fn consumption_tax_rates(
    tax: &ConsumptionTax,
    own: &RateOverride,
    line: &Line<'_>,
) -> Result<CtRates, GapKind> {
    let overridden = |rates: CtRates| CtRates {
        ad_valorem: own.ct_rate.unwrap_or(rates.ad_valorem),
        per_unit: own.ct_per_unit.unwrap_or(rates.per_unit),
    };
    let (reached, below) = (overridden(tax.rates), overridden(tax.below));
    if tax.thresholds.is_empty() || reached == below {
        return Ok(reached);
    }
    let judged = tax.thresholds.iter().find_map(|threshold| {
        let count = line.measures.count(threshold.per, tax.litres_per_tonne)?;
        // Multiplied rather than divided, so that the boundary is exact.
        Some(line.dutiable.to_decimal() >= threshold.price.checked_mul(count)?)
    });
    match judged {
        Some(true) => Ok(reached),
        Some(false) => Ok(below),
        None => Err(GapKind::NoMeasure(tax.thresholds.iter().map(|t| t.per).collect())),
    }
}

fn consumption_tax_quantity(
    tax: &ConsumptionTax,
    own: &RateOverride,
    rates: CtRates,
    line: &Line<'_>,
) -> Result<Decimal, GapKind> {
    if rates.per_unit.is_zero() {
        return Ok(Decimal::ZERO);
    }
    own.ct_quantity
        .or_else(|| line.measures.count(tax.unit?, tax.litres_per_tonne))
        .ok_or_else(|| GapKind::NoMeasure(tax.unit.into_iter().collect()))
}
