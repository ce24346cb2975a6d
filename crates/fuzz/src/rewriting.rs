//! Writing what was read, and reading it again: it says the same.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::ceb816::TaxBillForm;
use tongguan_messages::ceb::{MessageType, ceb792, ceb816, ceb818, ceb900};
use tongguan_messages::dxp::{self, DxpMessage, DxpReply, DxpTransmission};
use tongguan_messages::read::{Answer, Profile, Reading, read};
use tongguan_messages::response::write_responses;
use tongguan_messages::sample;
use tongguan_messages::write::{Envelope, Style, write_document};
use tongguan_messages::xml::{Limits, Source};

/// Every document and answer of `reading` that can be used is written and read as it was. What a strict
/// reading accepts, the writer accepts.
pub fn hold(reading: &Reading) {
    let transfer = reading.transfer.clone().unwrap_or_else(sample::transfer);
    let envelope = Envelope {
        guid: GUID,
        transfer: &transfer,
        subscriptions: &reading.subscriptions,
        style: Style::Compact,
    };
    let is_strict = reading.profile == Profile::Strict && reading.is_valid();
    for document in reading.documents.iter().filter_map(|read| read.outcome.as_ref().ok()) {
        let Some(text) = accepted(write_document(&envelope, document), is_strict) else { continue };
        let again = read_again(&text, Profile::Tolerant);
        let documents: Vec<_> = again.documents.iter().map(|read| read.outcome.as_ref()).collect();
        assert_eq!(documents, [Ok(document)], "{text}");
        assert_eq!(again.transfer.as_ref(), Some(&transfer), "{text}");
        assert_eq!(again.subscriptions, reading.subscriptions, "{text}");
        hold_schema(&again, &text);
    }
    for answer in reading.answers.iter().filter_map(|read| read.outcome.as_ref().ok()) {
        let Some(text) = accepted(write_answer(reading.message, answer), is_strict) else {
            continue;
        };
        let again = read_again(&text, Profile::Tolerant);
        let answers: Vec<_> = again.answers.iter().map(|read| read.outcome.as_ref()).collect();
        // What the schema has no room for is cut by the writer.
        if is_strict {
            assert_eq!(answers, [Ok(answer)], "{text}");
        }
    }
}

/// An envelope is written and read as it was.
pub fn hold_envelope(message: &DxpMessage) {
    let Ok(text) = dxp::write(message) else {
        panic!("what was read cannot be written: {message:?}");
    };
    let source = Source::read(text.as_bytes(), &Limits::default()).unwrap();
    let again = dxp::read(&source.tree().unwrap()).message;
    let mut expected = message.clone();
    to_the_second(&mut expected.head.created_at);
    assert_eq!(again, Some(expected), "{text}");
}

/// An envelope between nodes is written and read as it was, also when it was split on the way.
pub fn hold_transmission(transmission: &DxpTransmission) {
    let Ok(text) = dxp::write_transmission(transmission) else {
        panic!("what was read cannot be written: {transmission:?}");
    };
    let source = Source::read(text.as_bytes(), &Limits::default()).unwrap();
    let again = dxp::read_transmission(&source.tree().unwrap());
    let mut expected = transmission.clone();
    to_the_second(&mut expected.sent_at);
    to_the_second(&mut expected.message.head.created_at);
    assert_eq!(again, Ok(expected), "{text}");
    let whole = DxpTransmission { part: None, ..transmission.clone() };
    assert_eq!(dxp::join(dxp::split(whole.clone())), Ok(whole));
}

/// A reply is written and read as it was.
pub fn hold_reply(reply: &DxpReply) {
    let Ok(text) = dxp::write_reply(reply) else {
        panic!("what was read cannot be written: {reply:?}");
    };
    let source = Source::read(text.as_bytes(), &Limits::default()).unwrap();
    let again = dxp::read_reply(&source.tree().unwrap());
    let mut expected = reply.clone();
    for response in &mut expected.responses {
        to_the_second(&mut response.original.created_at);
    }
    assert_eq!(again, Ok(expected), "{text}");
}

/// Envelopes tell the second and no part of it.
fn to_the_second(moment: &mut Moment) {
    *moment = Moment::from_micros(moment.micros().div_euclid(1_000_000) * 1_000_000);
}

/// A guid of the right length; those of messages are judged by their length alone.
const GUID: &str = "7C0F2A10-0000-4000-8000-00000000000B";

fn write_answer(message: MessageType, answer: &Answer) -> Result<String, Vec<Defect>> {
    match answer {
        Answer::Response(response) => {
            write_responses(message, GUID, std::slice::from_ref(response), Style::Compact)
        }
        Answer::TaxBill(bill) => {
            let form = TaxBillForm { unofficial_numbers: true, style: Style::Compact };
            ceb816::write(GUID, std::slice::from_ref(bill), form)
        }
        Answer::ConsolidationResult(result) => {
            ceb792::write(GUID, std::slice::from_ref(result), Style::Compact)
        }
        Answer::TaxBillNotice(notice) => {
            ceb818::write(GUID, std::slice::from_ref(notice), Style::Compact)
        }
        Answer::FormatRefusal(refusal) => ceb900::write(refusal, Style::Compact),
    }
}

fn accepted(written: Result<String, Vec<Defect>>, must_be: bool) -> Option<String> {
    match written {
        Ok(text) => Some(text),
        Err(defects) => {
            assert!(!must_be, "the writer refuses what the strict profile accepts: {defects:?}");
            assert!(!defects.is_empty(), "the writer refuses and does not say why");
            crate::defects::hold(&defects);
            None
        }
    }
}

fn read_again(text: &str, profile: Profile) -> Reading {
    let source = Source::read(text.as_bytes(), &Limits::default()).unwrap();
    let reading = read(&source.tree().unwrap(), profile).unwrap();
    assert!(reading.is_valid(), "{:?}\n{text}", reading.defects);
    reading
}

/// What the writer wrote lacks a signature and nothing else.
fn hold_schema(written: &Reading, text: &str) {
    for warning in &written.warnings {
        assert_eq!(warning.rule.code, "signature-missing", "{warning:?}\n{text}");
    }
}
