//! What stands in the database: who writes, what is held, what waits, what is not delivered.

use tongguan_application::board::{
    FOLLOWERS_LATE_SECONDS, LAPSED_SECONDS, RESPONSES_LATE_SECONDS, UNDECIDED_LATE_SECONDS,
};
use tongguan_application::numbering::made_at;
use tongguan_application::operating::{self, Standing};
use tongguan_application::processes::ProcessKind;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{Partition, Response, Store};

use super::Findings;

/// The follower that writes responses into folders.
const FOLDER: &str = "folder";
/// How many undelivered responses are counted.
const COUNTED: i64 = 1_000;
/// How long something may lie undelivered in a folder before it is worth a word.
const PATIENCE_MS: i64 = 15 * 60_000;
/// How far two clocks may be apart.
const APART_MS: i64 = 2_000;

/// Everything that stands in the database.
pub fn all(findings: &mut Findings, store: &Store, place: &str, now: Moment) -> anyhow::Result<()> {
    writers(findings, store, place, now)?;
    held(findings, store, place)?;
    inbox(findings, store, place, now)?;
    undelivered(findings, store, place, now)?;
    followers(findings, store, place, now)?;
    queues(findings, store, place)
}

fn writers(findings: &mut Findings, store: &Store, place: &str, now: Moment) -> anyhow::Result<()> {
    let (processes, schema) = store.read(|view| {
        Ok::<_, tongguan_storage::StorageError>((
            operating::processes(view, now)?,
            view.schema_version()?,
        ))
    })?;
    if processes.is_empty() {
        findings.ok("writer", place, "nobody clears parcels now");
    }
    let some_stand = processes.iter().any(|process| process.stands);
    for process in processes {
        let how = if process.stands { "lasts until" } else { "ended" };
        let served = process.address.map(|it| format!(" at {it}")).unwrap_or_default();
        let said = format!(
            "{} ({}{served}, place {}) does the work of {} of 256 partitions; lease {how} {}",
            process.name,
            process.kind.name(),
            process.number,
            process.partitions,
            process.until
        );
        // Those who stand remove one within seconds; where none does, it waits for the next to come.
        let was_left = !process.stands && is_older(process.until, LAPSED_SECONDS, now);
        if was_left && some_stand {
            let todo = "see the runbook of lapsed processes: the others do not remove it";
            findings.warn("writer", place, said, todo);
        } else if process.schema == schema {
            findings.ok("writer", place, said);
        } else {
            let said = format!(
                "{said}; it knows version {} of the tables, which are at {schema}",
                process.schema
            );
            findings.warn(
                "writer",
                place,
                said,
                "put the newer version in its place when it suits",
            );
        }
    }
    Ok(())
}

fn held(findings: &mut Findings, store: &Store, place: &str) -> anyhow::Result<()> {
    let (count, first) = store.read(|view| {
        let first = view.held((Partition(0), 0), 3)?;
        Ok::<_, tongguan_storage::StorageError>((view.held_length()?, first))
    })?;
    if count == 0 {
        findings.ok("held", place, "nothing is held");
        return Ok(());
    }
    let reasons: Vec<_> = first
        .iter()
        .map(|held| {
            format!("message {} document {}: {}", held.message_id, held.ordinal, held.reason)
        })
        .collect();
    findings.warn(
        "held",
        place,
        format!("{count} documents could not be decided, the first: {}", reasons.join("; ")),
        "mend what the reason names and have the sender send the document again; report a panic",
    );
    Ok(())
}

fn inbox(findings: &mut Findings, store: &Store, place: &str, now: Moment) -> anyhow::Result<()> {
    let everywhere: Vec<_> = Partition::all().collect();
    let ready = store.read(|view| view.inbox(&everywhere, 0, now, 1))?;
    match ready.first() {
        Some(first) if is_older(made_at(first.seq), UNDECIDED_LATE_SECONDS, now) => findings.warn(
            "inbox",
            place,
            format!("something has waited to be decided since {}", made_at(first.seq)),
            "start a gateway on this database",
        ),
        Some(_) => findings.ok("inbox", place, "what was received last is about to be decided"),
        None => findings.ok("inbox", place, "nothing waits to be decided"),
    }
    Ok(())
}

