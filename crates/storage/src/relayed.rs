//! What is relayed, as its parties and its office find it, and what upstream has said of it.

use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell as _};
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A relayed declaration as one of its readers finds it in a list. Where it stands upstream is said elsewhere.
    pub struct RelayedParcelRow in "relayed_parcel", key 4 {
        /// The reader's bucket.
        bucket: Partition,
        /// Who reads it: a party, an office, or whoever reaches everything.
        reader: String,
        /// The message. Its number grows with the time of its coming.
        message_id: MessageId,
        /// Which document of it.
        ordinal: i64,
        /// `CEB621` and its like.
        kind: String,
        /// 申报地海关, four digits.
        office: String,
        /// 订单编号; empty where it names none.
        order_no: String,
        /// 物流运单编号; empty where it names none.
        waybill_no: String,
        /// 企业内部编号 (`copNo`).
        reference: String,
        /// 预录入编号 that it was given here.
        pre_no: String,
        /// When it was taken in.
        taken_at: Moment,
    }
}

row! {
    /// Something that upstream has said of a relayed document (上级回执).
    pub struct RelayAnswerRow in "relay_answer", key 5 {
        /// The partition of the document's message.
        partition: Partition,
        /// The document's message.
        message_id: MessageId,
        /// Which document of it.
        ordinal: i64,
        /// The message from upstream.
        answer_id: MessageId,
        /// Its place in that message.
        n: i64,
        /// `CEB622` and its like.
        kind: String,
        /// 回执状态; absent where it is no response, such as a tax bill.
        status: Option<i64>,
        /// The number that upstream has given the document (`invtNo`).
        number: Option<String>,
        /// When it was said.
        at: Moment,
    }
}

impl Replaceable for RelayedParcelRow {}
impl Replaceable for RelayAnswerRow {}

impl View<'_> {
    /// What a reader finds of what is relayed before one of them, what came last first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relayed_parcels(
        &mut self,
        reader: &str,
        (message, ordinal): (MessageId, i64),
        limit: i64,
    ) -> Result<Vec<RelayedParcelRow>, StorageError> {
        let bucket = Cell::Integer(i64::from(Partition::of_text(reader).0));
        self.select(
            "WHERE bucket = $1 AND reader = $2 \
             AND (message_id < $3 OR (message_id = $3 AND ordinal < $4)) \
             ORDER BY message_id DESC, ordinal DESC LIMIT $5",
            &[bucket, reader.cell(), message.cell(), ordinal.cell(), limit.cell()],
        )
    }

    /// Those of these that a reader finds: message and document.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relayed_parcels_at(
        &mut self,
        reader: &str,
        places: &[(MessageId, i64)],
    ) -> Result<Vec<RelayedParcelRow>, StorageError> {
        let bucket = Partition::of_text(reader);
        let keys: Vec<_> =
            places.iter().map(|(message, n)| (bucket, reader, *message, *n)).collect();
        self.load(&keys)
    }

    /// What upstream has said of these documents: partition, message, and which document of it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn relay_answers(
        &mut self,
        documents: &[(Partition, MessageId, i64)],
    ) -> Result<Vec<RelayAnswerRow>, StorageError> {
        self.load(documents)
    }
}
