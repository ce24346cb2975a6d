//! Storage: SQLite in a directory or PostgreSQL by URL, one API, one SQL text. Nothing above this crate
//! knows which.
//!
//! ```text
//! Store ── writer() ─▶ Writer ── transaction(|tx| …) ─▶ Tx   reads, locks, writes
//!       └─ read(|view| …) ─────────────────────────────▶ View reads one consistent state
//! ```
//!
//! * A table is a struct ([`row`]): its fields are the columns, and the statements follow from them.
//! * Everything is done for sets: one statement a table and batch on PostgreSQL (`UNNEST`), one prepared
//!   statement run once a row on SQLite, where a call costs nothing.
//! * What is only looked at may come from a standby ([`Store::reading_from`], [`Looker`]); whoever decides, writes or
//!   checks reads the primary, because nothing else is read where nobody says that he looks.
//! * [`StorageError::remedy`] says what to do about an error: run again, find the culprit, stop, look
//!   whether it was committed, drop what is in memory.
//!
//! # To add a table
//!
//! 1. Write `migrations/NNNN_what.sql` in the portable words of `0001_initial.sql`, and add its line to
//!    `migrate.rs`. The key begins with the partition or bucket if the table grows.
//! 2. Declare the struct with `row!` in the file of its aggregate, key columns first, in the same order
//!    as in the table. Mark it `Replaceable` if it may be written over. [`Tx::insert`] and
//!    [`Tx::upsert`] then work.
//! 3. Add the loads that use cases need: `load` for keys or beginnings of keys, `select` for pages.
//! 4. Add a test in `tests/it/`, which runs on both engines.

#[macro_use]
mod row;

mod access;
mod answered;
mod archived;
mod backup;
mod balance;
mod bonded;
mod casework;
mod cell;
mod checkpoint;
mod claim;
mod claimed;
mod closed_export;
mod consolidation;
mod declaration;
mod dialect;
mod distribution;
mod document;
mod driver;
mod error;
mod evidence;
mod export;
mod export_return;
mod extent;
#[cfg(feature = "faults")]
pub mod faults;
#[cfg(not(feature = "faults"))]
#[path = "faultless.rs"]
mod faults;
mod figure;
mod filing;
mod follow;
mod formal;
mod guarantee;
mod health;
mod import_return;
mod inbox;
mod ledger;
mod looker;
mod message;
mod migrate;
mod office_parcel;
mod parameter;
mod partition;
mod party_parcel;
mod passage;
mod past;
mod person;
mod picture;
mod place;
pub mod planted;
mod process;
mod provider;
mod reach;
mod readers;
mod recorded;
mod refusal;
mod register;
mod registry;
mod relay;
mod relayed;
mod response;
mod retention;
pub mod seal;
mod serial;
mod signal;
mod slice;
mod standby;
mod store;
pub mod stored;
mod transfer;
mod transit;
mod transparency;
mod tx;
mod unfetched;
mod unmasking;
mod webhook;
mod whole;
mod zone;

pub use access::AccessKeyRow;
pub use answered::AnsweredRequestRow;
pub use archived::ArchivedMonthRow;
pub use backup::check_copy;
pub use balance::{
    Allowance, AllowanceKey, Delta, Guarantee, GuaranteeKey, QuantityAllowance,
    QuantityAllowanceKey,
};
pub use bonded::{
    AccountBook, AccountBookKey, BondedList, BondedListKey, BondedStock, BondedStockKey,
    StockDelta, StockMovement,
};
pub use casework::{AssignmentRow, ProposalRow, QueueAtOffice};
pub use checkpoint::LogTraffic;
pub use claim::{BillTally, Claim, ClaimKey};
pub use closed_export::{ClosedExport, ClosedExportKey, Departures, Kept};
pub use consolidation::{Consolidation, ConsolidationPart};
pub use declaration::Declaration;
pub use distribution::{Distribution, distribution};
pub use document::{Document, DocumentKey, Waiting, WaitingKey};
pub use error::{DriverError, OfTransaction, OpenError, Remedy, StorageError};
pub use evidence::{EvidenceDemandRow, EvidenceKey, EvidenceUploadRow, EvidenceWanted};
pub use export::Export;
pub use export_return::{ExportReturn, ReturnParcel};
pub use figure::FigureRow;
pub use filing::{FilingRow, FilingsWanted, RegisteredGoodsRow};
pub use follow::{Cursor, Followed};
pub use formal::{ExportSummaryRow, FormalRow};
pub use guarantee::{GuaranteeMovement, GuaranteeProposalRow, MovementPlace};
pub use health::{EngineSettings, Holdings, QueueLength, Sizes};
pub use import_return::ImportReturn;
pub use inbox::{Held, Inbox};
pub use ledger::{Event, Posting, TaxBill};
pub use looker::{Looker, Position};
pub use message::{Message, MessageBundle};
pub use office_parcel::{OfficeParcel, ParcelsAt};
pub use parameter::ParameterProposalRow;
pub use partition::{Partition, PartitionRow, Partitions};
pub use party_parcel::{NumberOf, ParcelsOf, PartyParcel, PartyRequest};
pub use passage::{ParcelPassed, PassageRow};
pub use past::{ExaminationFinding, PastCount, PastDeclaration, PastOf};
pub use person::{InvitationRow, PasskeyRow, PersonRow, SavedViewRow, SessionRow};
pub use picture::{PictureBody, PictureRow};
pub use place::PlaceRow;
pub use process::{Arrival, PLACES, Place, ProcessRow, TakeOver};
pub use provider::{ProviderAccountRow, ProviderAnswerRow};
pub use recorded::{Amount, Part, PutBy, Recorded};
pub use refusal::{RefusalRow, RefusalSum};
pub use register::{
    About, AuditFilter, AuditPlace, EventOfOffice, Register, RegisterEvent, Revision, Revisions,
};
pub use registry::{CertificateRow, CodeRow, PartyCodeRow, PartyRow, Setting};
pub use relay::{
    RelayDocumentRow, RelayHandleRow, RelayMessageRow, RelayStrayRow, WindowMessageRow,
};
pub use relayed::{RelayAnswerRow, RelayedParcelRow};
pub use response::{Mail, MailRead, Response, SentMessage};
pub use retention::{ErasureRow, LegalHoldRow, Settled};
pub use serial::{Serial, SerialBlock};
pub use signal::Listener;
pub use slice::{GuaranteeSlice, HeldFrom, Taken};
pub use standby::{StandbySettings, StandbyStanding, StandbyTrouble};
pub use store::{Backoff, READ_LIMIT, Store, StoreSettings, Target, Writer};
pub use transfer::{Compared, Portion, Progress, TransferError, give_up, transfer};
pub use transit::TransitRow;
pub use transparency::{
    AttestedLogRow, LogHeadRow, LogRow, LogRunRow, LogSecretRow, LogTileRow, RegisterPlace,
    StaleLogSecret,
};
pub use tx::{Tx, View};
pub use unfetched::UnfetchedMail;
pub use unmasking::UnmaskingRow;
pub use webhook::{DeadLetterRow, WebhookRow};
pub use whole::{FIRST_ALLOWANCE, FIRST_ID, FIRST_POSTING};
pub use zone::{
    GatePass, ZoneEventKey, ZoneEventRow, ZoneNewsKey, ZoneNewsRow, ZoneReferenceKey,
    ZoneReferenceRow,
};
