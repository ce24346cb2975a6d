//! The courier: delivers what one webhook is due, letter by letter.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, random};
use tongguan_storage::{
    Backoff, DeadLetterRow, Register, StorageError, Store, Tx, WebhookRow, Writer,
};

use super::changes::told;
use super::event::{CONTENT_TYPE, Event, of_message, of_test};
use super::schedule::next_attempt;
use super::secret::Signer;
use super::{WebhookError, WebhookNumber, begin_anew, message_types};
use crate::history::{Cause, ChangeKind, Field, along};
use crate::mailboxes::{Letter, MailError, Mailboxes};
use crate::ports::{Answer, Clock, EventSender, NotSent, Post};

/// Letters read at a time, and the most of a turn.
const PAGE: i64 = 32;
/// How long a turn goes on: others wait for the thread.
const TURN_MILLIS: i64 = 10_000;
/// How long nobody else may deliver for a webhook; it is prolonged when half of it is over.
const HOLD_MILLIS: i64 = 60_000;
/// A receiver that is gone for good.
const GONE: u16 = 410;

/// Delivers for webhooks; shared by all threads that do.
pub struct Courier {
    store: Store,
    writer: Mutex<Writer>,
    mailboxes: Arc<Mailboxes>,
    keyring: Arc<Keyring>,
    sender: Arc<dyn EventSender>,
    clock: Arc<dyn Clock>,
    ending: AtomicBool,
}

/// What was sent once, out of turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The id of the event.
    pub id: String,
    /// What came of it.
    pub outcome: Result<Answer, NotSent>,
}

impl Sent {
    /// Whether the receiver took it.
    pub fn is_taken(&self) -> bool {
        self.outcome.as_ref().is_ok_and(is_success)
    }
}

/// A webhook that this courier holds.
struct Held {
    row: WebhookRow,
    signer: Signer,
    /// What tells this hold from any other.
    holder: i64,
    until: Moment,
}

/// How a letter ended.
enum Ending {
    Taken,
    Gone,
    Failed(String),
    /// Somebody else has the webhook now, or it was changed.
    Lost,
}

impl Courier {
    /// For the webhooks of a store.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(
        store: &Store,
        mailboxes: Arc<Mailboxes>,
        keyring: Arc<Keyring>,
        sender: Arc<dyn EventSender>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StorageError> {
        let writer = Mutex::new(store.writer()?);
        let (store, ending) = (store.clone(), AtomicBool::new(false));
        Ok(Self { store, writer, mailboxes, keyring, sender, clock, ending })
    }

