//! Writing messages: what goes out passes the strict profile, or does not go out.
//!
//! Requests carry the prefix `ceb:` as the field's programs write it and no signature yet; messages
//! from customs stand in the default namespace. Every value is held to the table while it is written,
//! into one growing text.

mod entity;
mod escape;
mod markup;
mod message;

pub(crate) use entity::EntityWriter;
pub(crate) use escape::{cdata, escape};
pub(crate) use markup::Markup;
pub(crate) use message::{Writer, write_request};

use tongguan_domain::defect::Defect;

use crate::ceb::{
    Subscription, Transfer, ceb213, ceb215, ceb303, ceb311, ceb403, ceb411, ceb505, ceb507, ceb509,
    ceb511, ceb513, ceb603, ceb605, ceb607, ceb621, ceb623, ceb625, ceb701, ceb711,
};
use crate::read::Document;

/// How a message is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Without white space between elements.
    #[default]
    Compact,
    /// An element a line, for people.
    Indented,
}

/// What surrounds the documents of a request.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'e> {
    /// The message's own number: 36 characters.
    pub guid: &'e str,
    /// Who transfers it.
    pub transfer: &'e Transfer,
    /// Who else listens, at most five.
    pub subscriptions: &'e [Subscription],
    /// The layout.
    pub style: Style,
}

/// Writes a message of one document, of whatever kind, without a signature.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write_document(envelope: &Envelope<'_>, document: &Document) -> Result<String, Vec<Defect>> {
    match document {
        Document::ExportReturn(request) => ceb213::write(envelope, [&**request]),
        Document::ReturnTally(tally) => ceb215::write(envelope, [&**tally]),
        Document::ExportOrder(order) => ceb303::write(envelope, [&**order]),
        Document::Order(order) => ceb311::write(envelope, [&**order]),
        Document::Collection(collection) => ceb403::write(envelope, [&**collection]),
        Document::Payment(payment) => ceb411::write(envelope, [&**payment]),
        Document::ExportWaybill(waybill) => ceb505::write(envelope, [&**waybill]),
        Document::Arrival(arrival) => ceb507::write(envelope, [&**arrival]),
        Document::Departure(departure) => ceb509::write(envelope, [&**departure]),
        Document::Waybill(waybill) => ceb511::write(envelope, [&**waybill]),
        Document::Delivery(delivery) => ceb513::write(envelope, [&**delivery]),
        Document::ExportDeclaration(declaration) => ceb603::write(envelope, [&**declaration]),
        Document::ExportCancellation(request) => ceb605::write(envelope, [&**request]),
        Document::MasterBillLink(link) => ceb607::write(envelope, [&**link]),
        Document::Declaration(declaration) => ceb621::write(envelope, [&**declaration]),
        Document::Cancellation(cancellation) => ceb623::write(envelope, [&**cancellation]),
        Document::Return(request) => ceb625::write(envelope, [&**request]),
        Document::Consolidation(request) => ceb701::write(envelope, [&**request]),
        Document::WarehouseEntry(entry) => ceb711::write(envelope, [&**entry]),
    }
}
