//! When tax is due, until when goods may come back, and what lateness costs.
//!
//! Sources: 海关总署公告2018年第194号 (payment on the 31st to 45th day after release), 公告2020年第45号
//! (returns), 关税法 Art 43 (other goods, late fee). All numbers come from the pack, by the day.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use tongguan_codelists::Pack;
use tongguan_codelists::entries::ParameterKind;

use crate::money::{Money, MoneyOverflow};

/// The days that follow from the release of a retail import, all included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportTerms {
    /// The last day on which a return may be asked for.
    pub return_by: Date,
    /// The last day on which returned goods may be back.
    pub back_by: Date,
    /// The first day on which the withholding agent pays the tax.
    pub pay_from: Date,
    /// The last day on which it does so in time.
    pub pay_by: Date,
}

/// The terms of a parcel released on `released`; none where the pack has no rule for that day.
pub fn import_terms(pack: &Pack, released: Date) -> Option<ImportTerms> {
    let after = |kind| days_after(pack, kind, released, released);
    Some(ImportTerms {
        return_by: after(ParameterKind::ReturnApplicationDays)?,
        back_by: after(ParameterKind::ReturnArrivalDays)?,
        pay_from: after(ParameterKind::TaxPaymentFirstDay)?,
        pay_by: after(ParameterKind::TaxPaymentLastDay)?,
    })
}

/// The last day for tax on goods of general trade, whose declaration was complete on `declared`.
pub fn goods_payment_due(pack: &Pack, declared: Date) -> Option<Date> {
    days_after(pack, ParameterKind::GoodsPaymentDays, declared, declared)
}

/// The late fee (滞纳金) on `tax` due on `due` and paid on `paid`: a share a day of lateness, and
/// nothing below the floor. None where the pack has no rule for `due`.
///
/// # Errors
/// [`MoneyOverflow`].
pub fn late_fee(
    pack: &Pack,
    tax: Money,
    due: Date,
    paid: Date,
) -> Result<Option<Money>, MoneyOverflow> {
    let per_day = pack.number(ParameterKind::LateFeePerDay, due);
    let floor = pack.number(ParameterKind::LateFeeFloor, due);
    let (Some(per_day), Some(floor)) = (per_day, floor) else { return Ok(None) };
    let days = (paid - due).get_days().max(0);
    let exact = tax.to_decimal().checked_mul(per_day).ok_or(MoneyOverflow)?;
    let fee = exact.checked_mul(Decimal::from(days)).ok_or(MoneyOverflow)?;
    let fee = Money::round_half_up(fee)?;
    Ok(Some(if fee < Money::round_half_up(floor)? { Money::ZERO } else { fee }))
}

fn days_after(pack: &Pack, kind: ParameterKind, on: Date, start: Date) -> Option<Date> {
    let days = pack.number(kind, on)?.to_i64()?;
    start.checked_add(days.days()).ok()
}
