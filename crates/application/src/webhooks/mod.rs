//! Webhooks: messages of a mailbox, pushed to an address of its owner.
//!
//! A webhook follows its mailbox with a cursor of its own, place by place: a letter is delivered, or given
//! up after three days, before the next one is sent. Delivery is at least once; events keep their ids.
//! [`Courier`] delivers for one webhook at a time, [`Rounds`] for all of them side by side; an [`Owner`] adds,
//! tries and steers those of one mailbox.

mod changes;
mod courier;
mod event;
mod owner;
mod rounds;
mod schedule;
mod secret;

use std::fmt;
use std::str::FromStr;

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::zone::ZoneMessage;
use tongguan_storage::seal::{Keyring, SealError, random, sealed_by};
use tongguan_storage::{
    Backoff, DeadLetterRow, Register, StorageError, Tx, View, WebhookRow, Writer,
};

use crate::history::{self, Cause, ChangeKind};
use crate::mailboxes::MailError;
use crate::ports::{EventSender, NotSent};
use changes::{differing, told};
use secret::Secret;

pub use courier::{Courier, Sent};
pub use owner::{Owner, Progress};
pub use rounds::Rounds;
pub use schedule::PAUSES;

/// How long an earlier secret signs beside the one that followed it.
const BOTH_SIGN_MILLIS: i64 = 24 * 3_600_000;
/// The most webhooks of one mailbox: each costs a delivery of everything.
pub const MOST_OF_A_MAILBOX: usize = 8;

/// What a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookNumber(i64);

/// An address that a mailbox is pushed to, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What it is called.
    pub number: WebhookNumber,
    /// The mailbox.
    pub mailbox: DxpId,
    /// The address.
    pub url: String,
    /// The messages that it wants: `CEB622`; nothing for all.
    pub message_types: Vec<String>,
    /// When it was added.
    pub created_at: Moment,
    /// Whether it is delivered to.
    pub standing: Standing,
    /// The last place of the mailbox that is done with; 0 for none.
    pub n: i64,
    /// That the next place was tried in vain.
    pub failing: Option<Failing>,
    /// Until when the earlier secret signs too, if there is one.
    pub earlier_secret_until: Option<Moment>,
}

/// Whether a webhook is delivered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Active,
    /// Not since then: somebody paused it.
    Paused(Moment),
    /// Not since then: its receiver answered that it is gone (410).
    Gone(Moment),
}

/// That a letter was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Moment,
    /// How often.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: Option<Moment>,
    /// What went wrong last.
    pub why: String,
}

/// A letter that a webhook did not take in three days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its place in the mailbox.
    pub n: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// When it went wrong first.
    pub failing_since: Moment,
    /// When it was given up.
    pub given_up_at: Moment,
    /// What went wrong last.
    pub why: String,
}

/// What is asked for with a new webhook.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// The mailbox.
    pub mailbox: DxpId,
    /// The address.
    pub url: String,
    /// The messages that it wants; nothing for all.
    pub message_types: Vec<String>,
    /// Behind which place it begins; behind the last one where absent.
    pub after: Option<i64>,
}

/// What was asked of a webhook cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gave no random bytes.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A letter cannot be read.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// There is none of that number.
    #[error("there is no webhook `{0}`; `webhook list` shows those that there are")]
    Unknown(WebhookNumber),
    /// A number has another form.
    #[error("`{0}` is no number of a webhook; one has 16 digits, as `webhook list` shows them")]
    NoNumber(String),
    /// Nothing may be sent to that address.
    #[error("`{url}` cannot be used: {why}")]
    NotAdmitted {
        /// The address.
        url: String,
        /// Why not.
        why: NotSent,
    },
    /// No message is called that.
    #[error("`{0}` is no message; one is named as `CEB622`")]
    NoMessage(String),
    /// The mailbox has enough of them.
    #[error("mailbox `{0}` has {MOST_OF_A_MAILBOX} webhooks already; remove one")]
    TooMany(DxpId),
    /// There is no such place.
    #[error("the mailbox holds nothing at {0}")]
    NothingThere(i64),
}

