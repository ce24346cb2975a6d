//! Payment evidence (支付相关原始数据实时获取; 公告2018年第179号): customs asks a platform what it and the payment
//! institution said to each other, and holds what it uploads against order and payment document.
//!
//! | file | |
//! |---|---|
//! | `demand` | a demand as it stands, from its row |
//! | `compared` | what was compared and found, as it is stored |
//! | `demanding` | an officer demands; what was demanded is listed |
//! | `asking` | the platform is asked, again and again until its time is over |
//! | `taking` | what it uploads is judged and kept, sealed |
//! | `comparing` | what was kept is opened and compared |
//! | `courier` | which of these is due, on several threads |
//!
//! A demand is a row: chance writes it in the transaction that enters a declaration, an officer in one of his own,
//! and everything that takes long happens between two transactions
//! ([decision 32](../../../../docs/decisions/0032-payment-evidence.md)).

mod asking;
mod compared;
mod comparing;
mod courier;
mod demand;
mod demanding;
mod taking;

use std::sync::Arc;

use tongguan_domain::ids::{DeclarationId, OfficeCode, OrderNumber, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError};
use tongguan_storage::stored::StoredError;
use tongguan_storage::{EvidenceDemandRow, OfTransaction, StorageError};

use crate::enquiry::{Enquiries, EnquiryError};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject};
use crate::numbering::partition_of;
use crate::originals::OriginalError;
use crate::review::{BadReason, ReviewError};

pub use compared::{Compared, Facts};
pub use courier::{Courier, Step};
pub use demand::{Asker, Demand, Stage, UnreadableDemand};
pub use demanding::{DemandPage, DemandPlace, Wanted, of};
pub(crate) use taking::place_of_upload;

/// Demands payment evidence, and takes what is uploaded.
pub struct Demands {
    enquiries: Arc<Enquiries>,
    keyring: Arc<Keyring>,
}

/// Nothing was demanded, taken or compared.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// There is nothing of that number within reach.
    #[error("there is nothing of that number within reach")]
    Unknown,
    /// Goods that leave the country are paid for otherwise.
    #[error("platforms are asked about imports alone")]
    NoImport,
    /// One demand about a declaration at a time.
    #[error(
        "the platform is being asked about this declaration already; wait for what comes of it"
    )]
    UnderWay,
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// What is stored of a demand does not read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableDemand),
    /// What was uploaded about a declaration does not read.
    #[error("what was uploaded about declaration {0} does not read")]
    Damaged(DeclarationId),
    /// What was uploaded does not open.
    #[error("what was uploaded about declaration {declaration} does not open")]
    Sealed {
        /// The declaration.
        declaration: DeclarationId,
        /// Why.
        #[source]
        source: SealError,
    },
    /// A stored form.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// An original.
    #[error(transparent)]
    Original(#[from] OriginalError),
    /// What is stored of a declaration.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// What is stored beside it.
    #[error(transparent)]
    Enquiry(#[from] EnquiryError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl OfTransaction for EvidenceError {
    fn of_database(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error) => Some(error),
            _ => None,
        }
    }
}

/// Whom to ask about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The declaration.
    pub declaration: DeclarationId,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 电商平台.
    pub platform: PartyId,
    /// 订单编号.
    pub order_no: OrderNumber,
    /// How many minutes the platform has.
    pub minutes: i64,
}

impl Demands {
    /// Over what enquiries look at; what is uploaded is sealed with `keyring`.
    pub const fn new(enquiries: Arc<Enquiries>, keyring: Arc<Keyring>) -> Self {
        Self { enquiries, keyring }
    }
}

/// The row of a demand that is due at once.
pub(crate) fn new_row(asking: &Asking, n: i64, now: Moment) -> EvidenceDemandRow {
    EvidenceDemandRow {
        partition: partition_of(asking.declaration.0),
        declaration_id: asking.declaration,
        n,
        office: asking.office.to_string(),
        platform_id: asking.platform,
        order_no: asking.order_no.clone(),
        officer: None,
        reason: None,
        demanded_at: now,
        minutes: asking.minutes,
        state: Stage::Waiting.code(),
        session: None,
        answer_by: None,
        attempts: 0,
        next_at: Some(now),
        agreed_at: None,
        failure: None,
        uploaded_at: None,
        digest: None,
        certificate: None,
        findings: None,
        body: None,
    }
}

/// What the service does of itself, as the audit names it.
fn by_service() -> Cause {
    Cause::Command("payment evidence".to_owned())
}

/// An event about the demand of a row.
fn event<const N: usize>(
    row: &EvidenceDemandRow,
    change: ChangeKind,
    fields: [(&str, String); N],
) -> Entry {
    let told = |(name, text): (&str, String)| Field::changed(name, String::new(), text);
    let number = told(("demand", row.n.to_string()));
    let fields = number.into_iter().chain(fields.into_iter().filter_map(told));
    Entry { subject: Subject::Declaration(row.declaration_id), change, fields: fields.collect() }
}
