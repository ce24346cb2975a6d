//! What each document breaks by itself.

use tongguan_codelists::Pack;
use tongguan_domain::check;
use tongguan_domain::check::export::{self, Law};
use tongguan_domain::commerce::Filing;
use tongguan_domain::defect::Defect;
use tongguan_messages::read::{Document, Reading};

use crate::intake::Codes;

/// Values that mean nothing, and broken rules of single documents.
pub(super) fn findings(reading: &Reading, pack: &Pack) -> Vec<Defect> {
    let documents = reading.documents.iter().flat_map(|document| match &document.outcome {
        Ok(read) => broken_rules(read, pack, &document.pointer),
        Err(defects) => defects.clone(),
    });
    let answers = reading.answers.iter().filter_map(|answer| answer.outcome.as_ref().err());
    documents.chain(answers.flatten().cloned()).collect()
}

/// The law of the day on which an export document says that it was sent: it says no other, and the day of
/// its receipt, by which it will be judged, has not come.
fn law<'p>(pack: &'p Pack, filing: &Filing) -> Law<'p> {
    Law { pack, day: filing.sent_at.china_day() }
}

fn broken_rules(document: &Document, pack: &Pack, pointer: &str) -> Vec<Defect> {
    match document {
        Document::Order(order) => check::check_order(order, pointer),
        Document::Payment(payment) => check::check_payment(payment, pointer),
        Document::Waybill(waybill) => check::check_waybill(waybill, pointer),
        Document::Delivery(delivery) => check::check_delivery(delivery, pointer),
        Document::Declaration(declaration) => {
            let codes = Codes { pack, day: declaration.declared_on };
            check::check_declaration(declaration, &codes, pointer)
        }
        Document::ExportOrder(order) => {
            export::check_export_order(order, law(pack, &order.filing), pointer)
        }
        Document::Collection(collection) => {
            export::check_collection(collection, law(pack, &collection.filing), pointer)
        }
        Document::ExportWaybill(waybill) => {
            export::check_export_waybill(waybill, law(pack, &waybill.filing), pointer)
        }
        Document::ExportDeclaration(declaration) => {
            export::check_export(declaration, law(pack, &declaration.filing), pointer)
        }
        Document::Arrival(report) => export::check_arrival(report, pointer),
        Document::Departure(report) => export::check_departure(report, pointer),
        Document::ExportReturn(request) => {
            export::check_export_return(request, law(pack, &request.filing), pointer)
        }
        Document::ReturnTally(tally) => {
            export::check_return_tally(tally, law(pack, &tally.filing), pointer)
        }
        Document::Return(request) => check::check_return(request, pointer),
        Document::Cancellation(request) => check::check_cancellation(request, pointer),
        Document::ExportCancellation(request) => check::check_export_cancellation(request, pointer),
        Document::MasterBillLink(link) => {
            export::check_master_bill(link, law(pack, &link.filing), pointer)
        }
        Document::Consolidation(request) => {
            // A request says no day of its receipt; it was sent before it came.
            check::consolidation::check_consolidation(request, request.filing.sent_at, pointer)
        }
        Document::WarehouseEntry(entry) => check::check_warehouse_entry(entry, pointer),
        // Nothing is asked yet of what a message says that is not acted upon.
    }
}
