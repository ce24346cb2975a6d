//! The outbox: responses in commit order, and the mailboxes they are copied to.

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
use crate::follow::Followed;
use crate::partition::Partition;
use crate::serial::SerialBlock;
use crate::tx::{Tx, View};

row! {
    /// What one decision answers to one document (回执): the whole run of statuses in one row.
    pub struct Response in "response", key 2 {
        /// The partition that decided.
        partition: Partition,
        /// Its place in commit order.
        seq: i64,
        /// The stable id that receivers tell repetitions by.
        response_id: i64,
        /// Whom it goes to; absent when nobody asked for it.
        mailbox: Option<DxpId>,
        /// 312, 412, 622, 816 …, by the application's numbering.
        kind: i64,
        /// The message that is answered.
        message_id: MessageId,
        /// Which document of the message, from 0.
        ordinal: i64,
        /// When it was decided.
        recorded_at: Moment,
        /// What it says, in a stored form; XML is rendered at delivery.
        body: Vec<u8>,
    }
}

row! {
    /// A response in the mailbox of its receiver.
    pub struct Mail in "mailbox", key 2 {
        /// The mailbox.
        dxp_id: DxpId,
        /// Its place: from 1, without gaps.
        n: i64,
        /// The response's partition.
        partition: Partition,
        /// The response's place there.
        seq: i64,
        /// Digest of the bytes first sent; absent until then.
        sent_digest: Option<[u8; 32]>,
        /// The version of the renderer that made them.
        renderer: Option<i64>,
        /// When they were first sent.
        sent_at: Option<Moment>,
    }
}

row! {
    /// A message that a mailbox sent, and that was answered into it.
    pub struct SentMessage in "sent_message", key 2 {
        /// The mailbox.
        dxp_id: DxpId,
        /// The message.
        message_id: MessageId,
    }
}

row! {
    /// How far a mailbox has been read, as its owner says.
    pub struct MailRead in "mail_read", key 1 {
        /// The mailbox.
        dxp_id: DxpId,
        /// The last place that was read; 0 for none.
        n: i64,
        /// When its owner said so.
        at: Moment,
    }
}

impl Followed for Response {
    fn place(&self) -> (Partition, i64) {
        (self.partition, self.seq)
    }
}

impl View<'_> {
    /// The responses at these places, in order of the places.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn responses(
        &mut self,
        places: &[(Partition, i64)],
    ) -> Result<Vec<Response>, StorageError> {
        self.load(places)
    }

    /// The responses of a partition from place `from` to place `to`, both included, in commit order,
    /// at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn responses_between(
        &mut self,
        partition: Partition,
        from: i64,
        to: i64,
        limit: i64,
    ) -> Result<Vec<Response>, StorageError> {
        self.select(
            "WHERE partition = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq LIMIT $4",
            &[partition.cell(), from.cell(), to.cell(), limit.cell()],
        )
    }

    /// A mailbox behind `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn mail_after(
        &mut self,
        mailbox: &DxpId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Mail>, StorageError> {
        self.select(
            "WHERE dxp_id = $1 AND n > $2 ORDER BY n LIMIT $3",
            &[mailbox.cell(), after.cell(), limit.cell()],
        )
    }

    /// A mailbox before place `before`, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn mail_before(
        &mut self,
        mailbox: &DxpId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Mail>, StorageError> {
        self.select(
            "WHERE dxp_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
            &[mailbox.cell(), before.cell(), limit.cell()],
        )
    }

    /// The places of a mailbox from `from` up to `until`, exclusively, that hold the response of a place.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn mail_of(
        &mut self,
        mailbox: &DxpId,
        (from, until): (i64, i64),
        (partition, seq): (Partition, i64),
    ) -> Result<Vec<Mail>, StorageError> {
        self.select(
            "WHERE dxp_id = $1 AND n >= $2 AND n < $3 AND partition = $4 AND seq = $5 ORDER BY n",
            &[mailbox.cell(), from.cell(), until.cell(), partition.cell(), seq.cell()],
        )
    }

    /// What a mailbox sent before a message, from another on, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sent_between(
        &mut self,
        mailbox: &DxpId,
        (from, before): (MessageId, MessageId),
        limit: i64,
    ) -> Result<Vec<SentMessage>, StorageError> {
        self.select(
            "WHERE dxp_id = $1 AND message_id >= $2 AND message_id < $3 \
             ORDER BY message_id DESC LIMIT $4",
            &[mailbox.cell(), from.cell(), before.cell(), limit.cell()],
        )
    }

    /// Those of these messages that a mailbox sent.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sent_of(
        &mut self,
        mailbox: &DxpId,
        messages: &[MessageId],
    ) -> Result<Vec<SentMessage>, StorageError> {
        let keys: Vec<_> = messages.iter().map(|message| (mailbox, *message)).collect();
        self.load(&keys)
    }

    /// How far mailboxes have been read; one of which nothing was read has no row.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn mail_read(&mut self, mailboxes: &[&DxpId]) -> Result<Vec<MailRead>, StorageError> {
        let keys: Vec<_> = mailboxes.iter().map(|mailbox| (*mailbox,)).collect();
        self.load(&keys)
    }
}

impl Tx<'_> {
    /// Notes that a mailbox was read up to a place. What was read stays read: a lesser place changes
    /// nothing.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn read_mail(&mut self, mailbox: &DxpId, n: i64, at: Moment) -> Result<(), StorageError> {
        self.insert_absent(&[MailRead { dxp_id: mailbox.clone(), n: 0, at }])?;
        let text = "UPDATE mail_read SET n = k.place, at = k.told_at FROM {rows} \
                    WHERE mail_read.dxp_id = k.mailbox AND mail_read.n < k.place";
        self.each(text, &["mailbox", "place", "told_at"], &[(mailbox, n, at)]).map(drop)
    }

    /// Puts the responses at these places into a mailbox, in this order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn deliver(
        &mut self,
        mailbox: &DxpId,
        places: &[(Partition, i64)],
    ) -> Result<(), StorageError> {
        let count = i64::try_from(places.len()).unwrap_or(i64::MAX);
        let numbers = self.reserve(&[SerialBlock {
            partition: Partition::of_text(mailbox.as_str()),
            series: format!("mailbox:{mailbox}"),
            count,
        }])?;
        let first = numbers.first().copied().unwrap_or(1);
        let mail: Vec<_> = (first..)
            .zip(places)
            .map(|(n, &(partition, seq))| Mail {
                dxp_id: mailbox.clone(),
                n,
                partition,
                seq,
                sent_digest: None,
                renderer: None,
                sent_at: None,
            })
            .collect();
        self.insert(&mail)
    }

    /// Notes what mailboxes sent; what is noted already stays.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn note_sent(&mut self, sent: &[SentMessage]) -> Result<(), StorageError> {
        self.insert_absent(sent).map(drop)
    }

    /// Records what was first sent for `(mailbox, n, digest, renderer, at)`; a later sending changes
    /// nothing.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn record_sending(
        &mut self,
        sendings: &[(&DxpId, i64, [u8; 32], i64, Moment)],
    ) -> Result<(), StorageError> {
        self.each(
            "UPDATE mailbox SET sent_digest = k.digest, renderer = k.renderer, sent_at = k.at \
             FROM {rows} WHERE mailbox.dxp_id = k.dxp_id AND mailbox.n = k.n \
             AND mailbox.sent_digest IS NULL",
            &["dxp_id", "n", "digest", "renderer", "at"],
            sendings,
        )
        .map(drop)
    }
}
