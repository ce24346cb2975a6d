//! The gate: what a vehicle carries comes into the zone.

use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::GatePassNumber;
use tongguan_domain::time::Moment;
use tongguan_storage::Tx;

use super::events::{ZoneDone, note};
use super::lists::{By, ListError, ListRecord, keep, leave_news, locked};
use crate::clearing::rows;
use crate::clearing::zone::{ListKey, PassRecord, Referenced};

/// The vehicle of a declared gate pass passes the gate with all that it carries. Where several vehicles share
/// a list, the list has passed when all of it has.
pub(super) fn pass_gate(
    tx: &mut Tx<'_>,
    pass: PassRecord,
    asked: &ListKey,
    by: &By,
    now: Moment,
) -> Result<BondedListState, ListError> {
    if !pass.lists.contains(asked) {
        return Err(ListError::NotNamed(pass.number, asked.number.clone()));
    }
    let pass = PassRecord { state: pass.state.pass()?, since: now, by: Some(by.clone()), ..pass };
    let mut lists = pass.lists.clone();
    // In the order in which rows are locked.
    lists.sort_by_key(rows::list_key);
    let mut reached = BondedListState::Gated;
    for key in &lists {
        let mut record = locked(tx, key)?;
        carry_through(&mut record, &pass.number, by, now)?;
        keep(tx, &record, now)?;
        if record.state == BondedListState::Gated {
            let done = ZoneDone::Stepped(BondedListStep::PassGate, record.state);
            note(tx, Referenced::List(record.key()), done, by, now)?;
        }
        if key == asked {
            reached = record.state;
        }
    }
    tx.upsert(&[rows::write_pass(&pass)?])?;
    let of = Referenced::Pass(pass.number.clone());
    note(tx, of.clone(), ZoneDone::Pass(pass.state), by, now)?;
    leave_news(tx, &pass.lodged, of)?;
    Ok(reached)
}

/// What a vehicle carries of a list is past the gate.
fn carry_through(
    record: &mut ListRecord,
    pass: &GatePassNumber,
    by: &By,
    now: Moment,
) -> Result<(), ListError> {
    record.state.take(BondedListStep::PassGate)?;
    let mut is_whole = true;
    for named_by in record.named_by.iter_mut().filter(|named_by| named_by.pass == *pass) {
        (named_by.passed, is_whole) = (true, named_by.carried.is_empty());
    }
    let left = record.left(|named_by| named_by.passed);
    if is_whole || left.values().all(|left| *left == StockQuantity::ZERO) {
        record.take(BondedListStep::PassGate, by.clone(), now)?;
        record.gate_pass = Some(pass.clone());
    }
    Ok(())
}
