//! Numbers for bonded lists that no list on paper bears.

use std::collections::BTreeMap;

use tongguan_domain::commerce::Action;
use tongguan_domain::time::Moment;
use tongguan_messages::zone::ZoneDocument;
use tongguan_storage::{StorageError, Tx};

use crate::clearing::incoming::Incoming;
use crate::numbering::{Serials, Series};

/// Passes over numbers that lists which were lodged by command bear: those come from paper and have the form
/// of our own. Says whether there were any; then numbers may have to be reserved and looked at again.
///
/// # Errors
/// [`StorageError`].
pub fn pass_over_taken(
    tx: &mut Tx<'_>,
    serials: &Serials,
    batch: &[&Incoming],
    at: Moment,
) -> Result<bool, StorageError> {
    let mut wanted = BTreeMap::<Series, i64>::new();
    for incoming in batch {
        if let Incoming::Zone(document) = incoming
            && let ZoneDocument::List(list) = &document.declared
            && list.action == Action::Create
        {
            let series = Series::bonded_list(document.partition(), list.office, at);
            *wanted.entry(series).or_default() += 1;
        }
    }
    let mut were_taken = false;
    for (series, count) in wanted {
        let numbers = serials.upcoming(&series, count);
        let keys: Vec<_> = numbers.iter().map(|number| (number.as_str(),)).collect();
        let taken = tx.bonded_lists_numbered(&keys)?;
        let last = numbers.iter().rposition(|number| taken.iter().any(|row| row.number == *number));
        if let Some(up_to) = last.and_then(|last| i64::try_from(last + 1).ok()) {
            serials.pass_over(&series, up_to);
            were_taken = true;
        }
    }
    Ok(were_taken)
}
