//! The outbox: responses in commit order, the mailboxes they are copied to, and followers' cursors.

use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell;
use crate::error::StorageError;
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
    /// How far a follower has read a partition's log.
    pub struct Cursor in "cursor", key 2 {
        /// Which follower.
        consumer: String,
        /// The partition.
        partition: Partition,
        /// The last place read.
        seq: i64,
    }
}

impl View<'_> {
    /// The responses of `partition` behind `after`, at most `limit`, in commit order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn responses_after(
        &mut self,
        partition: Partition,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Response>, StorageError> {
        self.select(
            "WHERE partition = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            &[partition.cell(), after.cell(), limit.cell()],
        )
    }

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

    /// How far a follower has come, in order of partitions; one that has read nothing has no row.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn cursors(&mut self, consumer: &str) -> Result<Vec<Cursor>, StorageError> {
        self.select("WHERE consumer = $1 ORDER BY partition", &[consumer.cell()])
    }
}

impl Tx<'_> {
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

    /// Moves a follower's cursors: `(partition, from, to)`, `from` being 0 for one that has read
    /// nothing.
    ///
    /// # Errors
    /// [`StorageError::CursorMoved`] when another follower of that name was faster; roll back.
    pub fn move_cursors(
        &mut self,
        consumer: &str,
        steps: &[(Partition, i64, i64)],
    ) -> Result<(), StorageError> {
        let absent: Vec<_> = steps
            .iter()
            .map(|&(partition, ..)| Cursor { consumer: consumer.to_owned(), partition, seq: 0 })
            .collect();
        self.insert_absent(&absent)?;
        let rows: Vec<_> =
            steps.iter().map(|&(partition, from, to)| (consumer, partition, from, to)).collect();
        let moved = self.each(
            "UPDATE cursor SET seq = k.after FROM {rows} WHERE cursor.consumer = k.consumer \
             AND cursor.partition = k.partition AND cursor.seq = k.before",
            &["consumer", "partition", "before", "after"],
            &rows,
        )?;
        if usize::try_from(moved) == Ok(steps.len()) {
            Ok(())
        } else {
            Err(StorageError::CursorMoved { consumer: consumer.to_owned() })
        }
    }
}