    /// Ends what a process held that died. Only for the one process of a database.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn free_all(&self) -> Result<(), StorageError> {
        self.write(|tx| tx.free_webhooks())
    }

    /// The webhooks that have something to deliver now, and whether each failed last.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn due(&self) -> Result<Vec<(WebhookNumber, bool)>, StorageError> {
        let due = self.store.read(|view| view.due_webhooks(self.clock.now()))?;
        Ok(due.into_iter().map(|row| (WebhookNumber(row.number), row.attempts > 0)).collect())
    }

    /// Delivers everything that is due now, one webhook after the other; gives how many letters were done
    /// with. For those who push without threads.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn deliver_due(&self) -> Result<usize, WebhookError> {
        let mut letters = 0;
        loop {
            let due = self.due()?;
            if due.is_empty() {
                return Ok(letters);
            }
            for (number, _) in due {
                letters += self.turn(number)?.unwrap_or(0);
            }
        }
    }

    /// Delivers for one webhook, in order, until its receiver fails, nothing is left, or its turn is over.
    /// Gives how many letters were done with: taken, of no interest, or given up; nothing where it is not
    /// due, or somebody else delivers for it.
    ///
    /// # Errors
    /// [`WebhookError`]; the letters are delivered again after a while.
    pub fn turn(&self, number: WebhookNumber) -> Result<Option<usize>, WebhookError> {
        let Some(mut held) = self.hold(number)? else { return Ok(None) };
        let begun = self.clock.now();
        let mut letters = 0;
        let mut ending = Ending::Taken;
        match self.page(&held.row) {
            Err(MailError::Storage(error)) => return Err(error.into()),
            // A letter that cannot be written out must not hold up the mailbox for ever.
            Err(error) => ending = Ending::Failed(error.to_string()),
            Ok(page) => {
                for letter in page {
                    if begun.plus_millis(TURN_MILLIS) <= self.clock.now()
                        || self.ending.load(Ordering::Relaxed)
                    {
                        break;
                    }
                    ending = self.deliver(&mut held, &letter)?;
                    if !matches!(ending, Ending::Taken) {
                        break;
                    }
                    held.row.n = letter.n;
                    letters += 1;
                }
            }
        }
        letters += usize::from(self.settle(&held, letters > 0, &ending)?);
        Ok(Some(letters))
    }

    /// Sends a test at once and tells what came of it; nothing is kept of it.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn test(&self, number: WebhookNumber) -> Result<Sent, WebhookError> {
        let (row, signer) = self.opened(number)?;
        let event = of_test(&row.mailbox, number, self.clock.now());
        let outcome = self.post(&row, &signer, &event);
        Ok(Sent { id: event.id, outcome })
    }

    /// Sends a dead letter once more, at once; it is one no longer when all of its messages were taken.
    ///
    /// # Errors
    /// [`WebhookError::NothingThere`] where no dead letter has that place.
    pub fn send_dead_letter(
        &self,
        number: WebhookNumber,
        n: i64,
        cause: &Cause,
    ) -> Result<Vec<Sent>, WebhookError> {
        let (row, signer) = self.opened(number)?;
        let dead = self.store.read(|view| view.dead_letters(number.0))?;
        if !dead.iter().any(|letter| letter.n == n) {
            return Err(WebhookError::NothingThere(n));
        }
        let letter = self.mailboxes.letters(&row.mailbox, Some(n - 1), 1)?.pop();
        let letter = letter.ok_or(WebhookError::NothingThere(n))?;
        let mut all = Vec::new();
        for event in wanted(&row, &letter) {
            let outcome = self.post(&row, &signer, &event);
            let sent = Sent { id: event.id, outcome };
            let is_taken = sent.is_taken();
            all.push(sent);
            if !is_taken {
                return Ok(all);
            }
        }
        let sent = Field::changed("dead letter", n.to_string(), String::new());
        let entry = told(&row, ChangeKind::Changed, sent.into_iter().collect());
        let now = self.now();
        self.write(|tx| {
            along(tx, Register::Webhooks, cause, now, |tx| {
                tx.remove_dead_letter(number.0, n)?;
                Ok::<_, StorageError>(vec![entry.clone()])
            })
        })?;
        Ok(all)
    }

    /// Begins no further letter.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(super) fn sender(&self) -> &dyn EventSender {
        &*self.sender
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    fn hold(&self, number: WebhookNumber) -> Result<Option<Held>, WebhookError> {
        let now = self.clock.now();
        let (holder, until) = (i64::from_be_bytes(random()?), now.plus_millis(HOLD_MILLIS));
        let row = self.write(|tx| {
            let Some(mut row) = tx.lock_webhook(number.0)?.filter(|row| is_free(row, now)) else {
                return Ok(None);
            };
            (row.holder, row.held_until) = (Some(holder), Some(until));
            tx.upsert(std::slice::from_ref(&row))?;
            Ok(Some(row))
        })?;
        let Some(row) = row else { return Ok(None) };
        let signer = Signer::of(&self.keyring, &row).map_err(StorageError::from)?;
        Ok(Some(Held { row, signer, holder, until }))
    }

    fn page(&self, row: &WebhookRow) -> Result<Vec<Letter>, MailError> {
        match self.mailboxes.letters(&row.mailbox, Some(row.n), PAGE) {
            // One of them cannot be written out: those before it can.
            Err(MailError::Render(_)) => self.mailboxes.letters(&row.mailbox, Some(row.n), 1),
            page => page,
        }
    }

    fn deliver(&self, held: &mut Held, letter: &Letter) -> Result<Ending, WebhookError> {
        for event in wanted(&held.row, letter) {
            if !self.still_held(held)? {
                return Ok(Ending::Lost);
            }
            match self.post(&held.row, &held.signer, &event) {
                Ok(answer) if is_success(&answer) => {}
                Ok(answer) if answer.status == GONE => return Ok(Ending::Gone),
                Ok(answer) => return Ok(Ending::Failed(format!("answered {}", answer.status))),
                Err(error) => return Ok(Ending::Failed(error.to_string())),
            }
        }
        Ok(Ending::Taken)
    }

    /// Whether the webhook is still this hold's; prolongs it, and notes how far it has come, when half of
    /// its time is over.
    fn still_held(&self, held: &mut Held) -> Result<bool, StorageError> {
        let now = self.clock.now();
        if now.plus_millis(HOLD_MILLIS / 2) < held.until {
            return Ok(true);
        }
        let (holder, n) = (held.holder, held.row.n);
        let until = now.plus_millis(HOLD_MILLIS);
        let prolonged = self.write(|tx| {
            let Some(mut row) = own(tx, held.row.number, holder)? else { return Ok(false) };
            if row.n != n {
                begin_anew(&mut row);
            }
            (row.n, row.held_until) = (n, Some(until));
            tx.upsert(std::slice::from_ref(&row))?;
            Ok(true)
        })?;
        held.until = until;
        Ok(prolonged)
    }

    fn post(&self, row: &WebhookRow, signer: &Signer, event: &Event) -> Result<Answer, NotSent> {
        let mut headers = vec![("content-type", CONTENT_TYPE.to_owned())];
        headers.extend(signer.headers(event, self.clock.now()));
        self.sender.post(&Post { url: row.url.clone(), headers, body: event.body.clone() })
    }

    /// Notes how far a webhook has come and lets go of it; gives whether a letter was given up.
    fn settle(&self, held: &Held, moved: bool, ending: &Ending) -> Result<bool, StorageError> {
        let now = self.clock.now();
        self.write(|tx| {
            let Some(mut row) = own(tx, held.row.number, held.holder)? else { return Ok(false) };
            if moved {
                begin_anew(&mut row);
            }
            row.n = held.row.n;
            let dead = match ending {
                Ending::Failed(why) => failed(&mut row, why, now),
                Ending::Gone => {
                    row.gone_at = Some(now);
                    None
                }
                Ending::Taken | Ending::Lost => None,
            };
            (row.holder, row.held_until) = (None, None);
            tx.upsert(std::slice::from_ref(&row))?;
            tx.upsert(dead.as_slice())?;
            Ok(dead.is_some())
        })
    }

    fn opened(&self, number: WebhookNumber) -> Result<(WebhookRow, Signer), WebhookError> {
        self.store.read(|view| {
            let row = view.webhook(number.0)?.ok_or(WebhookError::Unknown(number))?;
            let signer = Signer::of(&self.keyring, &row).map_err(StorageError::from)?;
            Ok((row, signer))
        })
    }

    fn write<T>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.writer().retried(Backoff::default(), work)
    }
}

