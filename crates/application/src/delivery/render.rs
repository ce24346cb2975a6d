//! Rendering one row of the outbox as XML.

use tongguan_domain::defect::{Defect, Official};
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, Guid, OfficeCode, OrderNumber, WaybillNumber,
};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::party::PartyCode;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{
    MessageType, TaxBill, TaxBillNotice, TaxBillStatus, TaxLine, ceb816, ceb818, ceb900,
};
use tongguan_messages::response::{Quote, Quoted, Response, write_responses};
use tongguan_messages::write::Style;
use tongguan_storage::stored::consolidation::StoredResultPart;
use tongguan_storage::stored::relay::StoredPassedOn;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::stored::tax::StoredTaxV1;
use tongguan_storage::stored::{StoredError, decode, encode, versioned};
use tongguan_storage::{Message, Partition};

use super::Outgoing;
use crate::clearing::record::AnswerTo;
use crate::clearing::rows::{self, RowError};
use crate::clearing::write::response_kind;
use crate::intake::envelope::business_message;
use crate::numbering::partition_of_number;
use crate::originals::OriginalError;

/// One message to one or more mailboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its type: `CEB622`.
    pub message: &'static str,
    /// The key that names it: an order number, a waybill number …
    pub key: String,
    /// The time of its last status.
    pub at: Moment,
    /// The mailboxes that receive it.
    pub mailboxes: Vec<String>,
    /// The bytes.
    pub xml: Vec<u8>,
}

