//! What a return of imported goods leaves of a release: of the tax, of what was used of the buyer's year,
//! in money and in goods whose quantity is limited.
//!
//! Each line keeps its part by quantity of what it still owes, rounded half-up to the fen; what goes back is the
//! difference, so that nothing is lost or made by rounding, and a line that is returned whole owes nothing.
//! That the rest is billed anew by its part and not assessed anew is an inference: no text says how
//! (海关总署公告2020年第45号 says that the tax is not collected and the allowance adjusted).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::allowance::LimitedQuantity;
use crate::declaration::{Release, Reservation};
use crate::facts::ItemFacts;
use crate::money::{Money, MoneyOverflow};
use crate::quantity::Quantity;
use crate::returns::ReturnedLine;
use crate::tax_bill::{TaxDue, TaxLine};

/// What is left of a release after goods went back.
///
/// `items` are the goods as declared, `before` what went back earlier, `now` what goes back.
///
/// # Errors
/// [`MoneyOverflow`].
pub fn rest(
    release: &Release,
    items: &[ItemFacts],
    before: &[ReturnedLine],
    now: &[ReturnedLine],
) -> Result<Release, MoneyOverflow> {
    let left = |number: i32, returned: &[&[ReturnedLine]]| {
        let declared = items.iter().find(|item| item.number == number);
        let declared = declared.map_or(Decimal::ZERO, |item| item.quantity);
        (declared - quantity_of(number, returned)).max(Decimal::ZERO)
    };
    let share = |number| (left(number, &[before, now]), left(number, &[before]));
    let lines = release.tax.lines.iter().map(|line| scaled(line, share(line.number)));
    let tax = TaxDue::of(lines.collect::<Result<_, _>>()?)?;
    let nothing = items.iter().all(|item| share(item.number).0.is_zero());
    let taken_back = release.tax.dutiable.checked_sub(tax.dutiable)?;
    let amount = match nothing {
        true => Money::ZERO,
        false => release.used.amount.checked_sub(taken_back)?.max(Money::ZERO),
    };
    let quantities = release
        .used
        .quantities
        .iter()
        .map(|quantity| LimitedQuantity { amount: limited(quantity, items, share), ..*quantity });
    let used = Reservation { key: release.used.key, amount, quantities: quantities.collect() };
    Ok(Release { used, tax, ..release.clone() })
}

/// How much of a line these returns take.
pub fn quantity_of(number: i32, returned: &[&[ReturnedLine]]) -> Decimal {
    let lines = returned.iter().flat_map(|lines| lines.iter());
    lines.filter(|line| line.number == number).map(|line| line.quantity).sum()
}

/// A line's tax, reduced to `left` of `of`.
fn scaled(line: &TaxLine, (left, of): (Decimal, Decimal)) -> Result<TaxLine, MoneyOverflow> {
    if left == of {
        return Ok(line.clone());
    }
    let part = |money: Money| {
        let exact = money.to_decimal().checked_mul(left).and_then(|all| all.checked_div(of));
        Money::round_half_up(exact.ok_or(MoneyOverflow)?)
    };
    Ok(TaxLine {
        dutiable: part(line.dutiable)?,
        duty: part(line.duty)?,
        vat: part(line.vat)?,
        consumption_tax: part(line.consumption_tax)?,
        ..line.clone()
    })
}

/// What is left of a limited quantity: the goods of its line of the list share it by their statutory
/// quantities. Of a part, what cannot be told exactly stays with the buyer's account until all is back.
fn limited(
    quantity: &LimitedQuantity,
    items: &[ItemFacts],
    share: impl Fn(i32) -> (Decimal, Decimal),
) -> Quantity {
    let line = quantity.line.to_string();
    let (mut left, mut of) = (Decimal::ZERO, Decimal::ZERO);
    for item in items.iter().filter(|item| item.hs_code.starts_with(&line)) {
        if item.quantity.is_zero() {
            continue;
        }
        let (rest, before) = share(item.number);
        left += item.statutory_quantity * rest / item.quantity;
        of += item.statutory_quantity * before / item.quantity;
    }
    if left == of || of.is_zero() {
        return quantity.amount;
    }
    let all = Decimal::from(quantity.amount.trillionths());
    let kept = all.checked_mul(left).and_then(|product| product.checked_div(of));
    let kept = kept.map_or(all, |kept| kept.ceil().min(all));
    let kept = kept.to_i64().and_then(Quantity::from_trillionths);
    kept.unwrap_or(quantity.amount)
}

#[cfg(test)]
mod tests;
