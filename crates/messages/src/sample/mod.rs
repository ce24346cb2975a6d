//! One made-up parcel, as every message would tell of it.
//!
//! For reference pages, for trying things out and for tests. No person, party or number in it exists:
//! the identity number belongs to area 990000, which is not assigned.

mod parcel;

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::IdError;

pub use parcel::{Parcel, parcel, transfer};

use crate::ceb::ceb816::TaxBillForm;
use crate::ceb::{
    FormatRefusal, MessageType, ceb311, ceb411, ceb511, ceb513, ceb621, ceb816, ceb900,
};
use crate::response::{Quote, Response, write_responses};
use crate::write::{Envelope, Style};

use parcel::{DECLARATION_NO, guid, instant};

/// Why a sample could not be made; a test makes sure that it does not happen.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A made-up identifier is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A made-up value does not fit the schema.
    #[error("{} values do not fit the schema", .0.len())]
    Unwritable(Vec<Defect>),
}

impl From<Vec<Defect>> for SampleError {
    fn from(defects: Vec<Defect>) -> Self {
        Self::Unwritable(defects)
    }
}

/// A valid message of that type about the made-up parcel, unsigned, an element a line. Declarations
/// (CEB621) are valid once they are signed.
///
/// # Errors
/// None in a tested build; see [`SampleError`].
pub fn sample(message: MessageType) -> Result<String, SampleError> {
    let parcel = parcel()?;
    let transfer = transfer();
    let guid = guid(0);
    let style = Style::Indented;
    let envelope = Envelope { guid: &guid, transfer: &transfer, subscriptions: &[], style };
    let response = |quote, text: &str| Response {
        quote,
        status: 2,
        at: instant("20260302101507").plus_millis(123),
        text: text.to_owned(),
    };
    Ok(match message {
        MessageType::Ceb311 => ceb311::write(&envelope, [&parcel.order])?,
        MessageType::Ceb411 => ceb411::write(&envelope, [&parcel.payment])?,
        MessageType::Ceb511 => ceb511::write(&envelope, [&parcel.waybill])?,
        MessageType::Ceb513 => ceb513::write(&envelope, [&parcel.delivery])?,
        MessageType::Ceb621 => ceb621::write(&envelope, [&parcel.declaration])?,
        MessageType::Ceb312
        | MessageType::Ceb412
        | MessageType::Ceb512
        | MessageType::Ceb514
        | MessageType::Ceb622 => {
            let quote = parcel.quote(message);
            let text = format!("新增申报成功[{}]", quote.guid());
            write_responses(message, &guid, &[response(quote, &text)], style)?
        }
        MessageType::Ceb816 => {
            let form = TaxBillForm { unofficial_numbers: false, style };
            ceb816::write(&guid, std::slice::from_ref(&parcel.tax_bill), form)?
        }
        MessageType::Ceb900 => ceb900::write(&format_refusal(), style)?,
    })
}

impl Parcel {
    /// What a response of that type to this parcel quotes.
    fn quote(&self, response: MessageType) -> Quote {
        let declaration = &self.declaration;
        match response {
            MessageType::Ceb412 => Quote::Payment {
                guid: self.payment.filing.guid.as_str().into(),
                institution: self.payment.institution.code.as_str().into(),
                transaction: self.payment.transaction.as_str().into(),
            },
            MessageType::Ceb512 => Quote::Waybill {
                guid: self.waybill.filing.guid.as_str().into(),
                carrier: self.waybill.carrier.code.as_str().into(),
                number: self.waybill.number.as_str().into(),
            },
            MessageType::Ceb514 => Quote::Delivery {
                guid: self.delivery.filing.guid.as_str().into(),
                carrier: self.delivery.carrier.code.as_str().into(),
                number: self.delivery.number.as_str().into(),
                status: self.delivery.status.clone(),
            },
            MessageType::Ceb622 => Quote::Declaration {
                guid: declaration.filing.guid.as_str().into(),
                office: declaration.office.to_string().into(),
                platform: declaration.platform.code.as_str().into(),
                merchant: declaration.merchant.code.as_str().into(),
                declarant: declaration.declarant.code.as_str().into(),
                reference: "TG202603020001".into(),
                provisional_no: "B20260302000000001".into(),
                declaration_no: DECLARATION_NO.into(),
            },
            _ => Quote::Order {
                guid: self.order.filing.guid.as_str().into(),
                platform: self.order.platform.code.as_str().into(),
                merchant: self.order.merchant.code.as_str().into(),
                order_no: self.order.order_no.as_str().into(),
            },
        }
    }
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
