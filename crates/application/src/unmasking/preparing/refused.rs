//! Why a request is not prepared.

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::IdError;
use tongguan_domain::status::ReturnStatus;
use tongguan_storage::StorageError;

use super::LONGEST_REASON;
use crate::codes::CodesError;
use crate::review::ReviewError;
use crate::unmasking::UnmaskError;

/// A request was not prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// There is no such declaration within reach.
    #[error("there is no such declaration within reach")]
    Unknown,
    /// Declarant and merchant alone ask, and sign.
    #[error("only the declarant and the merchant of a declaration ask for that")]
    NotDeclarer,
    /// Nobody would receive the answer.
    #[error("the party has no mailbox")]
    NoMailbox,
    /// It is not possible where the declaration stands.
    #[error(transparent)]
    NotAskable(#[from] NotAskable),
    /// No goods were named.
    #[error("no goods are named")]
    NoGoods,
    /// A line is none of the declaration, is named twice, or not so much of it is left.
    #[error("line {number} has {left} left to return")]
    Line {
        /// The line.
        number: i32,
        /// How much of it may come back.
        left: Decimal,
    },
    /// The reason is none.
    #[error("the reason has 1 to {LONGEST_REASON} characters")]
    BadReason,
    /// The reference is none.
    #[error("the reference is not what it must be: {0}")]
    BadReference(IdError),
    /// The original is kept no longer, so that the buyer cannot be named.
    #[error("the original is not kept any more")]
    NotKept,
    /// What was written does not fit the schema.
    #[error("the message would not be valid")]
    Unwritable(Vec<Defect>),
    /// The law could not be read.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be opened or recorded.
    #[error(transparent)]
    Unmask(#[from] UnmaskError),
}

impl From<StorageError> for PrepareError {
    fn from(error: StorageError) -> Self {
        Self::Unmask(error.into())
    }
}

/// Why something may not be asked for where a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAskable {
    /// It was not entered yet.
    #[error("the declaration has no number yet")]
    NotEntered,
    /// The law does not let it be cancelled at this status.
    #[error("a declaration at status {0} is not cancelled")]
    NotCancellable(ReturnStatus),
    /// Exports are returned by a request of their own, for it names the parcel in which they come.
    #[error("exported goods come back by a request that names their parcel")]
    Export,
    /// Goods come back once they were released.
    #[error("a declaration at status {0} is not released")]
    NotReleased(ReturnStatus),
    /// The last day for it is over.
    #[error("returns could be asked for until {0}")]
    TooLate(Date),
}
