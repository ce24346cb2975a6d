//! Between answers and their stored form: to whom responses go, and what they quote.

use tongguan_domain::ids::{DxpId, IdError};
use tongguan_messages::response::Quote;
use tongguan_storage::stored::response::{StoredAnswerV1, StoredQuoteV1};

use crate::clearing::record::{AnswerTo, Billing};

/// To whom a response goes, from its stored form.
pub fn read_answer(stored: StoredAnswerV1) -> Result<AnswerTo, IdError> {
    let (quote, billing) = read_quote(stored.quote);
    Ok(AnswerTo {
        mailbox: DxpId::parse(&stored.mailbox)?,
        subscribers: stored
            .subscribers
            .iter()
            .map(|mailbox| DxpId::parse(mailbox))
            .collect::<Result<_, _>>()?,
        quote,
        billing,
    })
}

/// To whom a response goes, as it is stored.
pub(super) fn write_answer(answer: &AnswerTo) -> StoredAnswerV1 {
    StoredAnswerV1 {
        mailbox: answer.mailbox.to_string(),
        subscribers: answer.subscribers.iter().map(ToString::to_string).collect(),
        quote: write_quote(&answer.quote, answer.billing.as_ref()),
    }
}

fn read_quote(stored: StoredQuoteV1) -> (Quote, Option<Billing>) {
    match stored {
        StoredQuoteV1::Order([guid, platform, merchant, order_no]) => {
            (Quote::Order { guid, platform, merchant, order_no }, None)
        }
        StoredQuoteV1::Payment([guid, institution, transaction]) => {
            (Quote::Payment { guid, institution, transaction }, None)
        }
        StoredQuoteV1::Waybill([guid, carrier, number]) => {
            (Quote::Waybill { guid, carrier, number }, None)
        }
        StoredQuoteV1::Delivery([guid, carrier, number, status]) => {
            (Quote::Delivery { guid, carrier, number, status }, None)
        }
        StoredQuoteV1::Declaration(strings, reference) => {
            let [
                guid,
                office,
                platform,
                merchant,
                declarant,
                order_no,
                waybill_no,
                carrier,
                guarantor,
            ] = strings;
            let quote = Quote::Declaration {
                guid,
                office,
                platform,
                merchant,
                declarant,
                reference: reference.unwrap_or_default(),
                provisional_no: "".into(),
                declaration_no: "".into(),
            };
            (quote, Some(Billing { order_no, waybill_no, carrier, guarantor }))
        }
    }
}

/// The numbers that port and customs gave are not part of it: they stand in the response's body.
fn write_quote(quote: &Quote, billing: Option<&Billing>) -> StoredQuoteV1 {
    match quote.clone() {
        Quote::Order { guid, platform, merchant, order_no } => {
            StoredQuoteV1::Order([guid, platform, merchant, order_no])
        }
        Quote::Payment { guid, institution, transaction } => {
            StoredQuoteV1::Payment([guid, institution, transaction])
        }
        Quote::Waybill { guid, carrier, number } => StoredQuoteV1::Waybill([guid, carrier, number]),
        Quote::Delivery { guid, carrier, number, status } => {
            StoredQuoteV1::Delivery([guid, carrier, number, status])
        }
        Quote::Declaration { guid, office, platform, merchant, declarant, reference, .. } => {
            let Billing { order_no, waybill_no, carrier, guarantor } =
                billing.cloned().unwrap_or_default();
            let strings = [
                guid, office, platform, merchant, declarant, order_no, waybill_no, carrier,
                guarantor,
            ];
            StoredQuoteV1::Declaration(strings, (!reference.is_empty()).then_some(reference))
        }
    }
}
