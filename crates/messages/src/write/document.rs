//! Writing a document of whatever kind.

use tongguan_domain::defect::Defect;

use super::Envelope;
use crate::ceb::{ceb311, ceb411, ceb511, ceb513, ceb621, ceb623, ceb625, ceb711};
use crate::read::Document;

/// Writes a message of one document, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write_document(envelope: &Envelope<'_>, document: &Document) -> Result<String, Vec<Defect>> {
    match document {
        Document::Order(order) => ceb311::write(envelope, [&**order]),
        Document::Payment(payment) => ceb411::write(envelope, [&**payment]),
        Document::Waybill(waybill) => ceb511::write(envelope, [&**waybill]),
        Document::Delivery(delivery) => ceb513::write(envelope, [&**delivery]),
        Document::Declaration(declaration) => ceb621::write(envelope, [&**declaration]),
        Document::Cancellation(cancellation) => ceb623::write(envelope, [&**cancellation]),
        Document::Return(request) => ceb625::write(envelope, [&**request]),
        Document::WarehouseEntry(entry) => ceb711::write(envelope, [&**entry]),
    }
}
