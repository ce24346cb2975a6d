//! Relay: the outbox to another window, the documents in it, and the numbers by which its answers find them.

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A message that is sent upstream (转发).
    pub struct RelayMessageRow in "relay_message", key 2 {
        /// The partition that the message's id names.
        partition: Partition,
        /// The message.
        message_id: MessageId,
        /// Its place in the order of sending.
        seq: i64,
        /// The number that it has upstream (`CopMsgId`).
        number: String,
        /// `CEB621` and its like.
        kind: String,
        /// How many documents it holds.
        documents: i64,
        /// Where it stands, by the application's numbering.
        state: i64,
        /// When it was taken in.
        taken_at: Moment,
        /// Since when it is to be sent: anew where it was given up and is tried again.
        due_since: Moment,
        /// How often it was tried in vain.
        attempts: i64,
        /// When it is tried again.
        next_attempt_at: Option<Moment>,
        /// What went wrong last.
        failure: Option<String>,
        /// When it was sent or given up.
        ended_at: Option<Moment>,
        /// What must be sent in order with it, in a stored form.
        body: Vec<u8>,
    }
}

row! {
    /// A document of such a message.
    pub struct RelayDocumentRow in "relay_document", key 3 {
        /// The partition that the message's id names.
        partition: Partition,
        /// The message.
        message_id: MessageId,
        /// Which document of the message.
        ordinal: i64,
        /// To whom it is answered, in a stored form.
        body: Vec<u8>,
    }
}

row! {
    /// A number by which an answer from upstream names a document, or by which it is known itself.
    pub struct RelayHandleRow in "relay_handle", key 4 {
        /// The bucket of the number.
        bucket: Partition,
        /// The number, with a letter for its kind before it.
        handle: String,
        /// The message.
        message_id: MessageId,
        /// Which document of it.
        ordinal: i64,
    }
}

row! {
    /// Something from upstream that answers nothing of ours.
    pub struct RelayStrayRow in "relay_stray", key 2 {
        /// The partition that the message's id names.
        partition: Partition,
        /// The message from upstream.
        message_id: MessageId,
        /// When it came.
        at: Moment,
        /// `CEB622` and its like; nothing where it could not be read.
        kind: String,
        /// What is wrong with it.
        why: String,
    }
}

row! {
    /// A message that another window sent, by its number there: it is taken once.
    pub struct WindowMessageRow in "window_message", key 3 {
        /// The bucket of the number.
        bucket: Partition,
        /// The window's mailbox.
        sender: DxpId,
        /// The number that it gave (`CopMsgId`).
        number: String,
        /// The message.
        message_id: MessageId,
    }
}

impl Replaceable for RelayMessageRow {}
impl Replaceable for RelayDocumentRow {}
impl Replaceable for RelayStrayRow {}

impl View<'_> {
    /// Messages to upstream by their ids, in order of these.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_messages(
        &mut self,
        ids: &[(Partition, MessageId)],
    ) -> Result<Vec<RelayMessageRow>, StorageError> {
        self.load(ids)
    }

    /// The messages to upstream in a state, in the order of sending, behind a place, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_messages_in(
        &mut self,
        state: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RelayMessageRow>, StorageError> {
        self.select(
            "WHERE state = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            &[state.cell(), after.cell(), limit.cell()],
        )
    }

    /// How many messages to upstream stand in a state.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_count(&mut self, state: i64) -> Result<i64, StorageError> {
        let mut count = 0;
        let text = "SELECT COUNT(*) FROM relay_message WHERE state = $1";
        self.query(text, &[state.cell()], &mut |view| {
            count = view.columns("relay_message").next("count")?;
            Ok(())
        })?;
        Ok(count)
    }

    /// The documents of messages to upstream, in order of the messages.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_documents(
        &mut self,
        messages: &[(Partition, MessageId)],
    ) -> Result<Vec<RelayDocumentRow>, StorageError> {
        self.load(messages)
    }

    /// What these numbers name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_handles(
        &mut self,
        handles: &[(Partition, &str)],
    ) -> Result<Vec<RelayHandleRow>, StorageError> {
        self.load(handles)
    }

    /// The newest answers that answer nothing of ours, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_strays(&mut self, limit: i64) -> Result<Vec<RelayStrayRow>, StorageError> {
        self.select("ORDER BY at DESC, message_id DESC LIMIT $1", &[limit.cell()])
    }

    /// Which of these messages of other windows came before.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn window_messages(
        &mut self,
        keys: &[(Partition, &DxpId, &str)],
    ) -> Result<Vec<WindowMessageRow>, StorageError> {
        self.load(keys)
    }
}

impl Tx<'_> {
    /// A message to upstream, kept from other writers until the end of the transaction.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_relay_messages(
        &mut self,
        ids: &[(Partition, MessageId)],
    ) -> Result<Vec<RelayMessageRow>, StorageError> {
        self.lock(ids)
    }
}
