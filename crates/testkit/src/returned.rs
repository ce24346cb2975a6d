//! Exported parcels of which goods come back: the documents that say so.

use rust_decimal::Decimal;
use tongguan_domain::declaration::{ExportDeclaration, ExportItem};
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, IdError, OfficeCode, WaybillNumber,
};
use tongguan_domain::returns::{
    ExportReturnItem, ExportReturnRequest, ReturnTally, ReturnTransport,
};
use tongguan_domain::time::Moment;
use tongguan_messages::sample;

use crate::exports::Export;
use crate::parcels::{Document, guid};

/// Request and tally of goods that come back.
#[derive(Debug, Clone)]
pub struct Returned {
    /// What the merchant asks for.
    pub request: ExportReturnRequest,
    /// What the facility found.
    pub tally: ReturnTally,
}

/// The `n`th return of a run, sent at `at`: one of the first goods of `export`, which customs knows by
/// `number`, under its own waybill.
///
/// # Errors
/// None for any `n`; a test makes sure of it.
pub fn returned(
    export: &Export,
    number: &DeclarationNumber,
    n: u64,
    at: Moment,
) -> Result<Returned, IdError> {
    let (mut request, mut tally) = (sample::export_return()?, sample::return_tally()?);
    for (kind, filing) in (31..).zip([&mut request.filing, &mut tally.filing]) {
        filing.guid = guid(kind, n)?;
        filing.sent_at = at;
    }
    request.reference = FunctionalReference::parse(&format!("RET{n:012}"))?;
    tally.reference = FunctionalReference::parse(&format!("TAL{n:012}"))?;
    let mut returned = Returned { request, tally };
    returned.travel_under(&export.declaration.waybill_no);
    returned.request.declaration_no = number.clone();
    returned.tally.declaration_no = Some(number.clone());
    Ok(returned)
}

impl Returned {
    /// Comes back in the parcel of that number.
    pub fn travel_under(&mut self, number: &WaybillNumber) {
        self.request.waybill_no = number.clone();
        self.tally.waybill_no = number.clone();
    }

    /// Comes back at another office.
    pub fn come_to(&mut self, office: OfficeCode) {
        self.request.office = office;
        self.tally.office = office;
    }

    /// Returns so many tenths of the first goods' pieces.
    pub fn of_pieces(&mut self, tenths: i64) {
        for item in &mut self.request.items {
            let quantity = Decimal::new(tenths, 1);
            (item.quantity, item.statutory_quantity) = (quantity, quantity);
            item.second_quantity = item.second_quantity.map(|_| quantity / Decimal::TEN);
        }
    }

    /// Returns all that was exported.
    pub fn all_of(&mut self, declaration: &ExportDeclaration) {
        let item = |item: &ExportItem| ExportReturnItem {
            number: item.number,
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            specification: item.specification.clone(),
            quantity: item.quantity,
            unit: item.unit.clone(),
            statutory_quantity: item.statutory_quantity,
            statutory_unit: item.statutory_unit.clone(),
            second_quantity: item.second_quantity,
            second_unit: item.second_unit.clone(),
            note: None,
        };
        self.request.items = declaration.items.iter().map(item).collect();
    }

    /// What the facility says of how the goods came.
    pub fn tallied_transport(&mut self) -> &mut ReturnTransport {
        &mut self.tally.transport
    }

    /// The request.
    pub fn request_document(&self) -> Document {
        Document::ExportReturn(Box::new(self.request.clone()))
    }

    /// The tally.
    pub fn tally_document(&self) -> Document {
        Document::ReturnTally(Box::new(self.tally.clone()))
    }
}