/// A row could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Its body does not decode.
    #[error("a response does not decode")]
    Body(#[from] StoredError),
    /// An identifier in it is none.
    #[error("a response holds a broken identifier")]
    Id(#[from] tongguan_domain::ids::IdError),
    /// The schema would refuse what it says.
    #[error("a response cannot be written: {}", first(.0))]
    Unwritable(Vec<Defect>),
    /// The formal declaration that it tells of is not stored.
    #[error("the formal declaration that a result tells of is not stored")]
    NoFormalDeclaration,
    /// A row that it tells of does not decode.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The message that it answers is not stored.
    #[error("the message that a response answers is not stored")]
    NoMessage,
    /// The message that it quotes cannot be read.
    #[error(transparent)]
    Original(#[from] OriginalError),
}

fn first(defects: &[Defect]) -> String {
    defects.first().map(Defect::message_en).unwrap_or_default()
}

/// What a format refusal says, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FormatRefusalBody {
    /// The negative status.
    pub status: i32,
    /// The root element, or nothing.
    pub message: Option<String>,
    /// What is wrong, in words.
    pub text: String,
}

/// The body of a format refusal's row.
pub fn format_refusal_body(
    message: Option<MessageType>,
    official: Option<Official>,
    texts: &[String],
) -> Vec<u8> {
    let status = match official {
        Some(Official::Business(number)) => number,
        Some(Official::Exchange(number)) => -i32::from(number),
        // 0002: the message does not pass the schema.
        Some(Official::Customs(_)) | None => -2,
    };
    let body = FormatRefusalBody {
        status,
        message: message.map(|message| message.root().to_owned()),
        text: texts.join("; "),
    };
    encode("format refusal", 1, &body).unwrap_or_default()
}

/// What the row of a format refusal says.
///
/// # Errors
/// [`StoredError`].
pub(crate) fn format_refusal_of(
    row: &tongguan_storage::Response,
) -> Result<FormatRefusalBody, StoredError> {
    match versioned("format refusal", &row.body)? {
        (1, fields) => decode("format refusal", fields),
        (version, _) => Err(StoredError::UnknownVersion { form: "format refusal", version }),
    }
}

/// The body of the row of a format refusal that came from upstream.
pub fn refusal_of_upstream(message: MessageType, status: i32, text: &str) -> Vec<u8> {
    format_refusal_body(Some(message), Some(Official::Business(status)), &[text.to_owned()])
}

/// The mailboxes that receive what a row of the outbox says.
///
/// # Errors
/// [`RenderError`] when its body does not decode.
pub(crate) fn addressees(row: &tongguan_storage::Response) -> Result<Vec<String>, RenderError> {
    match row.kind {
        response_kind::MALFORMED | response_kind::COPY | response_kind::ZONE => {
            Ok(row.mailbox.iter().map(ToString::to_string).collect())
        }
        response_kind::CONSOLIDATED => Ok(StoredResultPart::decode(&row.body)?.mailboxes),
        response_kind::PASSED_ON => Ok(StoredPassedOn::decode(&row.body)?.mailboxes),
        _ => Ok(mailboxes(&rows::read_answer(StoredResponse::decode(&row.body)?.answer)?)),
    }
}

/// The tax bills that go with a response: the declaration, and which of its bills.
pub(crate) fn billed(response: &tongguan_storage::Response) -> Option<(DeclarationId, Vec<i64>)> {
    if response.kind != response_kind::RUN || !StoredResponse::may_name_bills(&response.body) {
        return None;
    }
    let bills = StoredResponse::decode(&response.body).ok()?.bills;
    let (declaration, _) = bills.first()?;
    let places = bills.iter().map(|(_, n)| i64::from(*n)).collect();
    Some((DeclarationId(*declaration), places))
}

/// The formal declaration whose result a response is.
pub(crate) fn consolidated(response: &tongguan_storage::Response) -> Option<(Partition, String)> {
    if response.kind != response_kind::CONSOLIDATED {
        return None;
    }
    let number = StoredResultPart::decode(&response.body).ok()?.entry_id;
    Some((partition_of_number(&number)?, number))
}

/// Renders a row: one message, or more where tax bills go with a release or a return. `open` reads a message as it was
/// received.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    outgoing: &Outgoing,
    with_parcel_numbers: bool,
    open: &mut dyn FnMut(&Message) -> Result<Vec<u8>, OriginalError>,
) -> Result<Vec<Rendered>, RenderError> {
    let row = &outgoing.response;
    match row.kind {
        response_kind::MALFORMED => format_refusal(outgoing, open).map(|message| vec![message]),
        response_kind::COPY => copy(outgoing, open).map(|message| vec![message]),
        response_kind::CONSOLIDATED => {
            super::consolidated::result(outgoing).map(|message| vec![message])
        }
        response_kind::ZONE => super::zone::answer(outgoing).map(|message| vec![message]),
        response_kind::PASSED_ON => {
            super::passed_on::answer(outgoing, open).map(|message| vec![message])
        }
        _ => {
            let stored = StoredResponse::decode(&row.body)?;
            let answer = rows::read_answer(stored.answer.clone())?;
            let mut messages = vec![run(outgoing, &stored, &answer)?];
            for (bill, n) in outgoing.bills.iter().zip(2..) {
                let guid = guid_of(outgoing, n);
                let billed = Billed { row: bill, stored: &stored, answer: &answer, guid };
                messages.push(match bill.status {
                    CANCELLED => cancelled_bill(&billed)?,
                    _ => tax_bill(&billed, with_parcel_numbers)?,
                });
            }
            Ok(messages)
        }
    }
}

fn run(
    outgoing: &Outgoing,
    stored: &StoredResponse,
    answer: &AnswerTo,
) -> Result<Rendered, RenderError> {
    let message = answer.quote.answered_by();
    let responses: Vec<_> = stored
        .run
        .iter()
        .map(|(status, at, text)| Response {
            // The port's own statuses come before customs gives the declaration a number.
            quote: quoted(&answer.quote, stored, *status >= 100),
            status: *status,
            at: Moment::from_micros(*at),
            text: text.clone(),
        })
        .collect();
    let xml = write_responses(message, &guid_of(outgoing, 1), &responses, Style::Compact)
        .map_err(RenderError::Unwritable)?;
    Ok(Rendered {
        message: message.code(),
        key: answer.quote.name().to_owned(),
        at: responses.last().map_or(outgoing.response.recorded_at, |response| response.at),
        mailboxes: mailboxes(answer),
        xml: xml.into_bytes(),
    })
}

fn mailboxes(answer: &AnswerTo) -> Vec<String> {
    let mut mailboxes = vec![answer.mailbox.to_string()];
    for subscriber in &answer.subscribers {
        if !mailboxes.iter().any(|known| known == subscriber.as_str()) {
            mailboxes.push(subscriber.to_string());
        }
    }
    mailboxes
}

