//! Returns whose goods did not come back in time.

use std::collections::BTreeSet;

use tongguan_domain::ids::ReturnId;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

use super::{DueError, PAGE};
use crate::clearing::incoming::{Incoming, ReturnCommand, ReturnEvent};

/// Gives up the returns whose goods are too late at `now`; gives how many those were.
///
/// # Errors
/// [`DueError`], or what `decide` gives; what was decided before it stays so, and nothing is lost.
pub(super) fn lapse<E: From<DueError>>(
    store: &Store,
    now: Moment,
    decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
) -> Result<usize, E> {
    let mut asked = BTreeSet::<ReturnId>::new();
    loop {
        let limit = PAGE + i64::try_from(asked.len()).unwrap_or(0);
        let late = store.read(|view| view.late_returns(now, limit)).map_err(DueError::from)?;
        // What is late after it was decided could not be decided; an operator sees it as held.
        let stuck = late.iter().filter(|row| asked.contains(&row.return_id)).count();
        let commands: Vec<_> = late
            .into_iter()
            .filter(|row| asked.insert(row.return_id))
            .map(|row| {
                let (declaration, id) = (row.declaration_id, row.return_id);
                Incoming::Return(ReturnCommand { declaration, id, event: ReturnEvent::Due })
            })
            .collect();
        if commands.is_empty() {
            return Ok(asked.len() - stuck);
        }
        decide(commands)?;
    }
}
