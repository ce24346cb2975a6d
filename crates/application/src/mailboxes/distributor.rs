//! From the outbox into mailboxes.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_storage::planted::{Bug, planted};
use tongguan_storage::{
    Backoff, Cursor, Partition, Response, SentMessage, StorageError, Store, View, Writer,
};

use super::MailError;
use crate::delivery::{addressees, sent};
use crate::numbering::partition_of;
use crate::refusals::{Counted, Reason};

/// The name under which the distributor follows the outbox.
pub const MAILBOXES: &str = "mailboxes";
/// Rows read at a time.
const PAGE: i64 = 10_000;

/// Copies responses into the mailboxes of their receivers.
pub struct Distributor {
    store: Store,
    writer: Writer,
    /// How far it was distributed when it was last looked at, by whomever.
    heard: Vec<Cursor>,
    /// What was refused for what in what was distributed, until somebody takes it.
    refused: BTreeMap<Reason, i64>,
}

impl Distributor {
    /// Goes on where the last one stopped.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store) -> Result<Self, StorageError> {
        Ok(Self {
            store: store.clone(),
            writer: store.small_writer()?,
            heard: Vec::new(),
            refused: BTreeMap::new(),
        })
    }

    /// Distributes what stands in the outbox and was not distributed yet; gives how many places of
    /// mailboxes were filled. Where another process distributes too, one of them does each part.
    ///
    /// # Errors
    /// [`MailError`]; what was distributed before it stays so.
    pub fn distribute(&mut self) -> Result<usize, MailError> {
        let mut filled = 0;
        while let Some(more) = self.distribute_page()? {
            filled += more;
        }
        Ok(filled)
    }

    /// What was refused for what in what this has distributed since it was last asked.
    pub fn take_refused(&mut self) -> BTreeMap<Reason, i64> {
        std::mem::take(&mut self.refused)
    }

    /// Tells the other processes that there may be something for them to look at.
    pub fn tell(&mut self) {
        // Whoever is not told finds it when he looks.
        drop(self.writer.tell());
    }

    /// Whether another process has distributed something since it was last asked.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn hear(&mut self) -> Result<bool, MailError> {
        let cursors = self.store.read(|view| view.cursors(MAILBOXES))?;
        let is_news = cursors != self.heard;
        self.heard = cursors;
        Ok(is_news)
    }

    /// `None` where there is nothing further.
    fn distribute_page(&mut self) -> Result<Option<usize>, MailError> {
        let mut mail = BTreeMap::<DxpId, Vec<(Partition, i64)>>::new();
        let mut senders = Vec::new();
        let mut counted = Counted::default();
        let mut steps = self.store.read(|view| {
            let from: BTreeMap<_, _> =
                view.cursors(MAILBOXES)?.into_iter().map(|it| (it.partition, it.seq)).collect();
            let mut to = BTreeMap::new();
            let mut answered = BTreeSet::new();
            for row in view.unread::<Response>(MAILBOXES, PAGE)? {
                let place = (row.partition, row.seq);
                to.insert(row.partition, row.seq);
                answered.insert(row.message_id);
                counted.count(&row)?;
                let Some(sent) = sent(view, row)? else { continue };
                for mailbox in addressees(&sent)? {
                    // A receiver that left no address of a mailbox has none.
                    let Ok(mailbox) = DxpId::parse(&mailbox) else { continue };
                    mail.entry(mailbox).or_default().push(place);
                }
            }
            senders = senders_of(view, &answered)?;
            let step =
                |(partition, to)| (partition, from.get(&partition).copied().unwrap_or(0), to);
            Ok::<Vec<_>, MailError>(to.into_iter().map(step).collect())
        })?;
        if steps.is_empty() {
            return Ok(None);
        }
        if planted(Bug::MovesCursorFirst) {
            self.writer.transaction(|tx| tx.move_cursors(MAILBOXES, &steps))?;
            steps.clear();
        }
        let refusals = counted.rows();
        let written = self.writer.retried(Backoff::default(), |tx| {
            // The cursors first: whoever loses them has put nothing into a mailbox.
            tx.move_cursors(MAILBOXES, &steps)?;
            mail.iter().try_for_each(|(mailbox, places)| tx.deliver(mailbox, places))?;
            if let Some((refusals, kept_from)) = &refusals {
                tx.add_refusals(refusals, *kept_from)?;
            }
            tx.note_sent(&senders)
        });
        match written {
            Ok(()) => {
                for (reason, count) in counted.by_reason() {
                    *self.refused.entry(reason).or_default() += count;
                }
                Ok(Some(mail.values().map(Vec::len).sum()))
            }
            // Another process has done this part.
            Err(StorageError::CursorMoved { .. }) => Ok(Some(0)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Who sent the messages that are answered, of those that say so.
fn senders_of(
    view: &mut View<'_>,
    answered: &BTreeSet<MessageId>,
) -> Result<Vec<SentMessage>, StorageError> {
    let keys: Vec<_> = answered.iter().map(|id| (partition_of(id.0), *id)).collect();
    let messages = view.messages(&keys)?.into_iter();
    let sent = messages.filter_map(|message| {
        let dxp_id = DxpId::parse(&message.sender?).ok()?;
        Some(SentMessage { dxp_id, message_id: message.message_id })
    });
    Ok(sent.collect())
}