/// What a response quotes, with the numbers that the declaration has by then.
fn quoted(quote: &Quote, stored: &StoredResponse, numbered: bool) -> Quote {
    let (provisional, declaration) = match &stored.numbers {
        Some((provisional, declaration)) => {
            (provisional.as_str(), declaration.as_deref().filter(|_| numbered))
        }
        None => ("", None),
    };
    quote.clone().numbered(provisional, declaration.unwrap_or_default())
}

/// The stored status of a row that cancels an earlier bill.
const CANCELLED: i64 = 3;

/// A tax bill with the response that it goes with.
struct Billed<'r> {
    row: &'r tongguan_storage::TaxBill,
    stored: &'r StoredResponse,
    answer: &'r AnswerTo,
    guid: String,
}

impl Billed<'_> {
    fn declaration_no(&self) -> Result<DeclarationNumber, RenderError> {
        let number = self.stored.numbers.as_ref().and_then(|(_, number)| number.as_deref());
        Ok(DeclarationNumber::parse(number.unwrap_or_default())?)
    }

    fn rendered(&self, message: MessageType, xml: String) -> Rendered {
        Rendered {
            message: message.code(),
            key: self.answer.quote.name().to_owned(),
            at: self.row.at,
            mailboxes: mailboxes(self.answer),
            xml: xml.into_bytes(),
        }
    }
}

/// That an earlier bill is cancelled (818).
fn cancelled_bill(billed: &Billed<'_>) -> Result<Rendered, RenderError> {
    let guarantor = billed.answer.billing.as_ref().map(|billing| &*billing.guarantor);
    let notice = TaxBillNotice {
        guid: Guid::parse(&billed.guid)?,
        issued_at: billed.row.at,
        declaration_no: billed.declaration_no()?,
        number: billed.row.tax_no.as_str().into(),
        status: TaxBillStatus::Cancelled,
        payment_book: None,
        guarantor: guarantor.and_then(|code| PartyCode::parse(code).ok()),
    };
    let xml = ceb818::write(&billed.guid, &[notice], Style::Compact);
    let xml = xml.map_err(RenderError::Unwritable)?;
    Ok(billed.rendered(MessageType::Ceb818, xml))
}

fn tax_bill(billed: &Billed<'_>, with_parcel_numbers: bool) -> Result<Rendered, RenderError> {
    let Billed { row, answer, guid, .. } = billed;
    let tax = TaxDue::try_from(StoredTaxV1::decode(&row.body)?)?;
    let amount = |money: Money| Amount::new(money.to_decimal());
    let code = |text: &str| PartyCode::parse(text).ok();
    let (quote, Some(billing)) = (&answer.quote, &answer.billing) else {
        return Err(RenderError::NoMessage);
    };
    let bill = TaxBill {
        guid: Guid::parse(guid)?,
        issued_at: row.at,
        declaration_no: billed.declaration_no()?,
        number: row.tax_no.as_str().into(),
        duty: amount(tax.duty),
        value_added_tax: amount(tax.vat),
        consumption_tax: amount(tax.consumption_tax),
        status: TaxBillStatus::Issued,
        payment_book: None,
        note: None,
        guarantor: code(&billing.guarantor),
        merchant: code(quote.get(Quoted::MERCHANT)),
        carrier: code(&billing.carrier),
        declarant: code(quote.get(Quoted::DECLARANT)),
        office: OfficeCode::parse(quote.get(Quoted::OFFICE)).ok(),
        order_no: OrderNumber::parse(&billing.order_no).ok(),
        waybill_no: WaybillNumber::parse(&billing.waybill_no).ok(),
        lines: tax
            .lines
            .iter()
            .map(|line| TaxLine {
                number: line.number,
                hs_code: line.hs_code.clone(),
                dutiable: amount(line.dutiable),
                duty: amount(line.duty),
                value_added_tax: amount(line.vat),
                consumption_tax: amount(line.consumption_tax),
            })
            .collect(),
    };
    let form =
        ceb816::TaxBillForm { style: Style::Compact, unofficial_numbers: with_parcel_numbers };
    let xml = ceb816::write(guid, &[bill], form).map_err(RenderError::Unwritable)?;
    Ok(billed.rendered(MessageType::Ceb816, xml))
}