/// Adds a webhook; gives it, and its secret, which nobody can show again.
///
/// # Errors
/// [`WebhookError`].
pub fn add(
    writer: &mut Writer,
    keyring: &Keyring,
    sender: &dyn EventSender,
    new: &NewWebhook,
    cause: &Cause,
    now: Moment,
) -> Result<(Webhook, String), WebhookError> {
    let url = new.url.clone();
    sender.admit(&url).map_err(|why| WebhookError::NotAdmitted { url, why })?;
    for code in &new.message_types {
        if MessageType::from_code(code).is_none() && ZoneMessage::from_code(code).is_none() {
            return Err(WebhookError::NoMessage(code.clone()));
        }
    }
    let number = i64::from_be_bytes(random()?);
    let secret = Secret::new()?;
    history::change(writer, Register::Webhooks, cause, now, |tx| {
        if tx.webhooks(Some(&new.mailbox))?.len() >= MOST_OF_A_MAILBOX {
            return Err(WebhookError::TooMany(new.mailbox.clone()));
        }
        let last = tx.last_mail(&new.mailbox)?;
        let sealed = secret.sealed(keyring, number).map_err(StorageError::from)?;
        tx.still_seal(&[sealed_by(&sealed).map_err(StorageError::from)?])?;
        let row = WebhookRow {
            number,
            mailbox: new.mailbox.clone(),
            url: new.url.clone(),
            message_types: new.message_types.join(","),
            secret: sealed,
            earlier_secret: None,
            earlier_until: None,
            created_at: now,
            paused_at: None,
            gone_at: None,
            n: new.after.map_or(last, |after| after.clamp(0, last)),
            attempts: 0,
            failing_since: None,
            next_attempt_at: None,
            failure: None,
            holder: None,
            held_until: None,
        };
        tx.insert(std::slice::from_ref(&row))?;
        let entry = told(&row, ChangeKind::Added, differing(None, Some(&row)));
        Ok(((row.into(), secret.shown()), vec![entry]))
    })
}

/// The webhooks of a mailbox, or all of them.
///
/// # Errors
/// [`StorageError`].
pub fn list(view: &mut View<'_>, mailbox: Option<&DxpId>) -> Result<Vec<Webhook>, StorageError> {
    Ok(view.webhooks(mailbox)?.into_iter().map(Webhook::from).collect())
}

/// The webhook of that number.
///
/// # Errors
/// [`WebhookError`].
pub fn find(view: &mut View<'_>, number: WebhookNumber) -> Result<Webhook, WebhookError> {
    Ok(view.webhook(number.0)?.ok_or(WebhookError::Unknown(number))?.into())
}

/// Delivers nothing more until it is resumed; one that rests already stays as it is.
///
/// # Errors
/// [`WebhookError`].
pub fn pause(
    writer: &mut Writer,
    number: WebhookNumber,
    cause: &Cause,
    now: Moment,
) -> Result<Webhook, WebhookError> {
    change(writer, number, cause, now, |_, row| {
        row.paused_at.get_or_insert(now);
        Ok(())
    })
}

/// Delivers again, at once, where it stopped. What was to be tried later is tried now, and has three days
/// anew.
///
/// # Errors
/// [`WebhookError`].
pub fn resume(
    writer: &mut Writer,
    number: WebhookNumber,
    cause: &Cause,
    now: Moment,
) -> Result<Webhook, WebhookError> {
    change(writer, number, cause, now, |_, row| {
        (row.paused_at, row.gone_at) = (None, None);
        begin_anew(row);
        Ok(())
    })
}

/// Removes a webhook, its cursor and its dead letters.
///
/// # Errors
/// [`WebhookError`].
pub fn remove(
    writer: &mut Writer,
    number: WebhookNumber,
    cause: &Cause,
    now: Moment,
) -> Result<Webhook, WebhookError> {
    history::change(writer, Register::Webhooks, cause, now, |tx| {
        let row = tx.lock_webhook(number.0)?.ok_or(WebhookError::Unknown(number))?;
        tx.remove_webhook(number.0)?;
        let entry = told(&row, ChangeKind::Ended, differing(Some(&row), None));
        Ok((row.into(), vec![entry]))
    })
}

/// Gives a new secret; for a day the one that it had signs too. One that was replaced within that day
/// ends at once.
///
/// # Errors
/// [`WebhookError`].
pub fn rotate(
    writer: &mut Writer,
    keyring: &Keyring,
    number: WebhookNumber,
    cause: &Cause,
    now: Moment,
) -> Result<(Webhook, String), WebhookError> {
    let secret = Secret::new()?;
    let webhook = change(writer, number, cause, now, |tx, row| {
        let sealed = secret.sealed(keyring, number.0).map_err(StorageError::from)?;
        tx.still_seal(&[sealed_by(&sealed).map_err(StorageError::from)?])?;
        row.earlier_secret = Some(std::mem::replace(&mut row.secret, sealed));
        row.earlier_until = Some(now.plus_millis(BOTH_SIGN_MILLIS));
        Ok(())
    })?;
    Ok((webhook, secret.shown()))
}

