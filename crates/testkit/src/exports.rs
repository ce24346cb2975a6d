//! Made-up exported parcels, as many as wanted, each with documents that agree with each other.

use tongguan_domain::commerce::{Collection, ExportOrder, ExportWaybill};
use tongguan_domain::declaration::ExportDeclaration;
use tongguan_domain::ids::{FunctionalReference, IdError, OrderNumber, WaybillNumber};
use tongguan_domain::movement::{
    ArrivalReport, DepartureReport, MasterBillLine, MasterBillLink, ReportedParcel,
};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{ceb303, ceb505, ceb507, ceb509, ceb603};
use tongguan_messages::sample;

use crate::cast::Cast;
use crate::parcels::{Document, MessageError, guid, signed};

/// The documents of one exported parcel.
#[derive(Debug, Clone)]
pub struct Export {
    /// What the buyer abroad ordered.
    pub order: ExportOrder,
    /// What the buyer paid.
    pub collection: Collection,
    /// How it travels.
    pub waybill: ExportWaybill,
    /// What was declared.
    pub declaration: ExportDeclaration,
    /// That it arrived at the supervised place.
    pub arrival: ArrivalReport,
    /// Under which air waybill it flies.
    pub master_bill: MasterBillLink,
    /// That it left the country.
    pub departure: DepartureReport,
}

/// The `n`th exported parcel of a run, sent at `at`: the sample parcel under numbers of its own.
///
/// # Errors
/// None for any `n`; a test makes sure of it.
pub fn export(n: u64, at: Moment) -> Result<Export, IdError> {
    let sample = sample::export_parcel()?;
    let order_no = OrderNumber::parse(&format!("TGE{n:012}"))?;
    let waybill_no = WaybillNumber::parse(&format!("EE{n:09}CN"))?;
    let mut export = Export {
        order: sample.order,
        collection: sample.collection,
        waybill: sample.waybill,
        declaration: sample.declaration,
        arrival: sample.arrival,
        master_bill: sample.master_bill,
        departure: sample.departure,
    };
    let Export { order, collection, waybill, declaration, arrival, master_bill, departure } =
        &mut export;
    for (number, filing) in (11..).zip([
        &mut order.filing,
        &mut waybill.filing,
        &mut declaration.filing,
        &mut arrival.filing,
        &mut departure.filing,
        &mut collection.filing,
        &mut master_bill.filing,
    ]) {
        filing.guid = guid(number, n)?;
        filing.sent_at = at;
    }
    order.order_no = order_no.clone();
    collection.order_no = order_no.clone();
    waybill.number = waybill_no.clone();
    declaration.order_no = order_no;
    declaration.waybill_no = waybill_no.clone();
    declaration.reference = FunctionalReference::parse(&format!("COPE{n:012}"))?;
    arrival.reference = FunctionalReference::parse(&format!("ARR{n:012}"))?;
    departure.reference = FunctionalReference::parse(&format!("DEP{n:012}"))?;
    master_bill.reference = FunctionalReference::parse(&format!("MBL{n:012}"))?;
    departure.left_at = at;
    let parcel =
        || ReportedParcel { number: 1, waybill_no: waybill_no.clone(), bag_no: None, note: None };
    (arrival.parcels, departure.parcels) = (vec![parcel()], vec![parcel()]);
    master_bill.parcels = vec![MasterBillLine {
        number: 1,
        bag_no: None,
        waybill_no,
        declaration_no: None,
        note: None,
    }];
    Ok(export)
}

impl Export {
    /// Order, waybill and declaration, in the order in which they usually come.
    pub fn documents(&self) -> [Document; 3] {
        [
            Document::ExportOrder(Box::new(self.order.clone())),
            Document::ExportWaybill(Box::new(self.waybill.clone())),
            self.lodging(),
        ]
    }

    /// The collection.
    pub fn collection_document(&self) -> Document {
        Document::Collection(Box::new(self.collection.clone()))
    }

    /// The declaration.
    pub fn lodging(&self) -> Document {
        Document::ExportDeclaration(Box::new(self.declaration.clone()))
    }

    /// The arrival.
    pub fn arrival_document(&self) -> Document {
        Document::Arrival(Box::new(self.arrival.clone()))
    }

    /// The link to its master bill.
    pub fn master_bill_document(&self) -> Document {
        Document::MasterBill(Box::new(self.master_bill.clone()))
    }

    /// The departure.
    pub fn departure_document(&self) -> Document {
        Document::Departure(Box::new(self.departure.clone()))
    }
}

/// The messages that lodge some exported parcels, signed by whoever must sign.
///
/// # Errors
/// [`MessageError`].
pub fn lodgings(cast: &Cast, parcels: &[Export], n: u64) -> Result<[String; 3], MessageError> {
    let orders = parcels.iter().map(|parcel| &parcel.order);
    let waybills = parcels.iter().map(|parcel| &parcel.waybill);
    let declarations = parcels.iter().map(|parcel| &parcel.declaration);
    Ok([
        signed(&cast.exporter, 303, n, |envelope| ceb303::write(envelope, orders))?,
        signed(&cast.carrier, 505, n, |envelope| ceb505::write(envelope, waybills))?,
        signed(&cast.carrier, 603, n, |envelope| ceb603::write(envelope, declarations))?,
    ])
}

/// The message of one report that all these parcels arrived; nothing of none.
///
/// # Errors
/// [`MessageError`].
pub fn arrival(cast: &Cast, parcels: &[Export], n: u64) -> Result<Option<String>, MessageError> {
    let Some(first) = parcels.first() else { return Ok(None) };
    let mut report = first.arrival.clone();
    report.parcels = reported(parcels);
    signed(&cast.carrier, 507, n, |envelope| ceb507::write(envelope, [&report])).map(Some)
}

/// The message of one report that all these parcels left; nothing of none.
///
/// # Errors
/// [`MessageError`].
pub fn departure(cast: &Cast, parcels: &[Export], n: u64) -> Result<Option<String>, MessageError> {
    let Some(first) = parcels.first() else { return Ok(None) };
    let mut report = first.departure.clone();
    report.parcels = reported(parcels);
    signed(&cast.carrier, 509, n, |envelope| ceb509::write(envelope, [&report])).map(Some)
}

fn reported(parcels: &[Export]) -> Vec<ReportedParcel> {
    let numbered = (1..).zip(parcels);
    numbered
        .map(|(number, parcel)| ReportedParcel {
            number,
            waybill_no: parcel.waybill.number.clone(),
            bag_no: None,
            note: None,
        })
        .collect()
}
