//! The buyer's year: what a declaration reserves of it, uses, and gives back, in money and in quantities.

use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::declaration::Reservation;
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::ItemFacts;
use tongguan_domain::money::Money;
use tongguan_domain::official::customs::ANNUAL_LIMIT;
use tongguan_domain::positive_list::over_quantity;
use tongguan_storage::planted::{Bug, planted};

use super::Undecidable;
use crate::clearing::working_set::Draft;

/// Every limit of the year that taking `wanted` would exceed: the limit in money, and those of the lines
/// of the positive list whose quantity is limited.
pub fn over_limits(
    draft: &Draft<'_>,
    wanted: &Reservation,
    annual_limit: Money,
    items: &[ItemFacts],
) -> Result<Vec<Defect>, Undecidable> {
    let mut defects = Vec::new();
    let taken = match planted(Bug::JudgesAllowanceAlone) {
        true => Money::ZERO,
        false => draft.allowance(wanted.key).taken()?,
    };
    let total = taken.checked_add(wanted.amount)?;
    if total > annual_limit {
        let defect = Defect::at(&ANNUAL_LIMIT, "InventoryHead/buyerIdNumber");
        defects.push(defect.found(total).expected(annual_limit));
    }
    for quantity in &wanted.quantities {
        let account = draft.quantity(quantity.key(wanted.key));
        if !account.has_room_for(quantity)? {
            let taken = account.taken()?;
            defects.push(over_quantity(items, quantity, wanted.key.year, taken));
        }
    }
    Ok(defects)
}

/// Holds `wanted` for a lodged declaration.
pub fn reserve(draft: &mut Draft<'_>, wanted: &Reservation) -> Result<(), Undecidable> {
    draft.set_allowance(wanted.key, draft.allowance(wanted.key).reserve(wanted.amount)?);
    for quantity in &wanted.quantities {
        let key = quantity.key(wanted.key);
        draft.set_quantity(key, draft.quantity(key).reserve(quantity.amount)?);
    }
    Ok(())
}

/// Gives back what a declaration held that was refused, deleted, changed or came to its end otherwise.
pub fn give_back(draft: &mut Draft<'_>, held: &Reservation) -> Result<(), Undecidable> {
    draft.set_allowance(held.key, draft.allowance(held.key).give_back(held.amount)?);
    for quantity in &held.quantities {
        let key = quantity.key(held.key);
        draft.set_quantity(key, draft.quantity(key).give_back(quantity.amount)?);
    }
    Ok(())
}

/// Gives back what a release used of goods that went back: from what it used to what it still uses.
pub fn restore(
    draft: &mut Draft<'_>,
    used: &Reservation,
    still: &Reservation,
) -> Result<(), Undecidable> {
    let amount = used.amount.checked_sub(still.amount)?;
    draft.set_allowance(used.key, draft.allowance(used.key).restore(amount)?);
    for (before, after) in used.quantities.iter().zip(&still.quantities) {
        let key = before.key(used.key);
        let amount = before.amount.checked_sub(after.amount)?;
        draft.set_quantity(key, draft.quantity(key).restore(amount)?);
    }
    Ok(())
}

/// Turns what a declaration held into use of the year `of`; gives what was used.
pub fn spend(
    draft: &mut Draft<'_>,
    held: Reservation,
    of: AllowanceKey,
) -> Result<Reservation, Undecidable> {
    give_back(draft, &held)?;
    draft.set_allowance(of, draft.allowance(of).spend(held.amount)?);
    for quantity in &held.quantities {
        let key = quantity.key(of);
        draft.set_quantity(key, draft.quantity(key).spend(quantity.amount)?);
    }
    Ok(Reservation { key: of, ..held })
}
