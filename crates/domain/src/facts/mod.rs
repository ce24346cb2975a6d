//! Facts: what is kept of each document because a comparison or an assessment needs it.
//!
//! Parties are resolved to registry ids and personal texts to [`crate::mark::Mark`]s, so facts are
//! narrow, hold no personal data, and can be compared without knowing which code a party used.
//! Free text stays in the raw message.

mod declaration;
mod export;
mod export_return;
mod movement;
mod order;
mod payment;
mod request;
mod warehouse_entry;
mod waybill;

pub use declaration::{DeclarationFacts, DeclarationParties, ItemFacts, Mode};
pub use export::{
    CollectionFacts, ExportFacts, ExportItemFacts, ExportLineFacts, ExportMode, ExportOrderFacts,
    ExportParties, ExportWaybillFacts,
};
pub use export_return::{ExportReturnFacts, ExportReturnItemFacts, TallyFacts};
pub use movement::{ArrivalFacts, DepartureFacts, ExportTransport, MasterBillFacts};
pub use order::{LineFacts, OrderFacts};
pub use payment::PaymentFacts;
pub use request::{
    ExportCancellationFacts, ParcelFacts, ParcelParties, ReturnFacts, ReturnedItemFacts,
};
pub use warehouse_entry::WarehouseEntryFacts;
pub use waybill::{DeliveryFacts, WaybillFacts};

use crate::mark::{Mark, Marker, Personal};
use crate::person::{Consignee, Identity, TelephoneEnding};

/// A buyer or payer, by marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonMarks {
    /// The key of the yearly allowance: kind and number of the identity document.
    pub person: Mark,
    /// The name.
    pub name: Mark,
    /// The number of the identity document.
    pub number: Mark,
}

impl PersonMarks {
    /// The marks of an identity.
    pub fn of(identity: &Identity, marker: &impl Marker) -> Self {
        let person = format!("{}|{}", identity.id_type, identity.number);
        Self {
            person: marker.mark(Personal::Person, &person),
            name: marker.mark(Personal::Name, &identity.name),
            number: marker.mark(Personal::IdentityNumber, &identity.number),
        }
    }
}

/// A consignee, by marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsigneeMarks {
    /// The name.
    pub name: Mark,
    /// The telephone.
    pub telephone: Mark,
    /// The address.
    pub address: Mark,
}

impl ConsigneeMarks {
    /// The marks of a consignee.
    pub fn of(consignee: &Consignee, marker: &impl Marker) -> Self {
        Self {
            name: marker.mark(Personal::Name, &consignee.name),
            telephone: marker.mark(Personal::Telephone, &consignee.telephone),
            address: marker.mark(Personal::Address, &consignee.address),
        }
    }
}

/// The mark of whoever knows the number of an order or waybill and the end of a telephone number on it. Each
/// number has marks of its own, so equal endings of two parcels do not show.
pub fn follower(number: &str, ending: &TelephoneEnding, marker: &impl Marker) -> Mark {
    marker.mark(Personal::Follower, &format!("{number}|{}", ending.as_str()))
}

/// The marks of those who may follow a parcel by its number: one for each of these telephones.
fn followers<'t>(
    number: &str,
    telephones: impl IntoIterator<Item = &'t str>,
    marker: &impl Marker,
) -> Vec<Mark> {
    let endings = telephones.into_iter().filter_map(TelephoneEnding::of);
    let mut marks: Vec<_> = endings.map(|ending| follower(number, &ending, marker)).collect();
    marks.dedup();
    marks
}
