//! Writing balances: allowances that had been used change by deltas, those that had not are opened, and what is held of
//! guarantees is held where the batch may hold it.

use tongguan_domain::allowance::{Allowance, QuantityAllowance};
use tongguan_domain::time::Moment;
use tongguan_storage::{Delta, Tx};

use crate::clearing::batch::BatchError;
use crate::clearing::holding::Holding;
use crate::clearing::rows;
use crate::clearing::working_set::Changes;

/// In the order in which balances are locked.
pub(super) fn write(
    tx: &mut Tx<'_>,
    changes: &Changes,
    holding: &Holding,
    at: Moment,
) -> Result<(), BatchError> {
    let of = |it: Allowance| (it.reserved.fen(), it.used.fen());
    let (mut changed, mut opened) = (Vec::new(), Vec::new());
    for (key, before, after) in &changes.allowances {
        match before {
            Some(before) if before != after => {
                changed.push((rows::allowance_key(*key), Delta::between(of(*before), of(*after))));
            }
            None if *after != Allowance::default() => {
                opened.push(rows::write_allowance(*key, *after));
            }
            Some(_) | None => {}
        }
    }
    tx.change_allowances(&changed)?;
    tx.open_allowances(&opened)?;
    write_quantities(tx, changes)?;
    holding.write(tx, &changes.guarantees, at)
}

fn write_quantities(tx: &mut Tx<'_>, changes: &Changes) -> Result<(), BatchError> {
    let of = |it: QuantityAllowance| (it.reserved.trillionths(), it.used.trillionths());
    let (mut changed, mut opened) = (Vec::new(), Vec::new());
    for (key, before, after) in &changes.quantities {
        match before {
            Some(before) if before != after => {
                changed.push((rows::quantity_key(key), Delta::between(of(*before), of(*after))));
            }
            None if *after != QuantityAllowance::default() => {
                opened.push(rows::write_quantity(key, *after));
            }
            Some(_) | None => {}
        }
    }
    tx.change_quantity_allowances(&changed)?;
    tx.open_quantity_allowances(&opened)?;
    Ok(())
}
