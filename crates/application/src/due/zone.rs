//! Bonded lists and gate passes that were changed by command, whose enterprises have to be told.

use std::collections::BTreeSet;

use tongguan_storage::Store;

use super::{DueError, PAGE};
use crate::clearing::incoming::Incoming;
use crate::clearing::rows::read_news;

/// Tells what there is to tell; gives of how many lists and gate passes that was.
///
/// # Errors
/// [`DueError`], or what `decide` gives; what was told before it stays so, and nothing is lost.
pub(super) fn tell<E: From<DueError>>(
    store: &Store,
    decide: &mut dyn FnMut(Vec<Incoming>) -> Result<(), E>,
) -> Result<usize, E> {
    let mut asked = BTreeSet::new();
    loop {
        let limit = PAGE + i64::try_from(asked.len()).unwrap_or(0);
        let rows = store.read(|view| view.zone_news(limit)).map_err(DueError::from)?;
        // What is news after it was told could not be told; an operator sees it as held.
        let stuck = rows.iter().filter(|row| asked.contains(&(row.kind, row.number.clone())));
        let stuck = stuck.count();
        let news = rows.iter().filter(|row| asked.insert((row.kind, row.number.clone())));
        let news = news.map(|row| read_news(row).map(Incoming::ZoneNews));
        let commands = news.collect::<Result<Vec<_>, _>>().map_err(DueError::from)?;
        if commands.is_empty() {
            return Ok(asked.len() - stuck);
        }
        decide(commands)?;
    }
}
