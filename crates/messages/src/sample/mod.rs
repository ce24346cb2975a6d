//! Two made-up parcels, one that comes and one that leaves, as every message would tell of them.
//!
//! For reference pages, for trying things out and for tests. No person, party or number in it exists:
//! the identity number belongs to area 990000, which is not assigned.

mod after_export;
mod after_import;
mod export;
mod parcel;

use roxmltree::Document as Tree;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::IdError;

pub use after_export::{return_request as export_return, tally as return_tally};
pub use after_import::warehouse_entry;
pub use export::{ExportParcel, export_parcel};
pub(crate) use parcel::carrier;
pub use parcel::{Parcel, made_up_buyer, parcel, transfer};

use crate::ceb::ceb816::TaxBillForm;
use crate::ceb::{
    FormatRefusal, MessageType, ceb213, ceb215, ceb303, ceb311, ceb403, ceb411, ceb505, ceb507,
    ceb509, ceb511, ceb513, ceb603, ceb605, ceb607, ceb621, ceb623, ceb625, ceb701, ceb711, ceb792,
    ceb816, ceb818, ceb900,
};
use crate::read::{Profile, read};
use crate::response::{Quote, Quoted, Response, write_responses};
use crate::write::{Envelope, Style};

use parcel::{guid, instant};

/// Why a sample could not be made; a test makes sure that it does not happen.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A made-up identifier is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A made-up value does not fit the schema.
    #[error("{} values do not fit the schema", .0.len())]
    Unwritable(Vec<Defect>),
    /// What was written is not XML.
    #[error(transparent)]
    Xml(#[from] roxmltree::Error),
}

impl From<Vec<Defect>> for SampleError {
    fn from(defects: Vec<Defect>) -> Self {
        Self::Unwritable(defects)
    }
}

/// A valid message of that type about the made-up parcels, unsigned, an element a line. Those that the
/// schema wants signed are valid once they are.
///
/// # Errors
/// None in a tested build; see [`SampleError`].
pub fn sample(message: MessageType) -> Result<String, SampleError> {
    let request = MessageType::ALL.into_iter().find(|it| it.response() == Some(message));
    if let Some(request) = request {
        return answer(request, message);
    }
    let (parcel, export) = (parcel()?, export_parcel()?);
    let transfer = transfer();
    let guid = guid(0);
    let style = Style::Indented;
    let envelope = Envelope { guid: &guid, transfer: &transfer, subscriptions: &[], style };
    Ok(match message {
        MessageType::Ceb303 => ceb303::write(&envelope, [&export.order])?,
        MessageType::Ceb403 => ceb403::write(&envelope, [&export.collection])?,
        MessageType::Ceb505 => ceb505::write(&envelope, [&export.waybill])?,
        MessageType::Ceb507 => ceb507::write(&envelope, [&export.arrival])?,
        MessageType::Ceb509 => ceb509::write(&envelope, [&export.departure])?,
        MessageType::Ceb603 => ceb603::write(&envelope, [&export.declaration])?,
        MessageType::Ceb605 => ceb605::write(&envelope, [&export.cancellation])?,
        MessageType::Ceb607 => ceb607::write(&envelope, [&export.master_bill])?,
        MessageType::Ceb311 => ceb311::write(&envelope, [&parcel.order])?,
        MessageType::Ceb411 => ceb411::write(&envelope, [&parcel.payment])?,
        MessageType::Ceb511 => ceb511::write(&envelope, [&parcel.waybill])?,
        MessageType::Ceb513 => ceb513::write(&envelope, [&parcel.delivery])?,
        MessageType::Ceb621 => ceb621::write(&envelope, [&parcel.declaration])?,
        MessageType::Ceb213 => ceb213::write(&envelope, [&after_export::return_request()?])?,
        MessageType::Ceb215 => ceb215::write(&envelope, [&after_export::tally()?])?,
        MessageType::Ceb701 => ceb701::write(&envelope, [&after_export::consolidation()?])?,
        MessageType::Ceb792 => {
            ceb792::write(&guid, &[after_export::consolidation_result()?], style)?
        }
        MessageType::Ceb623 => ceb623::write(&envelope, [&after_import::cancellation()?])?,
        MessageType::Ceb625 => ceb625::write(&envelope, [&after_import::return_request()?])?,
        MessageType::Ceb711 => ceb711::write(&envelope, [&warehouse_entry()?])?,
        MessageType::Ceb816 => {
            let form = TaxBillForm { unofficial_numbers: false, style };
            ceb816::write(&guid, std::slice::from_ref(&parcel.tax_bill), form)?
        }
        MessageType::Ceb818 => ceb818::write(&guid, &[after_import::tax_bill_notice()?], style)?,
        // The last that is left; a test holds every sample to its type.
        _ => ceb900::write(&format_refusal(), style)?,
    })
}

/// What customs answers to the sample of `request`.
fn answer(request: MessageType, message: MessageType) -> Result<String, SampleError> {
    let text = sample(request)?;
    let tree = Tree::parse(&text)?;
    let documents = read(&tree, Profile::Tolerant).map_err(|defect| vec![defect])?.documents;
    let responses: Vec<_> = documents
        .into_iter()
        .map(|document| Response {
            status: 2,
            at: instant("20260302101507").plus_millis(123),
            text: format!("新增申报成功[{}]", document.quote.guid()),
            quote: numbered(document.quote),
        })
        .collect();
    Ok(write_responses(message, &guid(0), &responses, Style::Indented)?)
}

/// The quote with the numbers that it lacks.
fn numbered(quote: Quote) -> Quote {
    let message = quote.answered_by();
    let is_named = !quote.get(Quoted::DECLARATION_NO).is_empty();
    let provisional = match message {
        MessageType::Ceb622 => parcel::PROVISIONAL_NO.to_owned(),
        _ => format!("B20260302{:09}", message.number()),
    };
    let declaration = match message {
        _ if is_named => "",
        MessageType::Ceb622 => parcel::DECLARATION_NO,
        _ => export::DECLARATION_NO,
    };
    quote.numbered(&provisional, declaration)
}

fn format_refusal() -> FormatRefusal {
    FormatRefusal {
        guid: guid(7).into(),
        status: -2,
        text: "数据包不能通过schema验证".to_owned(),
        at: instant("20260302100001"),
        original_id: "TG-20260302-0001".to_owned(),
        original_type: "Unknown".to_owned(),
        original: "<orders>]]></orders>".to_owned(),
    }
}