/// Whether somebody may deliver for it now.
fn is_free(row: &WebhookRow, now: Moment) -> bool {
    row.paused_at.is_none()
        && row.gone_at.is_none()
        && row.next_attempt_at.is_none_or(|at| at <= now)
        && row.held_until.is_none_or(|until| until <= now)
}

/// The webhook, if that hold is still its own.
fn own(tx: &mut Tx<'_>, number: i64, holder: i64) -> Result<Option<WebhookRow>, StorageError> {
    Ok(tx.lock_webhook(number)?.filter(|row| row.holder == Some(holder)))
}

/// Counts a failure; where it was the last one, the letter is dead and the next follows.
fn failed(row: &mut WebhookRow, why: &str, now: Moment) -> Option<DeadLetterRow> {
    row.attempts += 1;
    let failing_since = *row.failing_since.get_or_insert(now);
    row.failure = Some(why.to_owned());
    let (n, attempts) = (row.n + 1, row.attempts);
    row.next_attempt_at = next_attempt(row.number, n, attempts, now);
    if row.next_attempt_at.is_some() {
        return None;
    }
    row.n = n;
    begin_anew(row);
    Some(DeadLetterRow {
        webhook: row.number,
        n,
        attempts,
        failing_since,
        given_up_at: now,
        failure: why.to_owned(),
    })
}

fn is_success(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}

/// The events of the messages in a letter that a webhook wants.
fn wanted(row: &WebhookRow, letter: &Letter) -> Vec<Event> {
    let is_wanted =
        |code: &str| row.message_types.is_empty() || message_types(row).any(|it| it == code);
    let messages = letter.messages.iter().enumerate();
    let wanted = messages.filter(|(_, message)| is_wanted(message.message));
    wanted.map(|(at, message)| of_message(&row.mailbox, letter.n, at, message)).collect()
}
