//! Webhooks: the addresses that mailboxes are pushed to, how far each has come, and the letters that it
//! did not take.

use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::response::Mail;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// An address that a mailbox is pushed to.
    pub struct WebhookRow in "webhook", key 1 {
        /// What it is called.
        number: i64,
        /// The mailbox.
        mailbox: DxpId,
        /// The address.
        url: String,
        /// The types of messages that it wants, with commas between them; nothing for all.
        message_types: String,
        /// The secret that is signed with, sealed.
        secret: Vec<u8>,
        /// The one before it, sealed.
        earlier_secret: Option<Vec<u8>>,
        /// Until when the earlier one is signed with too.
        earlier_until: Option<Moment>,
        /// When it was added.
        created_at: Moment,
        /// Since when it rests, if it does.
        paused_at: Option<Moment>,
        /// Since when its receiver says that it is gone (410), if it does.
        gone_at: Option<Moment>,
        /// The last place of the mailbox that is done with; 0 for none.
        n: i64,
        /// How often the next place was tried in vain.
        attempts: i64,
        /// Since when it has been tried in vain.
        failing_since: Option<Moment>,
        /// When it is tried again.
        next_attempt_at: Option<Moment>,
        /// What went wrong last.
        failure: Option<String>,
        /// Who delivers at present.
        holder: Option<i64>,
        /// Until when nobody else may.
        held_until: Option<Moment>,
    }
}

row! {
    /// A place of a mailbox that a webhook did not take in all the time that it was given.
    pub struct DeadLetterRow in "webhook_dead", key 2 {
        /// Which webhook.
        webhook: i64,
        /// The place.
        n: i64,
        /// How often it was tried.
        attempts: i64,
        /// When it went wrong first.
        failing_since: Moment,
        /// When it was given up.
        given_up_at: Moment,
        /// What went wrong last.
        failure: String,
    }
}

impl Replaceable for WebhookRow {}
impl Replaceable for DeadLetterRow {}

impl View<'_> {
    /// A webhook.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn webhook(&mut self, number: i64) -> Result<Option<WebhookRow>, StorageError> {
        Ok(self.load(&[(number,)])?.pop())
    }

    /// The webhooks of a mailbox, or all of them, the oldest of each mailbox first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn webhooks(&mut self, mailbox: Option<&DxpId>) -> Result<Vec<WebhookRow>, StorageError> {
        match mailbox {
            Some(mailbox) => {
                self.select("WHERE mailbox = $1 ORDER BY created_at, number", &[mailbox.cell()])
            }
            None => self.select("ORDER BY mailbox, created_at, number", &[]),
        }
    }

    /// The webhooks that have something to deliver at `now` and that nobody holds, those that did well
    /// first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn due_webhooks(&mut self, now: Moment) -> Result<Vec<WebhookRow>, StorageError> {
        self.select(
            "WHERE paused_at IS NULL AND gone_at IS NULL \
             AND (next_attempt_at IS NULL OR next_attempt_at <= $1) \
             AND (held_until IS NULL OR held_until <= $1) \
             AND EXISTS (SELECT 1 FROM mailbox WHERE mailbox.dxp_id = webhook.mailbox \
             AND mailbox.n > webhook.n) ORDER BY attempts, number",
            &[now.cell()],
        )
    }

    /// The letters that a webhook did not take, by their places.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn dead_letters(&mut self, webhook: i64) -> Result<Vec<DeadLetterRow>, StorageError> {
        self.load(&[(webhook,)])
    }

    /// The last place of a mailbox; 0 where there is none.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn last_mail(&mut self, mailbox: &DxpId) -> Result<i64, StorageError> {
        let tail = "WHERE dxp_id = $1 ORDER BY n DESC LIMIT 1";
        let last = self.select::<Mail>(tail, &[mailbox.cell()])?.pop();
        Ok(last.map_or(0, |mail| mail.n))
    }
}

impl Tx<'_> {
    /// A webhook, kept from other writers until the end of the transaction.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_webhook(&mut self, number: i64) -> Result<Option<WebhookRow>, StorageError> {
        Ok(self.lock(&[(number,)])?.pop())
    }

    /// Removes a webhook and what it did not take.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_webhook(&mut self, number: i64) -> Result<(), StorageError> {
        self.delete::<DeadLetterRow, _>(&[(number,)])?;
        self.delete::<WebhookRow, _>(&[(number,)]).map(drop)
    }

    /// Removes a letter that a webhook has taken after all.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_dead_letter(&mut self, webhook: i64, n: i64) -> Result<(), StorageError> {
        self.delete::<DeadLetterRow, _>(&[(webhook, n)]).map(drop)
    }

    /// Ends everybody's hold. Only for the one process of a database, when it begins: whoever held died.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn free_webhooks(&mut self) -> Result<(), StorageError> {
        let mut held: Vec<WebhookRow> = self.select("WHERE holder IS NOT NULL", &[])?;
        for row in &mut held {
            (row.holder, row.held_until) = (None, None);
        }
        self.upsert(&held)
    }
}
