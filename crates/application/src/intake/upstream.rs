//! What another window answers to messages that were relayed to it: read, and told by which number each part
//! names its document.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Answer, ReadAnswer, Reading};
use tongguan_messages::response::Quoted;
use tongguan_storage as storage;

use super::{Received, Refused};
use crate::clearing::relay::{FromUpstream, Handle, Said, UpstreamAnswer};

/// Reads an answer from upstream.
pub(super) fn answers(
    reading: &Reading,
    received: &Received,
    message: &mut storage::Message,
) -> FromUpstream {
    message.kind = Some(reading.message.code().to_owned());
    message.guid = Some(reading.guid.clone());
    let mut came = FromUpstream {
        message: received.id,
        kind: Some(reading.message),
        place: format!("{}/{}", received.origin, reading.guid),
        answers: Vec::new(),
        unusable: None,
    };
    if reading.message.is_request() {
        came.unusable = Some("it answers nothing: it is a request".to_owned());
        return came;
    }
    came.unusable = told(&reading.defects);
    for answer in &reading.answers {
        match &answer.outcome {
            Ok(said) => came.answers.push(read(reading.message, answer, said)),
            Err(defects) => came.unusable = came.unusable.take().or_else(|| told(defects)),
        }
    }
    came
}

/// A message from upstream that cannot be read at all.
pub(super) fn unreadable(received: &Received, refused: &Refused) -> FromUpstream {
    FromUpstream {
        message: received.id,
        kind: refused.message,
        place: format!("{}/", received.origin),
        answers: Vec::new(),
        unusable: told(&refused.defects).or_else(|| Some("it cannot be read".to_owned())),
    }
}

fn told(defects: &[Defect]) -> Option<String> {
    let defect = defects.first()?;
    Some(format!("{} ({})", defect.message_en(), defect.pointer))
}

fn read(message: MessageType, answer: &ReadAnswer, said: &Answer) -> UpstreamAnswer {
    let ordinal = u16::try_from(answer.ordinal).unwrap_or(u16::MAX);
    match said {
        Answer::Response(response) => {
            let quote = &response.quote;
            let given = [Quoted::DECLARATION_NO, Quoted::CONSOLIDATION_NO].map(|it| quote.get(it));
            let given = given.into_iter().filter(|number| !number.is_empty());
            UpstreamAnswer {
                ordinal,
                names: Handle::guid(quote.guid()),
                gives: given.map(|number| Handle::given(message, number)).collect(),
                quote: Some(quote.clone()),
                said: Said::Something,
                status: Some(response.status),
                at: response.at,
            }
        }
        Answer::TaxBill(bill) => {
            about(ordinal, MessageType::Ceb622, bill.declaration_no.as_str(), bill.issued_at)
        }
        Answer::TaxBillNotice(notice) => {
            about(ordinal, MessageType::Ceb622, notice.declaration_no.as_str(), notice.issued_at)
        }
        Answer::ConsolidationResult(result) => {
            let number = result.consolidation_no.as_str();
            about(ordinal, MessageType::Ceb702, number, result.decided_at)
        }
        Answer::FormatRefusal(refusal) => UpstreamAnswer {
            ordinal,
            names: Handle::envelope(&refusal.original_id),
            gives: Vec::new(),
            quote: None,
            said: Said::Unreadable { status: refusal.status, text: refusal.text.clone() },
            status: Some(refusal.status),
            at: refusal.at,
        },
    }
}

/// Something about a document that upstream gave a number.
fn about(ordinal: u16, answered_by: MessageType, number: &str, at: Moment) -> UpstreamAnswer {
    UpstreamAnswer {
        ordinal,
        names: Handle::given(answered_by, number),
        gives: Vec::new(),
        quote: None,
        said: Said::Something,
        status: None,
        at,
    }
}
