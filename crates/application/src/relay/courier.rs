//! The courier to upstream: sends what stands in the outbox, in order for each parcel.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::dxp::{self, Additions, DxpHead, DxpMessage};
use tongguan_messages::table::Trailer;
use tongguan_storage::seal::Keyring;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::relay::StoredSendingOrder;
use tongguan_storage::{Backoff, RelayMessageRow, StorageError, Store, Writer};

use crate::clearing::incoming::Incoming;
use crate::clearing::relay::{RelayAct, RelayState, RelayStep};
use crate::deciding::{Decides, NotCommitted};
use crate::intake::envelope::business_message;
use crate::originals::{Archive, OriginalError};
use crate::ports::{Clock, NotRelayed, Upstream};

/// Messages that are looked at in a turn.
const PAGE: i64 = 500;
/// The most that is done with in a turn: then it is told how many wait.
const MOST_A_TURN: usize = 16;
/// What is waited after attempts that failed; the last of them after all further ones.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
];

/// Who sends to whom, and for how long it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// This window, as upstream knows it (`SenderId`).
    pub sender: DxpId,
    /// Who receives what concerns imports (`ReceiverId`).
    pub import: DxpId,
    /// Who receives what concerns exports.
    pub export: DxpId,
    /// How long a message is tried, in hours.
    pub give_up_after_hours: u32,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Messages that upstream took.
    pub sent: usize,
    /// Messages that were given up.
    pub given_up: usize,
    /// Messages that wait, sent and given up ones not counted.
    pub waiting: i64,
}

/// A turn could not go on. What was sent is noted, or sent again under the same number.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row does not decode.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// It could not be noted what became of a message.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// Sends what stands in the outbox to upstream. One of a store.
pub struct Courier {
    store: Store,
    writer: Writer,
    archive: Archive,
    upstream: Arc<dyn Upstream>,
    clock: Arc<dyn Clock>,
    terms: Terms,
    /// Since upstream takes nothing: until when nothing is tried, and how often it was.
    away: Option<(Moment, i64)>,
}