fn format_refusal(
    outgoing: &Outgoing,
    open: &mut dyn FnMut(&Message) -> Result<Vec<u8>, OriginalError>,
) -> Result<Rendered, RenderError> {
    let row = &outgoing.response;
    let body = format_refusal_of(row)?;
    let message = outgoing.message.as_ref().ok_or(RenderError::NoMessage)?;
    let original = open(message)?;
    let original = business_message(original);
    let guid = guid_of(outgoing, 1);
    let refusal = ceb900::FormatRefusal {
        guid: guid.into(),
        status: body.status,
        text: body.text,
        at: row.recorded_at.floor_millis(),
        original_id: message.origin.clone(),
        original_type: body.message.unwrap_or_else(|| "Unknown".to_owned()),
        original: String::from_utf8_lossy(&original).into_owned(),
    };
    let xml = ceb900::write(&refusal, Style::Compact).map_err(RenderError::Unwritable)?;
    Ok(Rendered {
        message: MessageType::Ceb900.code(),
        key: message.origin.clone(),
        at: refusal.at,
        mailboxes: row.mailbox.iter().map(ToString::to_string).collect(),
        xml: xml.into_bytes(),
    })
}

/// A copy of the business message for a subscriber of its documents, byte for byte.
fn copy(
    outgoing: &Outgoing,
    open: &mut dyn FnMut(&Message) -> Result<Vec<u8>, OriginalError>,
) -> Result<Rendered, RenderError> {
    let row = &outgoing.response;
    let message = outgoing.message.as_ref().ok_or(RenderError::NoMessage)?;
    let original = open(message)?;
    let kind = message.kind.as_deref().and_then(MessageType::from_code);
    Ok(Rendered {
        message: kind.map_or("CEB", MessageType::code),
        key: message.guid.clone().unwrap_or_default(),
        at: row.recorded_at.floor_millis(),
        mailboxes: row.mailbox.iter().map(ToString::to_string).collect(),
        xml: business_message(original),
    })
}

/// The number of a message that Tongguan sends: the same each time it is rendered, because it derives
/// from where its row stands (a version 8 UUID, as RFC 9562 calls numbers of one's own making). It says
/// where: place, partition and which of its row's messages come first, and the rest is a digest, which nobody
/// guesses who has not seen the message.
pub(crate) fn guid_of(outgoing: &Outgoing, n: u8) -> String {
    let row = &outgoing.response;
    let mut bytes = Vec::with_capacity(32);
    bytes.extend(row.partition.0.to_be_bytes());
    bytes.extend(row.seq.to_be_bytes());
    bytes.extend(row.message_id.0.to_be_bytes());
    bytes.extend(row.ordinal.to_be_bytes());
    bytes.push(n);
    let digest = crate::digest::sha256(&bytes);
    let tail: String = digest[..6].iter().map(|byte| format!("{byte:02X}")).collect();
    let (seq, partition) = (row.seq & LARGEST_PLACE, row.partition.0);
    let place = format!("{seq:012X}");
    let (high, low) = (digest[6] >> 4, digest[6] & 0x0F);
    format!("{}-{}-8{partition:02X}{high:X}-8{low:X}{n:02X}-{tail}", &place[..8], &place[8..])
}

/// Where the row stands whose message has that number: partition, place, and which of its messages.
pub(crate) fn place_in(guid: &str) -> Option<(Partition, i64, u8)> {
    let hex =
        |range| guid.get(range).filter(|text: &&str| text.bytes().all(|it| it.is_ascii_hexdigit()));
    let number = |range| i64::from_str_radix(hex(range)?, 16).ok();
    let seq = number(0..8)?.checked_mul(0x1_0000)?.checked_add(number(9..13)?)?;
    let small = |range| u8::from_str_radix(hex(range)?, 16).ok();
    Some((Partition(small(15..17)?), seq, small(21..23)?))
}

/// What a number holds of a place: at a thousand a second in each partition, enough for eight thousand years.
const LARGEST_PLACE: i64 = 0xFFFF_FFFF_FFFF;
