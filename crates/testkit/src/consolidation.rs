//! Requests to consolidate made-up exports, and what their results say.

use tongguan_application::delivery::Rendered;
use tongguan_domain::consolidation::{ConsolidationRequest, ConsolidationResult, Scope};
use tongguan_domain::ids::{FunctionalReference, IdError};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Answer, Document as Read, Profile, read};
use tongguan_messages::sample::sample;

use crate::parcels::{Document, guid};

/// The `n`th request of a run for the cast's exporter, sent at `at`: the sample under numbers of its own.
///
/// # Errors
/// None for any `n`; a test makes sure of it.
///
/// # Panics
/// When the sample is not a request to consolidate.
pub fn request(n: u64, at: Moment, scope: Scope) -> Result<ConsolidationRequest, IdError> {
    let mut request = sample_request();
    request.filing.guid = guid(41, n)?;
    request.filing.sent_at = at;
    request.reference = FunctionalReference::parse(&format!("SUM{n:012}"))?;
    request.scope = scope;
    Ok(request)
}

#[expect(clippy::expect_used, clippy::panic, reason = "a test cannot go on without its sample")]
fn sample_request() -> ConsolidationRequest {
    let text = sample(MessageType::Ceb701).expect("a sample");
    let tree = roxmltree::Document::parse(&text).expect("XML");
    let reading = read(&tree, Profile::Tolerant).expect("a message");
    match reading.documents.into_iter().next().map(|document| document.outcome) {
        Some(Ok(Read::Consolidation(request))) => *request,
        other => panic!("no request to consolidate: {other:?}"),
    }
}

/// The same, as a document.
pub fn document(request: &ConsolidationRequest) -> Document {
    Document::Consolidation(Box::new(request.clone()))
}

/// Every result (792) among these messages, in their order.
///
/// # Panics
/// When one is not valid by the schema.
#[expect(clippy::expect_used, clippy::panic, reason = "a test cannot go on with a broken result")]
pub fn results(messages: &[Rendered]) -> Vec<ConsolidationResult> {
    let messages = messages.iter().filter(|message| message.message == "CEB792");
    messages
        .flat_map(|message| {
            let text = std::str::from_utf8(&message.xml).expect("UTF-8");
            let tree = roxmltree::Document::parse(text).expect("XML");
            let reading = read(&tree, Profile::Strict).expect("a message");
            assert_eq!(reading.defects, [], "{text}");
            reading.answers.into_iter().map(|answer| match answer.outcome {
                Ok(Answer::ConsolidationResult(result)) => *result,
                other => panic!("no result: {other:?}"),
            })
        })
        .collect()
}