impl Courier {
    /// For the outbox of a store.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(
        store: &Store,
        keyring: Arc<Keyring>,
        upstream: Arc<dyn Upstream>,
        clock: Arc<dyn Clock>,
        terms: Terms,
    ) -> Result<Self, StorageError> {
        let (writer, archive) = (store.small_writer()?, Archive::new(store.clone(), keyring));
        Ok(Self { store: store.clone(), writer, archive, upstream, clock, terms, away: None })
    }

    /// Sends what is due, until nothing is or upstream takes nothing. A message whose documents name a number
    /// that an earlier one names too waits until that one is done with.
    ///
    /// # Errors
    /// [`RelayError`].
    pub fn turn(&mut self, desk: &mut dyn Decides) -> Result<Turn, RelayError> {
        let mut turn = Turn::default();
        let mut ahead = BTreeSet::new();
        let mut place = 0;
        'pages: while !self.is_away() {
            let rows =
                self.store.read(|view| view.relay_messages_in(RelayState::WAITING, place, PAGE))?;
            let Some(last) = rows.last() else { break };
            place = last.seq;
            for row in rows {
                let names = StoredSendingOrder::decode(&row.body)?.names;
                let is_due = row.next_attempt_at.is_none_or(|at| at <= self.clock.now());
                if !is_due || names.iter().any(|name| ahead.contains(name)) {
                    ahead.extend(names);
                    continue;
                }
                match self.deliver(desk, &row)? {
                    Delivered::Sent => turn.sent += 1,
                    Delivered::GivenUp => turn.given_up += 1,
                    Delivered::Later => ahead.extend(names),
                }
                if self.is_away() || turn.sent + turn.given_up >= MOST_A_TURN {
                    break 'pages;
                }
            }
        }
        turn.waiting = self.waiting()?;
        Ok(turn)
    }

    /// How many messages wait, sent and given up ones not counted.
    ///
    /// # Errors
    /// [`RelayError`].
    pub fn waiting(&self) -> Result<i64, RelayError> {
        Ok(self.store.read(|view| view.relay_count(RelayState::WAITING))?)
    }

    fn is_away(&self) -> bool {
        self.away.is_some_and(|(until, _)| self.clock.now() < until)
    }

    fn deliver(
        &mut self,
        desk: &mut dyn Decides,
        row: &RelayMessageRow,
    ) -> Result<Delivered, RelayError> {
        let begun_at = self.clock.now();
        let outcome = match self.envelope(row, begun_at)? {
            Ok(envelope) => self.upstream.send(&row.number, &envelope),
            Err(why) => Err(NotRelayed::Refused(why)),
        };
        let (why, after) = match outcome {
            Ok(()) => {
                self.away = None;
                self.settle(desk, row.message_id, RelayAct::Sent(begun_at))?;
                return Ok(Delivered::Sent);
            }
            Err(NotRelayed::Refused(why)) => {
                self.settle(desk, row.message_id, RelayAct::GiveUp(why))?;
                return Ok(Delivered::GivenUp);
            }
            Err(NotRelayed::Failed(why)) => (why, pause(row.attempts + 1)),
            Err(NotRelayed::Away { why, after }) => {
                let times = self.away.map_or(0, |(_, times)| times) + 1;
                let after = after.unwrap_or_else(|| pause(times));
                self.away = Some((later(begun_at, after), times));
                (why, after)
            }
        };
        let hours = i64::from(self.terms.give_up_after_hours);
        if row.due_since.plus_millis(hours * 3_600_000) <= begun_at {
            self.settle(desk, row.message_id, RelayAct::GiveUp(why))?;
            return Ok(Delivered::GivenUp);
        }
        self.failed(row, &why, later(begun_at, after))?;
        Ok(Delivered::Later)
    }

    /// The message in an envelope from this window, or why there is none.
    fn envelope(
        &mut self,
        row: &RelayMessageRow,
        now: Moment,
    ) -> Result<Result<String, String>, RelayError> {
        let found = self.store.read(|view| view.messages(&[(row.partition, row.message_id)]))?;
        let Some(message) = found.first() else {
            return Ok(Err("the message is not kept any more".to_owned()));
        };
        let Some(kind) = MessageType::from_code(&row.kind) else {
            return Ok(Err(format!("`{}` is no message", row.kind)));
        };
        let original = match self.archive.original(message) {
            Ok(original) => original,
            Err(OriginalError::Storage(error)) => return Err(error.into()),
            // It never will be read, and the others must not wait for that.
            Err(error) => return Ok(Err(error.to_string())),
        };
        let receiver = match kind.layout().trailer {
            Trailer::Export { .. } => &self.terms.export,
            _ => &self.terms.import,
        };
        let envelope = dxp::write(&DxpMessage {
            head: DxpHead {
                number: row.number.as_str().into(),
                sender: self.terms.sender.clone(),
                receivers: vec![receiver.clone()],
                created_at: now,
                message_type: kind.root().into(),
            },
            data: business_message(original),
            additions: Additions::default(),
        });
        Ok(envelope.map_err(|defects| {
            defects.first().map_or_else(String::new, |defect| defect.message_en())
        }))
    }

    fn settle(
        &self,
        desk: &mut dyn Decides,
        message: MessageId,
        act: RelayAct,
    ) -> Result<(), RelayError> {
        desk.carry_out(vec![Incoming::RelayStep(RelayStep { message, act })])?;
        Ok(())
    }

    fn failed(
        &mut self,
        row: &RelayMessageRow,
        why: &str,
        next_attempt_at: Moment,
    ) -> Result<(), StorageError> {
        self.writer.retried(Backoff::default(), |tx| {
            let Some(mut row) = tx.lock_relay_messages(&[(row.partition, row.message_id)])?.pop()
            else {
                return Ok(());
            };
            // Upstream may have answered meanwhile, so it was sent.
            if row.state == RelayState::WAITING {
                row.attempts += 1;
                row.next_attempt_at = Some(next_attempt_at);
                row.failure = Some(why.to_owned());
                tx.upsert(&[row])?;
            }
            Ok(())
        })
    }
}

/// What became of a message in a turn.
enum Delivered {
    Sent,
    GivenUp,
    Later,
}

fn pause(attempts: i64) -> Duration {
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    PAUSES.get(at).or(PAUSES.last()).copied().unwrap_or_default()
}

fn later(now: Moment, after: Duration) -> Moment {
    now.plus_millis(i64::try_from(after.as_millis()).unwrap_or(i64::MAX / 2_000))
}
