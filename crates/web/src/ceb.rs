//! `POST /ceb`: a message in, an answer once it is durable.

use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{SemaphorePermit, oneshot};
use tokio::time::timeout;
use tongguan_application::reception::{Handed, NotTaken, Receipt};

use crate::caller::Bearer;
use crate::defect::DefectView;
use crate::problem::{Problem, json_answer};
use crate::{Limits, Shared, kib};

/// What a bare message is called whose sender gave it no name.
const NAMELESS: &str = "http";

/// What a caller may say beside the message.
#[derive(Debug, Deserialize)]
pub struct Beside {
    /// What a bare message is called; stands for `oriCopMsgId` in what answers it.
    name: Option<String>,
}

/// What was taken in.
#[derive(Debug, Serialize)]
struct Taken {
    /// The number that it was received under.
    message_id: String,
    /// When it was durable.
    received_at: String,
    /// Which message it is.
    message: Option<&'static str>,
    /// How many documents it holds; each is answered in the sender's mailbox.
    documents: usize,
    /// Where the answers are, when the caller's key says whose they are.
    mailbox: Option<String>,
}

/// Takes a message in.
pub async fn receive(
    State(shared): State<Shared>,
    sender: Result<Bearer, Problem>,
    beside: Result<Query<Beside>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let limits = shared.access.limits;
    let admitted = sender.and_then(|Bearer(sender)| {
        let Query(Beside { name }) = beside.map_err(|_| Problem::Malformed("name"))?;
        let (announced, room) = admit(&shared, &headers)?;
        Ok((sender, name, announced, room))
    });
    let (sender, name, announced, _room) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => {
            discard(body, limits).await;
            return Err(problem);
        }
    };
    // Whoever sends a byte a minute keeps no room from others.
    let whole = timeout(limits.answer_within, to_bytes(body, announced)).await;
    let bytes = whole.ok().and_then(Result::ok).ok_or(Problem::BrokenOff)?;
    let mailbox = sender.as_ref().map(|sender| format!("/mailbox/{sender}"));
    let (reply, receipt) = oneshot::channel();
    let handed = Handed {
        origin: name.unwrap_or_else(|| NAMELESS.to_owned()),
        sender,
        bytes: bytes.into(),
        // Nobody may be listening any more; what is durable stays so.
        reply: Box::new(|receipt| drop(reply.send(receipt))),
    };
    shared.access.reception.hand_over(handed).map_err(|why| match why {
        NotTaken::Full => Problem::Busy,
        NotTaken::Closed => Problem::Unavailable,
    })?;
    match timeout(limits.answer_within, receipt).await {
        Ok(Ok(receipt)) => answer(receipt, mailbox),
        Ok(Err(_)) => Err(Problem::NotKept),
        Err(_) => Err(Problem::NotKnownYet(limits.answer_within)),
    }
}

/// How long the body is at most, and the room for it. Room is found before the body is read: what finds none
/// costs no memory.
fn admit<'s>(
    shared: &'s Shared,
    headers: &HeaderMap,
) -> Result<(usize, SemaphorePermit<'s>), Problem> {
    let limit = shared.access.limits.message_bytes;
    if !is_xml(headers) {
        return Err(Problem::NoXml);
    }
    let announced = announced(headers)?.unwrap_or(limit);
    if announced > limit {
        return Err(Problem::TooLong(limit));
    }
    let room = u32::try_from(kib(announced)).unwrap_or(u32::MAX);
    let room = shared.in_flight.try_acquire_many(room).map_err(|_| Problem::Busy)?;
    Ok((announced, room))
}

/// Reads what is left of a message that is turned away, without keeping it, as far as a message may be long: a
/// client that is still sending when the connection closes never learns why.
async fn discard(mut body: Body, limits: Limits) {
    let mut left = limits.message_bytes;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let read = frame.into_data().map_or(0, |bytes| bytes.len());
            match left.checked_sub(read) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // What does not come in time is not waited for.
    drop(timeout(limits.answer_within, reading).await);
}

fn answer(receipt: Receipt, mailbox: Option<String>) -> Result<Response, Problem> {
    let summary = receipt.outcome.map_err(|why| {
        eprintln!("a message was not kept: {why}");
        Problem::NotKept
    })?;
    if !summary.refused.is_empty() || summary.documents == 0 {
        let defects = summary.refused.iter().map(DefectView::from).collect();
        return Err(Problem::Unreadable { message: receipt.message.0, defects });
    }
    Ok(json_answer(&Taken {
        message_id: receipt.message.0.to_string(),
        received_at: receipt.at.to_string(),
        message: summary.message.map(|message| message.code()),
        documents: summary.documents,
        mailbox,
    }))
}

/// XML, or what its sender did not name.
fn is_xml(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["application/xml", "text/xml", "application/octet-stream"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
}

/// How long the body is, where the caller says so.
fn announced(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(length) = headers.get(CONTENT_LENGTH) else { return Ok(None) };
    let length = length.to_str().ok().and_then(|length| length.parse().ok());
    length.map(Some).ok_or(Problem::Malformed("Content-Length"))
}
