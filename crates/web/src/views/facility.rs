//! What entered supervised places, compared with what should have.

use serde::Serialize;
use tongguan_application::facility::{Bill, Parcel, Tallied};
use tongguan_domain::facility::EntryRoute;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::code_of;

/// A master bill (提运单), compared with what entered under it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillView {
    /// 提运单号.
    bill: String,
    /// How many waybills name it.
    waybills: usize,
    /// How many parcels entered under it.
    entered: usize,
    /// What the waybills name and did not enter (短少).
    short: Vec<EnteredView>,
    /// What entered and no waybill names (溢出).
    over: Vec<EnteredView>,
    /// All of them.
    parcels: Vec<EnteredView>,
}

/// A master bill (提运单) in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TalliedView {
    /// 提运单号.
    bill: String,
    /// How many waybills name it.
    waybills: i64,
    /// Of those, how many did not enter (短少).
    short: i64,
    /// How many parcels entered under it.
    entered: i64,
    /// Of those, how many no waybill of it names (溢出).
    over: i64,
    /// Of those that entered, how many no declaration names.
    undeclared: i64,
    /// When something entered last.
    last_entered_at: Option<String>,
}

/// A parcel, and how it entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnteredView {
    /// The first code of the carrier, or its number.
    carrier: String,
    /// 物流运单编号.
    waybill_no: String,
    /// The bill that its waybill names.
    bill_no: Option<String>,
    /// The bill under which it entered.
    entered_under: Option<String>,
    /// The office that supervises the place.
    entered_at_office: Option<String>,
    /// When.
    entered_at: Option<String>,
    /// The declaration that names it.
    declaration: Option<String>,
    /// How it came from the port to where it is declared.
    route: Option<&'static str>,
}

impl BillView {
    /// Of a bill; `registry` names the carriers.
    pub fn of(bill: &Bill, registry: &Registry) -> Self {
        fn all<'p>(
            parcels: impl Iterator<Item = &'p Parcel>,
            registry: &Registry,
        ) -> Vec<EnteredView> {
            parcels.map(|parcel| EnteredView::of(parcel, registry)).collect()
        }
        Self {
            bill: bill.number.to_string(),
            waybills: bill.waybills().count(),
            entered: bill.entered().count(),
            short: all(bill.short(), registry),
            over: all(bill.over(), registry),
            parcels: all(bill.parcels.iter(), registry),
        }
    }
}

impl TalliedView {
    /// Of a bill.
    pub fn of(bill: &Tallied) -> Self {
        let tally = &bill.tally;
        Self {
            bill: bill.number.to_string(),
            waybills: tally.waybills,
            short: tally.short,
            entered: tally.entered,
            over: tally.over,
            undeclared: tally.undeclared,
            last_entered_at: tally.last_entered_at.map(|at| at.to_string()),
        }
    }
}

impl EnteredView {
    /// Of a parcel; `registry` names its carrier.
    pub fn of(parcel: &Parcel, registry: &Registry) -> Self {
        let entry = parcel.entry.as_ref();
        Self {
            carrier: code_of(registry, parcel.carrier),
            waybill_no: parcel.waybill_no.to_string(),
            bill_no: parcel.bill_no.as_deref().map(Into::into),
            entered_under: entry.map(|entry| entry.bill_no.to_string()),
            entered_at_office: entry.map(|entry| entry.office.to_string()),
            entered_at: parcel.entered_at.map(|at| at.to_string()),
            declaration: parcel.declaration.map(|id| id.to_string()),
            route: parcel.route.map(EntryRoute::name),
        }
    }
}
