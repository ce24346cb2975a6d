//! From a basket to what it pays.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tongguan_codelists::entries::ModeRegime;
use tongguan_codelists::{Pack, RowId};

use crate::defect::Defect;
use crate::money::{Money, MoneyOverflow};
use crate::tax::apportion::apportion;
use crate::tax::basket::{Basket, Sound, overflow};
use crate::tax::formula::{AppliedRates, Taxes, goods_tax};
use crate::tax::measure::Measures;
use crate::tax::rates::{Gap, Line, Treatment, rates_for};
use crate::tax::regime::{Bounds, Channel, Purchase, Refusal, Regime, decide};

/// What an order pays, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// By which regime; only the first three are taxed.
    pub regime: Regime,
    /// The items, in the order of the basket. Not taxed: with dutiable values and taxes of zero.
    pub items: Vec<AssessedItem>,
    /// The sums of the items' rounded amounts.
    pub totals: Totals,
    /// The rows of the pack that were used, each once, in alphabetical order.
    pub rows: Vec<RowId>,
}

/// What one line pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedItem {
    /// 商品序号 (`gnum`).
    pub line: i32,
    /// 完税总价格 (`taxPrice`): price with its share of freight and insurance.
    pub dutiable: Money,
    /// The payable taxes.
    pub taxes: Taxes,
    /// The rates they were computed with; none when nothing was.
    pub rates: Option<AppliedRates>,
}

/// The sums of an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// The dutiable value: what counts to the limits.
    pub dutiable: Money,
    /// The payable taxes.
    pub taxes: Taxes,
    /// All taxes together.
    pub tax: Money,
}

impl Assessment {
    /// Whether the order may be imported and is taxed.
    pub const fn is_taxed(&self) -> bool {
        matches!(self.regime, Regime::Reduced | Regime::Full | Regime::General)
    }
}

/// Assesses an order by the law of its day.
///
/// Prices, freight and insurance are rounded half-up to 分 before anything else.
///
/// # Errors
/// Every defect of the basket, when it has any: an unknown mode or unit, negative or endless
/// numbers, amounts that do not fit.
pub fn assess(pack: &Pack, basket: &Basket) -> Result<Assessment, Vec<Defect>> {
    let sound = basket.sound(pack)?;
    assess_sound(pack, &sound).map_err(|MoneyOverflow| overflow())
}

fn assess_sound(pack: &Pack, sound: &Sound<'_, '_>) -> Result<Assessment, MoneyOverflow> {
    let lines = lines_of(sound)?;
    let mut rows = Vec::new();
    let (regime, treatment) = regime_of(pack, sound, &lines, &mut rows)?;
    let Some(treatment) = treatment else { return summed(regime, untaxed(&lines), rows) };
    let (mut items, mut gaps) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in &lines {
        match rates_for(pack, sound.basket.as_of, treatment, line, &mut rows) {
            Ok(rates) => items.push(AssessedItem {
                line: line.item.line,
                dutiable: line.dutiable,
                taxes: goods_tax(line.dutiable, &rates)?,
                rates: Some(rates),
            }),
            Err(kind) => gaps.push(Gap { line: line.item.line, hs: line.item.hs, kind }),
        }
    }
    if gaps.is_empty() {
        summed(regime, items, rows)
    } else {
        summed(Regime::Review(gaps), untaxed(&lines), rows)
    }
}

/// The lines with their dutiable values.
fn lines_of<'b>(sound: &Sound<'b, '_>) -> Result<Vec<Line<'b>>, MoneyOverflow> {
    let Sound { basket, items, .. } = sound;
    let prices = items
        .iter()
        .map(|(item, _)| Money::round_half_up(item.total_price.value()))
        .collect::<Result<Vec<_>, _>>()?;
    let freight = Money::round_half_up(basket.freight.value())?;
    let charges = freight.checked_add(Money::round_half_up(basket.insurance.value())?)?;
    let shares = apportion(charges, &prices);
    let line = |((&(item, unit), price), share): ((&(&'b _, &_), Money), Money)| {
        let measures = Measures::of(item, unit);
        Ok(Line { item, measures, price, dutiable: price.checked_add(share)? })
    };
    items.iter().zip(prices).zip(shares).map(line).collect()
}

/// The regime, and how the lines are taxed under it; nothing when they are not.
fn regime_of(
    pack: &Pack,
    sound: &Sound<'_, '_>,
    lines: &[Line<'_>],
    rows: &mut Vec<RowId>,
) -> Result<(Regime, Option<Treatment>), MoneyOverflow> {
    let basket = sound.basket;
    let refused = |refusal| Ok((Regime::Refused(refusal), None));
    let whole = |regime| Ok((regime, Some(Treatment { duty: true, factor: Decimal::ONE })));
    if lines.iter().all(|line| line.price == Money::ZERO) {
        return refused(Refusal::NoValue);
    }
    if sound.regime == ModeRegime::General {
        return whole(Regime::General);
    }
    let day = basket.as_of;
    let (Some(limits), Some((factor, factor_row))) =
        (pack.limits(day), pack.factor(&basket.mode, day))
    else {
        return refused(Refusal::NotInForce);
    };
    let full_row = pack.full_tax_single_item(day);
    let bounds = Bounds {
        single: Money::round_half_up(limits.single)?,
        annual: Money::round_half_up(limits.annual)?,
        full_allowed: full_row.is_some(),
    };
    let value = value_of(lines)?;
    let would_be = basket.annual_used.checked_add(value)?;
    let single_piece = matches!(lines, [line] if line.measures.is_one_piece());
    rows.extend(limits.rows);
    match decide(bounds, Purchase { value, would_be, single_piece }) {
        Err(refusal) => refused(refusal),
        Ok(Channel::Reduced) => {
            rows.extend(factor_row.cloned());
            Ok((Regime::Reduced, Some(Treatment { duty: false, factor })))
        }
        Ok(Channel::Full) => {
            rows.extend(full_row.cloned());
            whole(Regime::Full)
        }
    }
}

fn value_of(lines: &[Line<'_>]) -> Result<Money, MoneyOverflow> {
    lines.iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(line.dutiable))
}

fn untaxed(lines: &[Line<'_>]) -> Vec<AssessedItem> {
    let item = |line: &Line<'_>| AssessedItem {
        line: line.item.line,
        dutiable: line.dutiable,
        taxes: Taxes::default(),
        rates: None,
    };
    lines.iter().map(item).collect()
}

fn summed(
    regime: Regime,
    items: Vec<AssessedItem>,
    rows: Vec<RowId>,
) -> Result<Assessment, MoneyOverflow> {
    let mut totals = Totals::default();
    for item in &items {
        totals.dutiable = totals.dutiable.checked_add(item.dutiable)?;
        totals.taxes = totals.taxes.checked_add(&item.taxes)?;
    }
    totals.tax = totals.taxes.total()?;
    let rows = rows.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    Ok(Assessment { regime, items, totals, rows })
}
