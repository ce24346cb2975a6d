//! Between answers and their stored form: to whom responses go, and what they quote.

use tongguan_domain::ids::{DxpId, IdError};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::response::Quote;
use tongguan_storage::stored::response::{StoredAnswerV1, StoredQuoteV1};

use crate::clearing::record::{AnswerTo, Billing};

/// To whom a response goes, from its stored form.
pub fn read_answer(stored: StoredAnswerV1) -> Result<AnswerTo, IdError> {
    Ok(AnswerTo {
        mailbox: DxpId::parse(&stored.mailbox)?,
        subscribers: stored
            .subscribers
            .iter()
            .map(|mailbox| DxpId::parse(mailbox))
            .collect::<Result<_, _>>()?,
        quote: read_quote(stored.quote)?,
        billing: stored.billing.map(|[order_no, waybill_no, carrier, guarantor]| Billing {
            order_no,
            waybill_no,
            carrier,
            guarantor,
        }),
    })
}

/// To whom a response goes, as it is stored. The numbers that port and customs give are not part of
/// it: they stand in the response's body.
pub(super) fn write_answer(answer: &AnswerTo) -> StoredAnswerV1 {
    StoredAnswerV1 {
        mailbox: answer.mailbox.to_string(),
        subscribers: answer.subscribers.iter().map(ToString::to_string).collect(),
        quote: StoredQuoteV1 {
            answered_by: answer.quote.answered_by().number(),
            texts: answer.quote.texts().to_vec(),
        },
        billing: answer.billing.clone().map(|billing| {
            let Billing { order_no, waybill_no, carrier, guarantor } = billing;
            [order_no, waybill_no, carrier, guarantor]
        }),
    }
}

fn read_quote(stored: StoredQuoteV1) -> Result<Quote, IdError> {
    let StoredQuoteV1 { answered_by, texts } = stored;
    MessageType::from_number(answered_by)
        .filter(|message| message.is_response())
        .and_then(|message| Quote::from_texts(message, texts))
        .ok_or_else(|| IdError::Malformed {
            kind: "Quote",
            found: answered_by.to_string(),
            expected: "what a response quotes",
        })
}
