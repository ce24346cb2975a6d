//! Committing, until the database has answered for good.

use std::time::Duration;

use tongguan_domain::time::Moment;
use tongguan_storage::Remedy;
use tongguan_storage::planted::{Bug, planted};

use crate::clearing::batch::{BatchError, Committed, Delivery};
use crate::clearing::engine::Engine;
use crate::clearing::incoming::Incoming;
use crate::history::Actor;
use crate::ports::Clock;

/// How often a batch is tried while the database is busy or away, with pauses up to two seconds.
const ATTEMPTS: u32 = 12;

/// Commits, with repetitions while the database is busy or away.
///
/// # Errors
/// What stood in the way at last.
pub fn commit(
    engine: &mut Engine,
    batch: &[Delivery],
    commands: &[Incoming],
    clock: &dyn Clock,
) -> Result<Committed, BatchError> {
    repeated(engine, batch, (commands, None), clock)
}

/// The same for somebody's commands, which are a batch of their own.
///
/// # Errors
/// What stood in the way at last.
pub fn commit_for(
    engine: &mut Engine,
    commands: &[Incoming],
    by: Option<&Actor>,
    clock: &dyn Clock,
) -> Result<Committed, BatchError> {
    repeated(engine, &[], (commands, by), clock)
}

fn repeated(
    engine: &mut Engine,
    batch: &[Delivery],
    commands: Given<'_>,
    clock: &dyn Clock,
) -> Result<Committed, BatchError> {
    let mut pause = Duration::from_millis(5);
    // Whether an earlier attempt may have been committed: until the database says so, or not.
    let mut unknown = false;
    for attempt in 1.. {
        let error = match attempt_once(engine, batch, commands, &mut unknown, clock.now()) {
            Ok(committed) => return Ok(committed),
            Err(error) => error,
        };
        let remedy = match &error {
            BatchError::Storage(error) => error.remedy(),
            BatchError::Row(_)
            | BatchError::Encode(_)
            | BatchError::Outdated
            | BatchError::Reaches(_)
            | BatchError::Short(_) => return Err(error),
        };
        match remedy {
            _ if attempt >= ATTEMPTS => return Err(error),
            Remedy::Retry | Remedy::Drop => {}
            Remedy::Resolve => unknown = true,
            Remedy::Bisect | Remedy::Stop => return Err(error),
        }
        clock.pause(pause);
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    Ok(Committed::default())
}

/// Commands, and whose they are.
type Given<'c> = (&'c [Incoming], Option<&'c Actor>);

fn attempt_once(
    engine: &mut Engine,
    batch: &[Delivery],
    (commands, by): Given<'_>,
    unknown: &mut bool,
    now: Moment,
) -> Result<Committed, BatchError> {
    if *unknown {
        if planted(Bug::TakesUnknownForDone) || engine.was_committed(batch)? {
            return Ok(Committed::default());
        }
        *unknown = false;
    }
    engine.commit(batch, commands, by, now)
}

/// An error with its causes, for an operator. Of each the first line alone: in those below it a database quotes
/// what stands in the row that it refused.
pub fn chain(error: &dyn std::error::Error) -> String {
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let mut text = first_line(error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = first_line(error.to_string());
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