fn undelivered(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let rows: Vec<Response> = store.read(|view| view.unread(FOLDER, COUNTED))?;
    let Some(oldest) = rows.first() else {
        findings.ok("responses", place, "all are delivered");
        return Ok(());
    };
    let count = rows.len();
    let more = if i64::try_from(count) == Ok(COUNTED) { " or more" } else { "" };
    let said = format!("{count}{more} are not delivered, the oldest of {}", oldest.recorded_at);
    if oldest.recorded_at.plus_millis(PATIENCE_MS) < now {
        findings.warn("responses", place, said, "start a gateway, or see why its outbox stands");
    } else {
        findings.ok("responses", place, said);
    }
    Ok(())
}

/// What a service does beside clearing; without one, nothing of it is done or missed.
fn followers(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let (lags, processes) = store.read(|view| {
        let lags = operating::lags(view, now)?;
        Ok::<_, tongguan_storage::StorageError>((lags, operating::processes(view, now)?))
    })?;
    let serves = |it: &Standing| matches!(it.kind, ProcessKind::Serve | ProcessKind::Worker);
    if !processes.iter().any(|it| it.stands && serves(it)) {
        return Ok(());
    }
    let (soon, later) = (RESPONSES_LATE_SECONDS, FOLLOWERS_LATE_SECONDS);
    for (check, what, since, late) in [
        ("mailboxes", "responses lie in no mailbox", lags.undistributed_since, soon),
        ("lists", "the lists of parcels are behind", lags.unlisted_since, later),
        ("audit", "the audit is behind", lags.unaudited_since, later),
    ] {
        match since.filter(|since| is_older(*since, late, now)) {
            None => findings.ok(check, place, "nothing has waited for long"),
            Some(since) => {
                let todo = "see why in the service's log, and the runbook of late responses";
                findings.warn(check, place, format!("{what} since {since}"), todo);
            }
        }
    }
    Ok(())
}

fn is_older(since: Moment, seconds: u32, now: Moment) -> bool {
    now.since(since).as_secs() > i64::from(seconds)
}

fn queues(findings: &mut Findings, store: &Store, place: &str) -> anyhow::Result<()> {
    let (queues, waiting) = store.read(|view| {
        Ok::<_, tongguan_storage::StorageError>((view.queue_lengths()?, view.waiting_length()?))
    })?;
    findings.ok("queues", place, format!("{waiting} declarations wait for documents"));
    let guarantee = i64::from(ReturnStatus::Reviewed.number());
    for queue in queues {
        let said = format!(
            "{} declarations stand at {}, the first lodged {}",
            queue.length,
            queue.queue,
            made_at(queue.first.0)
        );
        if queue.queue == guarantee {
            let todo = "top up the guarantees that are used up: `registry guarantee`; \
                        others wait for their parcel to enter";
            findings.warn("queues", place, said, todo);
        } else {
            findings.ok("queues", place, said);
        }
    }
    Ok(())
}

/// The machine's clock: not before what was decided already, nor far from the database's.
pub fn clock(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let (last, shared) = store.read(|view| {
        Ok::<_, tongguan_storage::StorageError>((view.last_event_at()?, view.shared_clock(now)?))
    })?;
    let todo = "set the clock by NTP before parcels are cleared";
    match last {
        Some(last) if now < last => findings.fail(
            "clock",
            place,
            format!("it is {now}, but the last decision was made at {last}"),
            todo,
        ),
        _ => findings.ok("clock", place, format!("it is {now}, after the last decision")),
    }
    let apart = shared.since(now).abs();
    if apart.as_millis() > i128::from(APART_MS) {
        let said = format!("the database's clock is {} ms apart", apart.as_millis());
        findings.warn("clock", place, said, "set both clocks by NTP");
    }
    Ok(())
}
