//! Decisions (决定) in the audit: what officers and enterprises asked for by command, taken up from the audit events
//! of clearing.
//!
//! Clearing numbers its events in its own partitions and has no index over who decided what: it would pay for one
//! with every parcel. So a follower takes the few events of commands up into the register [`Register::Decisions`],
//! beside clearing as the lists are (decision 23). What came by message is told by its message.

use tongguan_domain::ids::{DeclarationId, MessageId};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEntryV1, StoredEvent, StoredSubjectV1};
use tongguan_storage::{Backoff, Event, Register, StorageError, Store, Tx, Writer};

use super::stored::read_actor;
use super::{Actor, Cause, ChangeKind, Entry, Field, Subject};
use crate::following::{TakenUp, Unread, everything};
use crate::parcels::ParcelsError;
use crate::registry::fingerprint;
use crate::unmasking::masked;

/// The name under which decisions are followed.
pub const DECISIONS: &str = "decisions";
/// Events read at a time; most are of messages, and nothing is written for them.
const PAGE: i64 = 512;

/// Takes decisions up.
pub struct Decisions {
    store: Store,
    writer: Writer,
}

/// A decision that somebody asked for, and the event that tells of it.
struct Asked {
    at: Moment,
    cause: Cause,
    entry: Entry,
}

impl Decisions {
    /// Goes on where the last one stopped.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store) -> Result<Self, StorageError> {
        Ok(Self { store: store.clone(), writer: store.writer()? })
    }

    /// Takes up some of what was decided since. Where another process does the same, one of them does each part.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up_some(&mut self) -> Result<TakenUp, ParcelsError> {
        let unread = self.store.read(|view| Unread::<Event>::by(view, DECISIONS, PAGE))?;
        if unread.steps.is_empty() {
            return Ok(unread.when(Ok(()))?);
        }
        let asked = asked_in(&unread.rows)?;
        let written = self.writer.retried(Backoff::default(), |tx| {
            // The cursors first: whoever loses them would write what is written already.
            tx.move_cursors(DECISIONS, &unread.steps)?;
            keep(tx, &asked)
        });
        Ok(unread.when(written)?)
    }

    /// Takes up everything that was decided since; gives how many events of clearing that were.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up(&mut self) -> Result<usize, ParcelsError> {
        everything(|| self.take_up_some())
    }
}

fn keep(tx: &mut Tx<'_>, asked: &[Asked]) -> Result<(), StorageError> {
    if asked.is_empty() {
        return Ok(());
    }
    let revision = tx.bump(Register::Decisions)?;
    let events: Vec<_> = asked.iter().map(|it| (it.at, &it.cause, &it.entry)).collect();
    super::keep(tx, (Register::Decisions, revision), &events)
}

/// What events say that somebody asked for.
fn asked_in(events: &[Event]) -> Result<Vec<Asked>, ParcelsError> {
    let mut asked = Vec::new();
    for event in events {
        let StoredEvent { entries, by } = StoredEvent::decode(&event.body)?;
        let by = by.map(read_actor);
        for decided in entries {
            let Some(cause) = cause_of(&decided, by.as_ref()) else { continue };
            let Some(subject) = subject_of(&decided.subject) else { continue };
            let entry = Entry { subject, change: ChangeKind::Changed, fields: fields_of(&decided) };
            asked.push(Asked { at: event.at, cause, entry });
        }
    }
    Ok(asked)
}

/// Who asked for a decision; nothing where a message, time or the service itself did.
fn cause_of(decided: &StoredEntryV1, by: Option<&Actor>) -> Option<Cause> {
    let officer = match &decided.cause {
        StoredCauseV1::Ruling(officer, _) => Some(officer),
        _ => None,
    };
    let actor = match (by, officer) {
        // Of two the ruling names both, and whoever approved it was there.
        (Some(by), Some(officer)) => Actor { name: officer.clone(), ..by.clone() },
        (Some(by), None) => by.clone(),
        (None, Some(officer)) => Actor { name: officer.clone(), ..Actor::default() },
        (None, None) => return None,
    };
    Some(Cause::Person(actor))
}

fn subject_of(subject: &StoredSubjectV1) -> Option<Subject> {
    Some(match subject {
        StoredSubjectV1::Declaration(id) | StoredSubjectV1::Export(id) => {
            Subject::Declaration(DeclarationId(*id))
        }
        StoredSubjectV1::ExportReturn(id, n) => {
            Subject::ExportReturn(ExportReturnId { declaration: DeclarationId(*id), n: *n })
        }
        StoredSubjectV1::Document(order_no, kind, _, number) => Subject::Document {
            order_no: order_no.to_string(),
            kind: *kind,
            number: number.to_string(),
        },
        StoredSubjectV1::Relayed(id) => Subject::Message(MessageId(*id)),
        // They come by message alone.
        StoredSubjectV1::Unkeyed(_) | StoredSubjectV1::Zone(..) => return None,
    })
}

fn fields_of(decided: &StoredEntryV1) -> Vec<Field> {
    let status = |status: Option<i32>| status.map(|it| it.to_string()).unwrap_or_default();
    let told: Vec<_> = decided.statuses.iter().map(ToString::to_string).collect();
    let last = decided.statuses.last().copied().or(decided.before);
    let mut fields = vec![
        Field::changed("status", status(decided.before), status(last)),
        Field::changed("told", String::new(), told.join(" ")),
    ];
    match &decided.cause {
        StoredCauseV1::Ruling(_, reason) => {
            fields.push(Field::changed("reason", String::new(), masked(reason)));
        }
        StoredCauseV1::Signed(certificate, _) => {
            fields.push(Field::changed("certificate", String::new(), fingerprint(certificate)));
        }
        _ => {}
    }
    fields.into_iter().flatten().collect()
}
