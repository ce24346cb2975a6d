//! Parcels as their parties and offices list them (包裹清单): a projection beside clearing, and what is asked of it.
//!
//! A declaration's own row has no index by party or office, because clearing would pay for it with every parcel.
//! The [`Projector`] follows the audit events and keeps one narrow row for each party that sees a declaration, one
//! for its office, one for each whom it names and customs has to know of from before, and one for each request
//! about it;
//! [`crate::enquiry::Enquiries`] lists, counts and finds among those. See decision 23.

mod asked;
mod billed;
mod declared;
mod listing;
mod past;
mod projector;
mod requests;

pub use billed::{Bill, BillStanding, Billed, BilledPage};
pub use declared::DeclaredFilter;
pub use listing::{Concern, ParcelFilter, ParcelPage, Shortage, Tally};
pub use past::{MOST_COUNTED, Outcome, Past, Whom};
pub use projector::{PARCELS, Projector};
pub use requests::{Cancellation, RequestKind, RequestPage, RequestPlace};

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{Partition, PartyParcel, StorageError, View};

use crate::clearing::rows::{RowError, read_declaration, read_export};
use crate::numbering::{made_at, partition_of};
use crate::review::{AnyDeclaration, Direction};

/// A list could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum ParcelsError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An event does not decode.
    #[error("an audit event does not decode")]
    Event(#[from] StoredError),
    /// The row of a declaration or of the list.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// A parcel as one of its parties finds it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The declaration.
    pub id: DeclarationId,
    /// Which way the goods go.
    pub direction: Direction,
    /// 申报地海关, four digits.
    pub office: String,
    /// Where it stands.
    pub status: ReturnStatus,
    /// 电商企业.
    pub merchant: PartyId,
    /// 订单编号.
    pub order_no: OrderNumber,
    /// 物流运单编号.
    pub waybill_no: String,
    /// 预录入编号.
    pub provisional_no: String,
    /// 清单编号, once given.
    pub number: Option<String>,
    /// When it was first seen.
    pub lodged_at: Moment,
    /// When it last changed.
    pub changed_at: Moment,
}

impl Direction {
    /// As rows of the list say it.
    const fn code(self) -> i64 {
        match self {
            Self::Import => 1,
            Self::Export => 2,
        }
    }
}

/// Declarations as they stand, and when each last changed.
fn standing(
    view: &mut View<'_>,
    ids: &[(Partition, DeclarationId)],
) -> Result<Vec<(AnyDeclaration, Moment)>, ParcelsError> {
    let mut found = Vec::with_capacity(ids.len());
    for row in view.declarations(ids)? {
        let changed_at = row.updated_at;
        found.push((AnyDeclaration::Import(read_declaration(row)?), changed_at));
    }
    for row in view.exports(ids)? {
        let changed_at = row.updated_at;
        found.push((AnyDeclaration::Export(read_export(row)?), changed_at));
    }
    Ok(found)
}

/// Where the rows of declarations lie.
fn keys_of(ids: impl IntoIterator<Item = DeclarationId>) -> Vec<(Partition, DeclarationId)> {
    ids.into_iter().map(|id| (partition_of(id.0), id)).collect()
}

impl Parcel {
    /// As a declaration stands itself.
    fn as_it_stands(declaration: &AnyDeclaration, changed_at: Moment) -> Self {
        Self {
            id: declaration.id(),
            direction: declaration.direction(),
            office: declaration.office().to_string(),
            status: declaration.status(),
            merchant: declaration.merchant(),
            order_no: declaration.order_no().clone(),
            waybill_no: declaration.waybill_no().to_string(),
            provisional_no: declaration.provisional_no().to_string(),
            number: declaration.number().map(ToString::to_string),
            lodged_at: made_at(declaration.id().0),
            changed_at,
        }
    }

    fn of(row: PartyParcel) -> Result<Self, RowError> {
        let unknown = |column, value: i64| RowError::Column {
            table: "party_parcel",
            column,
            value: value.to_string(),
        };
        let status = i32::try_from(row.state).ok().and_then(ReturnStatus::from_number);
        Ok(Self {
            id: row.declaration_id,
            direction: match row.direction {
                1 => Direction::Import,
                2 => Direction::Export,
                other => return Err(unknown("direction", other)),
            },
            office: row.office,
            status: status.ok_or_else(|| unknown("state", row.state))?,
            merchant: row.merchant_id,
            order_no: row.order_no,
            waybill_no: row.waybill_no,
            provisional_no: row.pre_no,
            number: row.invt_no,
            lodged_at: made_at(row.declaration_id.0),
            changed_at: row.changed_at,
        })
    }
}
