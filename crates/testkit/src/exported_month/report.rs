//! The reports of the month: links, arrivals and departures of the parcels of a bill, in parts.

use tongguan_domain::commerce::Part;
use tongguan_domain::ids::{FunctionalReference, IdError, WaybillNumber};
use tongguan_domain::movement::{MasterBillLine, ReportedParcel};

use super::ExportedMonth;
use super::bill::PARCELS;
use super::ledger::kinds;
use super::parcel::Parcel;
use crate::parcels::{Document, guid};

/// What a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To be linked with the bill (607).
    Link,
    /// To have arrived (507).
    Arrival,
    /// To have left (509), on the first or second flight.
    Departure(usize),
}

/// A report, or a part of one.
#[derive(Debug, Clone)]
pub struct Report {
    /// Of which bill.
    pub bill: u64,
    /// What it reports.
    pub kind: Kind,
    /// Which part of how many.
    pub part: Part,
    /// The parcels that it names; nothing for the whole bill.
    pub parcels: Vec<u64>,
}

impl Report {
    /// The document.
    ///
    /// # Errors
    /// None for any report; a test makes sure of it.
    pub fn document(&self, month: &ExportedMonth) -> Result<Document, IdError> {
        // Whatever it is of, it is written on the paper of the bill's first parcel.
        let Parcel { bill, export, .. } = month.parcel(self.bill * PARCELS + 1)?;
        let waybills = self.parcels.iter().map(|n| Ok(month.parcel(*n)?.export.waybill.number));
        let waybills: Vec<_> = (1..).zip(waybills.collect::<Result<Vec<_>, IdError>>()?).collect();
        Ok(match self.kind {
            Kind::Link => {
                let mut link = export.master_bill;
                link.filing.guid = guid(kinds::LINK, self.n())?;
                (link.reference, link.part) = (self.reference("MBL")?, self.part);
                (link.office, link.bill_no) = (bill.office, bill.number().into());
                link.transport_mode = bill.linked.unwrap_or("5").into();
                link.parcels = waybills.into_iter().map(linked).collect();
                Document::MasterBill(Box::new(link))
            }
            Kind::Arrival => {
                let mut arrival = export.arrival;
                arrival.filing.guid = guid(kinds::ARRIVAL, self.n())?;
                (arrival.reference, arrival.part) = (self.reference("ARR")?, self.part);
                (arrival.office, arrival.bill_no) = (bill.office, Some(bill.number().into()));
                arrival.parcels = waybills.into_iter().map(reported).collect();
                Document::Arrival(Box::new(arrival))
            }
            Kind::Departure(flight) => {
                let mut departure = export.departure;
                departure.filing.guid = guid(kinds::DEPARTURE, self.n())?;
                (departure.reference, departure.part) = (self.reference("DEP")?, self.part);
                departure.office = bill.elsewhere.unwrap_or(bill.office);
                departure.transport.bill_no = Some(bill.number().into());
                departure.left_at = bill.left_at[flight];
                departure.parcels = waybills.into_iter().map(reported).collect();
                Document::Departure(Box::new(departure))
            }
        })
    }

    /// A number that no other report of its kind of message has.
    fn n(&self) -> u64 {
        self.whole() * 16 + u64::from(self.part.number())
    }

    /// A number that its parts share.
    fn whole(&self) -> u64 {
        let flight = match self.kind {
            Kind::Departure(flight) => flight as u64,
            Kind::Link | Kind::Arrival => 0,
        };
        self.bill * 2 + flight
    }

    fn reference(&self, head: &str) -> Result<FunctionalReference, IdError> {
        FunctionalReference::parse(&format!("{head}{:09}", self.whole()))
    }
}

fn reported((number, waybill_no): (i32, WaybillNumber)) -> ReportedParcel {
    ReportedParcel { number, waybill_no, bag_no: None, note: None }
}

fn linked((number, waybill_no): (i32, WaybillNumber)) -> MasterBillLine {
    MasterBillLine { number, bag_no: None, waybill_no, declaration_no: None, note: None }
}