/// Seals the secrets of a webhook with the key that seals now; gives how many were sealed with another.
///
/// # Errors
/// [`StorageError`]; in it what is wrong with a secret that does not open.
pub(crate) fn reseal_secrets(
    writer: &mut Writer,
    keyring: &Keyring,
    number: i64,
) -> Result<u64, StorageError> {
    writer.retried(Backoff::default(), |tx| {
        let Some(mut row) = tx.lock_webhook(number)? else { return Ok(0) };
        let place = secret::place(number);
        let mut count = 0;
        for sealed in [Some(&mut row.secret), row.earlier_secret.as_mut()].into_iter().flatten() {
            if let Some(fresh) = keyring.reseal_secret(&place, sealed)? {
                *sealed = fresh;
                count += 1;
            }
        }
        if count > 0 {
            tx.still_seal(&[keyring.sealing()])?;
            tx.upsert(&[row])?;
        }
        Ok(count)
    })
}

/// Delivers again what lies behind place `after` of the mailbox, or skips what lies before it.
///
/// # Errors
/// [`WebhookError::NothingThere`] for a place that does not exist yet.
pub fn replay(
    writer: &mut Writer,
    number: WebhookNumber,
    after: i64,
    cause: &Cause,
    now: Moment,
) -> Result<Webhook, WebhookError> {
    change(writer, number, cause, now, |tx, row| {
        if after < 0 || after > tx.last_mail(&row.mailbox)? {
            return Err(WebhookError::NothingThere(after));
        }
        row.n = after;
        begin_anew(row);
        // Whoever delivers at present would move the cursor on from where it was.
        (row.holder, row.held_until) = (None, None);
        Ok(())
    })
}

/// The letters that a webhook did not take.
///
/// # Errors
/// [`WebhookError`].
pub fn dead_letters(
    view: &mut View<'_>,
    number: WebhookNumber,
) -> Result<Vec<DeadLetter>, WebhookError> {
    view.webhook(number.0)?.ok_or(WebhookError::Unknown(number))?;
    Ok(view.dead_letters(number.0)?.into_iter().map(DeadLetter::from).collect())
}

/// Webhooks whose receivers fail, are gone, or have dead letters, with how many.
///
/// # Errors
/// [`StorageError`].
pub fn troubled(view: &mut View<'_>) -> Result<Vec<(Webhook, usize)>, StorageError> {
    let mut troubled = Vec::new();
    for row in view.webhooks(None)? {
        let dead = view.dead_letters(row.number)?.len();
        if dead > 0 || row.gone_at.is_some() || row.failing_since.is_some() {
            troubled.push((row.into(), dead));
        }
    }
    Ok(troubled)
}

fn change(
    writer: &mut Writer,
    number: WebhookNumber,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(&mut Tx<'_>, &mut WebhookRow) -> Result<(), WebhookError>,
) -> Result<Webhook, WebhookError> {
    history::change(writer, Register::Webhooks, cause, now, |tx| {
        let mut row = tx.lock_webhook(number.0)?.ok_or(WebhookError::Unknown(number))?;
        let before = row.clone();
        work(tx, &mut row)?;
        tx.upsert(std::slice::from_ref(&row))?;
        let fields = differing(Some(&before), Some(&row));
        // To be delivered again at once is an act, too.
        let is_nothing = fields.is_empty() && before == row;
        let entries = (!is_nothing).then(|| told(&row, ChangeKind::Changed, fields));
        Ok((row.into(), entries.into_iter().collect()))
    })
}

/// Nothing was tried yet: the letter before is done with, or this one begins anew.
fn begin_anew(row: &mut WebhookRow) {
    row.attempts = 0;
    (row.failing_since, row.next_attempt_at, row.failure) = (None, None, None);
}

/// The types in a row's filter.
fn message_types(row: &WebhookRow) -> impl Iterator<Item = &str> {
    row.message_types.split(',').filter(|code| !code.is_empty())
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        let message_types = message_types(&row).map(str::to_owned).collect();
        let standing = match (row.paused_at, row.gone_at) {
            (Some(at), _) => Standing::Paused(at),
            (None, Some(at)) => Standing::Gone(at),
            (None, None) => Standing::Active,
        };
        let failing = row.failing_since.map(|since| Failing {
            since,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            why: row.failure.unwrap_or_default(),
        });
        Self {
            number: WebhookNumber(row.number),
            mailbox: row.mailbox,
            url: row.url,
            message_types,
            created_at: row.created_at,
            standing,
            n: row.n,
            failing,
            earlier_secret_until: row.earlier_until,
        }
    }
}

impl From<DeadLetterRow> for DeadLetter {
    fn from(row: DeadLetterRow) -> Self {
        let DeadLetterRow { n, attempts, failing_since, given_up_at, failure: why, .. } = row;
        Self { n, attempts, failing_since, given_up_at, why }
    }
}

impl fmt::Display for WebhookNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for WebhookNumber {
    type Err = WebhookError;

    fn from_str(text: &str) -> Result<Self, WebhookError> {
        let number = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
        let number = number.ok_or_else(|| WebhookError::NoNumber(text.to_owned()))?;
        Ok(Self(number.cast_signed()))
    }
}
