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
    let (used, unused) = told_apart(&changes.allowances);
    let change = |(key, before, after): (&_, _, _)| {
        (rows::allowance_key(*key), Delta::between(of(before), of(after)))
    };
    tx.change_allowances(&used.into_iter().map(change).collect::<Vec<_>>())?;
    let open = |(key, after): (&_, _)| rows::write_allowance(*key, after);
    tx.open_allowances(&unused.into_iter().map(open).collect::<Vec<_>>())?;

    let of = |it: QuantityAllowance| (it.reserved.trillionths(), it.used.trillionths());
    let (used, unused) = told_apart(&changes.quantities);
    let change = |(key, before, after): (&_, _, _)| {
        (rows::quantity_key(key), Delta::between(of(before), of(after)))
    };
    tx.change_quantity_allowances(&used.into_iter().map(change).collect::<Vec<_>>())?;
    let open = |(key, after): (&_, _)| rows::write_quantity(key, after);
    tx.open_quantity_allowances(&unused.into_iter().map(open).collect::<Vec<_>>())?;

    holding.write(tx, &changes.guarantees, at)
}

/// Of balances that changed: those that had been used, before and after, and those that had not.
#[expect(clippy::type_complexity, reason = "two lists of what one list holds")]
fn told_apart<K, A: Copy + Default + PartialEq>(
    changes: &[(K, Option<A>, A)],
) -> (Vec<(&K, A, A)>, Vec<(&K, A)>) {
    let (mut used, mut unused) = (Vec::new(), Vec::new());
    for (key, before, after) in changes {
        match before {
            _ if before.unwrap_or_default() == *after => {}
            Some(before) => used.push((key, *before, *after)),
            None => unused.push((key, *after)),
        }
    }
    (used, unused)
}
