//! Mailboxes (报文信箱): responses in the order in which their receiver fetches them.
//!
//! The [`Distributor`] copies what stands in the outbox into the mailboxes of its receivers, numbered from 1
//! without gaps; [`Mailboxes`] renders what lies there. Receivers say how far they have read; what was read
//! stays where it is and can be read again.

mod distributor;
mod genuine;
mod reading;
mod searching;
mod sent;
mod unfetched;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Backoff, Mail, Response, StorageError, Store, View, Writer};

use crate::delivery::{Outgoing, RenderError, Rendered, complete, render};
use crate::originals::Archive;

pub use distributor::{Distributor, MAILBOXES};
pub use genuine::{Made, Verdict};
pub(crate) use reading::field_of;
pub use reading::{Readable, ReadableField, ReadablePart, readable};
pub use searching::{MOST_LOOKED_AT, MailFilter, Searched};
pub use sent::{SentFilter, SentLetter, SentPage};
pub use unfetched::{MOST_UNFETCHED, Unfetched, Waiting, unfetched};

/// Letters are given until their messages have so many bytes: an answer quotes what it answers, and that may
/// be long.
const MOST_BYTES: usize = 4 << 20;

/// A mailbox could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The database.
    #[error("the stored responses could not be read")]
    Storage(#[from] StorageError),
    /// A response could not be rendered.
    #[error("a stored response could not be written out")]
    Render(#[from] RenderError),
    /// There is no such place in the mailbox yet.
    #[error("mailbox `{mailbox}` holds nothing at {n}")]
    NothingThere {
        /// Which mailbox.
        mailbox: DxpId,
        /// The place.
        n: i64,
    },
}

/// What lies at one place of a mailbox: one decision's messages, a response and the tax bills with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its place, from 1.
    pub n: i64,
    /// The messages, the same each time that they are read.
    pub messages: Vec<Rendered>,
}

/// Reads mailboxes; shared by everybody who does.
pub struct Mailboxes {
    store: Store,
    archive: Mutex<Archive>,
    writer: Mutex<Writer>,
    with_parcel_numbers: bool,
}

impl Mailboxes {
    /// Those of a store. `with_parcel_numbers` as for [`crate::delivery::Follower::open`].
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(
        store: &Store,
        keyring: Arc<Keyring>,
        with_parcel_numbers: bool,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            store: store.clone(),
            archive: Mutex::new(Archive::new(store.clone(), keyring)),
            writer: Mutex::new(store.small_writer()?),
            with_parcel_numbers,
        })
    }

    /// What lies in a mailbox behind place `after`, or behind what its owner has read; at most `limit`
    /// places, in order, and fewer where they hold much.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn letters(
        &self,
        mailbox: &DxpId,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Letter>, MailError> {
        let outgoing = self.store.read(|view| {
            let after = match after {
                Some(after) => after,
                None => view.mail_read(&[mailbox])?.pop().map_or(0, |read| read.n),
            };
            let mail = view.mail_after(mailbox, after, limit)?;
            outgoing(view, mail)
        })?;
        self.rendered(outgoing)
    }

    /// What lies in a mailbox before place `before`, or up to the end; the newest first, at most `limit` places,
    /// and fewer where they hold much.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn newest(
        &self,
        mailbox: &DxpId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Letter>, MailError> {
        let outgoing = self.store.read(|view| {
            let mail = view.mail_before(mailbox, before.unwrap_or(i64::MAX), limit)?;
            outgoing(view, mail)
        })?;
        self.rendered(outgoing)
    }

    /// Renders places of a mailbox, until they hold much.
    fn rendered(&self, outgoing: Vec<(i64, Option<Outgoing>)>) -> Result<Vec<Letter>, MailError> {
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut letters, mut bytes) = (Vec::with_capacity(outgoing.len()), 0);
        for (n, row) in outgoing {
            let messages = match row {
                Some(row) => {
                    let open = &mut |message: &_| archive.original(message);
                    render(&row, self.with_parcel_numbers, open)?
                }
                None => Vec::new(),
            };
            bytes += messages.iter().map(|message| message.xml.len()).sum::<usize>();
            letters.push(Letter { n, messages });
            if bytes > MOST_BYTES {
                break;
            }
        }
        Ok(letters)
    }

    /// Notes that a mailbox was read up to a place.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn read_up_to(&self, mailbox: &DxpId, n: i64, at: Moment) -> Result<(), MailError> {
        let there = self.store.read(|view| view.mail_after(mailbox, n.saturating_sub(1), 1))?;
        if there.first().is_none_or(|mail| mail.n != n) {
            return Err(MailError::NothingThere { mailbox: mailbox.clone(), n });
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.retried(Backoff::default(), |tx| tx.read_mail(mailbox, n, at))?)
    }

    /// When the oldest response was decided that lies in no mailbox yet.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn oldest_undistributed(&self) -> Result<Option<Moment>, StorageError> {
        let mut oldest = self.store.read(|view| view.unread::<Response>(MAILBOXES, 1))?;
        Ok(oldest.pop().map(|response| response.recorded_at))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StorageError`] when it does not.
    pub fn probe(&self) -> Result<(), StorageError> {
        self.store.read(|view| view.cursors(MAILBOXES)).map(drop)
    }
}

/// Places of a mailbox with everything that their rendering needs.
fn outgoing(
    view: &mut View<'_>,
    mail: Vec<Mail>,
) -> Result<Vec<(i64, Option<Outgoing>)>, StorageError> {
    let places: Vec<_> = mail.iter().map(|mail| (mail.partition, mail.seq)).collect();
    let rows = view.responses(&places)?.into_iter();
    let mut rows: HashMap<_, _> = rows.map(|row| ((row.partition, row.seq), row)).collect();
    let mut outgoing = Vec::with_capacity(mail.len());
    for mail in mail {
        let row = rows.remove(&(mail.partition, mail.seq));
        let row = row.map(|row| complete(view, row)).transpose()?.flatten();
        outgoing.push((mail.n, row));
    }
    Ok(outgoing)
}
