//! What a mailbox has sent (已发报文), the newest first.
//!
//! A message is listed once it was answered: that is when it is known whose mailbox it named.

use jiff::civil::Date;
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::{Message, StorageError};

use super::{MOST_LOOKED_AT, Mailboxes};
use crate::numbering::{first_id_at, partition_of};

/// Messages that are read at a time.
const CHUNK: i64 = 200;

/// Which messages are looked for; all where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentFilter {
    /// What it is called begins so: its guid, the name of its file or envelope, or the number that it was received
    /// under.
    pub number: Option<String>,
    /// `CEB621` and its like.
    pub message: Option<String>,
    /// Received on this day or later, in China.
    pub from: Option<Date>,
    /// Received on this day or earlier.
    pub to: Option<Date>,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentLetter {
    /// The number that it was received under.
    pub message: MessageId,
    /// When.
    pub received_at: Moment,
    /// `CEB621` and its like; absent where it could not be read.
    pub kind: Option<String>,
    /// Its own guid.
    pub guid: Option<String>,
    /// What its file or envelope is called.
    pub name: String,
    /// How many documents it holds.
    pub documents: i64,
    /// How many bytes.
    pub bytes: i64,
}

/// A page of what was sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SentPage {
    /// The messages, the newest first.
    pub rows: Vec<SentLetter>,
    /// The message before which to look further; absent where nothing is left.
    pub next: Option<MessageId>,
    /// How many messages were looked at.
    pub looked_at: i64,
}

impl SentFilter {
    /// Whether it names nothing.
    pub fn is_anything(&self) -> bool {
        *self == Self::default()
    }

    fn is_met_by(&self, row: &SentLetter) -> bool {
        let begins = |text: &str, with: &str| text.to_lowercase().starts_with(&with.to_lowercase());
        self.message.as_deref().is_none_or(|wanted| row.kind.as_deref() == Some(wanted))
            && self.number.as_deref().is_none_or(|wanted| {
                row.guid.as_deref().is_some_and(|guid| begins(guid, wanted))
                    || begins(&row.name, wanted)
                    || begins(&row.message.to_string(), wanted)
            })
    }
}

impl Mailboxes {
    /// What a mailbox sent before a message, or up to now, until `limit` are found or [`MOST_LOOKED_AT`] were looked
    /// at.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sent(
        &self,
        mailbox: &DxpId,
        filter: &SentFilter,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<SentPage, StorageError> {
        let start_of = |day: Date| first_id_at(Moment::start_of(day));
        let from = MessageId(filter.from.map_or(0, start_of));
        let last = filter.to.and_then(|to| to.tomorrow().ok()).map_or(i64::MAX, start_of);
        let mut before = MessageId(before.map_or(last, |before| before.0.min(last)));
        let mut page = SentPage::default();
        loop {
            let (ids, chunk) = self.store.read(|view| {
                let sent = view.sent_between(mailbox, (from, before), CHUNK)?;
                let ids: Vec<_> = sent.into_iter().map(|it| it.message_id).collect();
                let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
                Ok::<_, StorageError>((ids, view.messages(&keys)?))
            })?;
            for id in &ids {
                (before, page.next) = (*id, Some(*id));
                page.looked_at += 1;
                let row = chunk.iter().find(|row| row.message_id == *id).map(SentLetter::of);
                page.rows.extend(row.filter(|row| filter.is_met_by(row)));
                if page.rows.len() >= limit {
                    return Ok(page);
                }
            }
            if i64::try_from(ids.len()).is_ok_and(|read| read < CHUNK) {
                return Ok(SentPage { next: None, ..page });
            }
            if page.looked_at >= MOST_LOOKED_AT {
                return Ok(page);
            }
        }
    }

    /// Those of these messages that a mailbox sent.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sent_of(
        &self,
        mailbox: &DxpId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageId>, StorageError> {
        let sent = self.store.read(|view| view.sent_of(mailbox, messages))?;
        Ok(sent.into_iter().map(|it| it.message_id).collect())
    }
}

impl SentLetter {
    fn of(row: &Message) -> Self {
        Self {
            message: row.message_id,
            received_at: row.received_at,
            kind: row.kind.clone(),
            guid: row.guid.clone(),
            name: row.origin.clone(),
            documents: row.documents,
            bytes: row.length,
        }
    }
}
