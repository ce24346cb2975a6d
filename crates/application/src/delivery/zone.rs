//! Rendering an answer about a bonded list or gate pass.

use tongguan_domain::ids::DxpId;
use tongguan_messages::write::Style;
use tongguan_messages::zone::answer::{Address, ZoneAnswer, write_answer};
use tongguan_storage::stored::zone::StoredZoneAnswer;

use super::render::guid_of;
use super::{Outgoing, RenderError, Rendered};
use crate::clearing::rows;

pub(super) fn answer(outgoing: &Outgoing) -> Result<Rendered, RenderError> {
    let row = &outgoing.response;
    let answer = rows::read_zone_answer(StoredZoneAnswer::decode(&row.body)?)?;
    let number = guid_of(outgoing, 1);
    let receiver = row.mailbox.as_ref().map(DxpId::as_str).unwrap_or_default();
    let at = row.recorded_at.floor_millis();
    let address = Address { number: &number, receiver, at };
    let key = match &answer {
        ZoneAnswer::Receipt(receipt) => match &receipt.provisional_no {
            Some(number) => number.to_string(),
            None => receipt.reference.to_string(),
        },
        ZoneAnswer::Review(review) => review.provisional_no.to_string(),
        ZoneAnswer::Formal(formal) => formal.provisional_no.to_string(),
    };
    Ok(Rendered {
        message: answer.name(),
        key,
        at,
        mailboxes: row.mailbox.iter().map(ToString::to_string).collect(),
        xml: write_answer(&answer, &address, Style::Compact).into_bytes(),
    })
}
