//! Made-up entries into a supervised place.

use tongguan_domain::facility::{EnteredParcel, WarehouseEntry};
use tongguan_domain::ids::{FunctionalReference, IdError, WaybillNumber};
use tongguan_domain::time::Moment;
use tongguan_messages::sample;

use crate::parcels::{Document, Parcel, guid};

/// The `n`th entry of a run, sent at `at`, of these waybills.
///
/// # Errors
/// None for any `n`; a test makes sure of it.
pub fn entry_of(
    n: u64,
    at: Moment,
    waybills: impl IntoIterator<Item = WaybillNumber>,
) -> Result<WarehouseEntry, IdError> {
    let mut entry = sample::warehouse_entry()?;
    entry.filing.guid = guid(21, n)?;
    entry.filing.sent_at = at;
    entry.reference = Some(FunctionalReference::parse(&format!("RK{n:012}"))?);
    let parcel = |(number, waybill_no)| EnteredParcel { number, waybill_no, note: None };
    entry.parcels = (1..).zip(waybills).map(parcel).collect();
    Ok(entry)
}

/// The document of an entry of these parcels.
///
/// # Errors
/// None for any `n`.
pub fn entry_document(n: u64, at: Moment, parcels: &[&Parcel]) -> Result<Document, IdError> {
    let waybills = parcels.iter().map(|parcel| parcel.waybill.number.clone());
    Ok(Document::WarehouseEntry(Box::new(entry_of(n, at, waybills)?)))
}
