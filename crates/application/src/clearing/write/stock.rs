//! Writing what a batch decided about bonded stock: one delta a stock, one row a movement.

use std::collections::HashMap;

use tongguan_domain::time::Moment;
use tongguan_storage::{self as storage, StockDelta, StorageError, Tx};

use crate::clearing::rows;
use crate::clearing::working_set::Changes;

/// Writes the stocks that changed, and their movements. A movement is never earlier than the one before it,
/// whatever the clock of the machine that wrote that one said.
pub(super) fn write(tx: &mut Tx<'_>, changes: &Changes, at: Moment) -> Result<(), StorageError> {
    if changes.stocks.is_empty() {
        return Ok(());
    }
    let last: HashMap<_, _> =
        changes.stocks.iter().map(|(key, before, _)| (key, before.moved_at)).collect();
    let deltas: Vec<_> = changes
        .stocks
        .iter()
        .map(|(key, before, after)| {
            let parts = |of: &crate::clearing::record::StockRecord| {
                (of.stock.on_hand().parts(), of.stock.held().parts(), of.moved)
            };
            let (before, after) = (parts(before), parts(after));
            let delta = StockDelta {
                on_hand: after.0.saturating_sub(before.0),
                held: after.1.saturating_sub(before.1),
                moved: after.2.saturating_sub(before.2),
            };
            (rows::stock_key(key), delta)
        })
        .filter(|(_, delta)| *delta != StockDelta::default())
        .collect();
    tx.change_bonded_stocks(&deltas, at)?;
    let movements: Vec<_> = changes
        .outcomes
        .stock_moves
        .iter()
        .map(|moved| storage::StockMovement {
            bucket: rows::book_bucket(&moved.key.book),
            book: moved.key.book.to_string(),
            item: moved.key.item.to_string(),
            n: moved.n,
            kind: rows::movement_code(moved.kind),
            quantity: moved.quantity.parts(),
            at: last.get(&moved.key).map_or(at, |last| at.max(*last)),
            document: moved.document.to_string(),
            declaration_id: Some(moved.declaration),
            officer: None,
            reason: None,
        })
        .collect();
    tx.insert(&movements)
}
