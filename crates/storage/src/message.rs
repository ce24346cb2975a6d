//! Messages as received: what is known of each; and their bytes, sealed, in bundles apart from it.

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;

use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::seal::KeyId;
use crate::tx::{Tx, View};

row! {
    /// A message as received (报文).
    pub struct Message in "message", key 2 {
        /// The partition that its id names.
        partition: Partition,
        /// Its id.
        message_id: MessageId,
        /// When it was received, before anything was done with it.
        received_at: Moment,
        /// `CEB621` and its like; absent when the message could not be read so far.
        kind: Option<String>,
        /// The message's own guid.
        guid: Option<String>,
        /// The address that sent it (`dxpId`).
        sender: Option<String>,
        /// By which way it came: a file's name, a connection's name.
        origin: String,
        /// SHA-256 of the bytes.
        digest: [u8; 32],
        /// How many documents it holds.
        documents: i64,
        /// What became of it, by the application's numbering.
        state: i64,
        /// The signature's verdict, never recomputed.
        verdict: Option<Vec<u8>>,
        /// The bundle in which its bytes lie ([`MessageBundle::message_id`]).
        bundle: MessageId,
        /// Behind how many bytes of the bundle.
        start: i64,
        /// How many bytes.
        length: i64,
    }
}

row! {
    /// The bytes of messages that were committed together, one after the other, compressed and sealed
    /// ([`crate::seal`]). Messages of one sender repeat each other and his certificate: together they
    /// take a third of the bytes, and one row.
    pub struct MessageBundle in "message_bundle", key 2 {
        /// The partition that its id names.
        partition: Partition,
        /// Its id: that of its first message.
        message_id: MessageId,
        /// The period of the key that seals it.
        period: String,
        /// The key of the ring that this key was made under.
        key_id: KeyId,
        /// Compressed, then sealed.
        body: Vec<u8>,
    }
}

impl Replaceable for Message {}

impl View<'_> {
    /// The messages of these ids, in order of the ids.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn messages(
        &mut self,
        ids: &[(Partition, MessageId)],
    ) -> Result<Vec<Message>, StorageError> {
        self.load(ids)
    }

    /// The bundles of these ids, in order of the ids.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn message_bundles(
        &mut self,
        ids: &[(Partition, MessageId)],
    ) -> Result<Vec<MessageBundle>, StorageError> {
        self.load(ids)
    }
}

impl Tx<'_> {
    /// Sets what became of messages: `(partition, message, state)`.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when one of them is not there.
    pub fn set_message_states(
        &mut self,
        states: &[(Partition, MessageId, i64)],
    ) -> Result<(), StorageError> {
        let changed = self.each(
            "UPDATE message SET state = k.state FROM {rows} \
             WHERE message.partition = k.partition AND message.message_id = k.message_id",
            &["partition", "message_id", "state"],
            states,
        )?;
        self.all_there("message", states.len(), changed)
    }
}
