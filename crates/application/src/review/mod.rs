//! Review (人工审核): what officers see of a declaration, import or export, and what they decide about it.
//!
//! | | |
//! |---|---|
//! | [`queue`] | what waits for an officer or a guarantee, page by page |
//! | [`find`] | a declaration by whatever number somebody has of it |
//! | [`picture`] | everything that is stored about one declaration |
//! | [`case`], [`acts`] | the same with what an officer needs to decide, and what officers did |
//! | [`unregistered_goods`] | what of its goods is not registered |
//! | [`decide`] | a ruling, committed, with what was told |
//! | [`declare`] | a stored declaration, declared, with what was told |
//! | [`REASONS`] | reasons by code |

mod acts;
mod any;
mod case;
mod decide;
mod declare;
mod find;
mod goods;
mod picture;
mod queue;
mod reason;

pub use acts::{Act, acts};
pub(crate) use any::AnyRow;
pub use any::{AnyDeclaration, Direction};
pub use case::{Case, Returns, case};
pub use decide::{BadOfficer, DecideError, Decided, Decision, decide, officer};
pub(crate) use decide::{decided, proposable, status};
pub use declare::{DeclareError, declare};
pub use find::{Found, find};
pub(crate) use find::{of_claims, of_parcel};
pub use goods::unregistered_goods;
pub use picture::{Matching, Particulars, Picture, Told, picture};
pub(crate) use picture::{ResponsePlace, documents, responses_about, run_about};
pub(crate) use queue::queued;
pub use queue::{Filter, Page, Place, QUEUES, Queued, Worth, queue};
pub use reason::{BadReason, REASONS, reason};
pub use tongguan_storage::TaxBill;

use tongguan_storage::StorageError;
use tongguan_storage::stored::StoredError;

use crate::clearing::rows::RowError;

/// What is stored could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row of a declaration, document or return.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A response does not decode.
    #[error("a response does not decode")]
    Response(#[from] StoredError),
}
