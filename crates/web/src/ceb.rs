//! `POST /ceb`: a message in, or an archive of messages, and an answer once it is durable.

mod archive;
pub mod many;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use http_body_util::BodyExt as _;
use metrics::gauge;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{SemaphorePermit, oneshot};
use tokio::time::timeout;
use tongguan_application::intake::{Summary, Way};
use tongguan_application::reception::{Handed, NotTaken, Receipt};
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;

use crate::caller::Bearer;
use crate::defect::DefectView;
use crate::language::Language;
use crate::part::Query;
use crate::problem::{Problem, json_answer};
use crate::trace::part;
use crate::{Limits, Shared, kib};

pub use archive::{MOST_MESSAGES, Unfit};

/// What a bare message is called whose sender gave it no name.
const NAMELESS: &str = "http";

/// What a caller may say beside the message.
#[derive(Debug, Deserialize)]
pub struct Beside {
    /// What a bare message is called; stands for `oriCopMsgId` in what answers it.
    name: Option<String>,
}

/// What a body is, by its `Content-Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Archive,
}

/// A message that was taken in.
#[derive(Debug)]
pub struct Taken {
    /// The number that it was received under.
    pub message: MessageId,
    /// When it was durable.
    pub at: Moment,
    /// What it holds.
    pub summary: Summary,
}

/// What may come, and the room that is kept for it.
struct Admitted<'s> {
    kind: Kind,
    sender: Option<DxpId>,
    name: Option<String>,
    /// The most bytes of the body.
    announced: usize,
    /// The most bytes of an archive's messages that may be on their way at a time.
    window: usize,
    _room: Room<'s>,
}

/// What was taken in, as it is told.
#[derive(Debug, Serialize)]
struct TakenView {
    /// The number that it was received under.
    message_id: String,
    /// When it was durable.
    received_at: String,
    /// Which message it is.
    message: Option<&'static str>,
    /// How many documents it holds; each is answered in the sender's mailbox.
    documents: usize,
}

/// Takes a message in, or each message of an archive.
pub async fn receive(
    State(shared): State<Shared>,
    sender: Result<Bearer, Problem>,
    beside: Result<Query<Beside>, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let limits = shared.access.limits;
    let admitted = sender.and_then(|Bearer(sender)| {
        let Query(Beside { name }) = beside.map_err(|_| Problem::Malformed("name"))?;
        admit(&shared, &headers, sender, name)
    });
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => {
            discard(body, limits).await;
            return Err(problem);
        }
    };
    // Whoever sends a byte a minute keeps no room from others.
    let whole = timeout(limits.answer_within, to_bytes(body, admitted.announced)).await;
    let bytes = whole.ok().and_then(Result::ok).ok_or(Problem::BrokenOff)?;
    if admitted.kind == Kind::Archive {
        let language = Language::wanted(&headers);
        return many::receive(&shared, bytes, admitted.sender, (admitted.window, language)).await;
    }
    let mailbox = admitted.sender.as_ref().map(|sender| format!("/mailbox/{sender}"));
    let name = admitted.name.unwrap_or_else(|| NAMELESS.to_owned());
    let taken = keep(&shared, name, admitted.sender, bytes.into()).await?;
    let mut told = json!(taken_view(&taken));
    told["mailbox"] = json!(mailbox);
    Ok(json_answer(&told))
}

/// Hands a message over and waits until it is durable.
///
/// # Errors
/// [`Problem::Unreadable`] for one that was kept and cannot be read, or why it was not kept.
pub async fn keep(
    shared: &Shared,
    origin: String,
    sender: Option<DxpId>,
    bytes: Vec<u8>,
) -> Result<Taken, Problem> {
    let receipt = hand_over(shared, origin, sender, bytes)?;
    outcome(shared, receipt).await
}

/// Room for so many bytes among all that are in flight.
///
/// # Errors
/// [`Problem::Busy`].
pub fn room_for(shared: &Shared, bytes: usize) -> Result<Room<'_>, Problem> {
    Room::take(shared, u32::try_from(kib(bytes)).unwrap_or(u32::MAX))
}

/// Room for a message.
#[derive(Debug)]
pub struct Room<'s> {
    _permit: SemaphorePermit<'s>,
    bytes: u32,
}

impl<'s> Room<'s> {
    /// So many KiB, where there are as many.
    fn take(shared: &'s Shared, kib: u32) -> Result<Self, Problem> {
        let permit = shared.in_flight.try_acquire_many(kib).map_err(|_| Problem::Busy)?;
        let bytes = kib.saturating_mul(1024);
        gauge!("tongguan_bytes_in_flight").increment(bytes);
        Ok(Self { _permit: permit, bytes })
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        gauge!("tongguan_bytes_in_flight").decrement(self.bytes);
    }
}

/// How long the body is at most, and the room for it. Room is found before the body is read: what finds none
/// costs no memory.
fn admit<'s>(
    shared: &'s Shared,
    headers: &HeaderMap,
    sender: Option<DxpId>,
    name: Option<String>,
) -> Result<Admitted<'s>, Problem> {
    let Limits { message_bytes, bytes_in_flight, .. } = shared.access.limits;
    let kind = kind(headers).ok_or(Problem::NoXml)?;
    let announced = announced(headers)?.unwrap_or(message_bytes);
    if announced > message_bytes {
        return Err(Problem::TooLong(message_bytes));
    }
    let window = match kind {
        Kind::Message => 0,
        // Unpacked, messages stand beside the archive.
        Kind::Archive => message_bytes.min(bytes_in_flight.saturating_sub(announced)),
    };
    let room = u32::try_from(kib(announced) + window / 1024).unwrap_or(u32::MAX);
    let room = Room::take(shared, room)?;
    Ok(Admitted { kind, sender, name, announced, window, _room: room })
}

/// Hands a message over; what is given tells when it is durable.
fn hand_over(
    shared: &Shared,
    origin: String,
    sender: Option<DxpId>,
    bytes: Vec<u8>,
) -> Result<oneshot::Receiver<Receipt>, Problem> {
    let (reply, receipt) = oneshot::channel();
    // Nobody may be listening any more; what is durable stays so.
    let reply = Box::new(|receipt| drop(reply.send(receipt)));
    let handed = Handed { origin, sender, way: Way::Party, bytes, reply };
    match shared.access.reception.hand_over(handed) {
        Ok(()) => Ok(receipt),
        Err(NotTaken::Full) => Err(Problem::Busy),
        Err(NotTaken::Closed) => Err(Problem::Unavailable),
    }
}

/// Waits until it is known what became of a message.
async fn outcome(shared: &Shared, receipt: oneshot::Receiver<Receipt>) -> Result<Taken, Problem> {
    let answer_within = shared.access.limits.answer_within;
    let kept = part("store for good", timeout(answer_within, receipt)).await;
    let Receipt { message, at, outcome } = match kept {
        Ok(Ok(receipt)) => receipt,
        Ok(Err(_)) => return Err(Problem::NotKept),
        Err(_) => return Err(Problem::NotKnownYet(answer_within)),
    };
    let summary = outcome.map_err(|why| {
        tracing::error!("a message was not kept: {why}");
        Problem::NotKept
    })?;
    if !summary.refused.is_empty() || summary.documents == 0 {
        let defects = summary.refused.iter().map(DefectView::from).collect();
        return Err(Problem::Unreadable { message: message.0, defects });
    }
    Ok(Taken { message, at, summary })
}

fn taken_view(taken: &Taken) -> TakenView {
    TakenView {
        message_id: taken.message.0.to_string(),
        received_at: taken.at.to_string(),
        message: taken.summary.message.map(|message| message.code()),
        documents: taken.summary.documents,
    }
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

/// XML, an archive, or what its sender did not name, which is XML; nothing for what is neither.
fn kind(headers: &HeaderMap) -> Option<Kind> {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return Some(Kind::Message) };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_any = |known: &[&str]| known.iter().any(|known| kind.eq_ignore_ascii_case(known));
    if is_any(&["application/zip", "application/x-zip-compressed"]) {
        Some(Kind::Archive)
    } else {
        is_any(&["application/xml", "text/xml", "application/octet-stream"])
            .then_some(Kind::Message)
    }
}

/// How long the body is, where the caller says so.
fn announced(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(length) = headers.get(CONTENT_LENGTH) else { return Ok(None) };
    let length = length.to_str().ok().and_then(|length| length.parse().ok());
    length.map(Some).ok_or(Problem::Malformed("Content-Length"))
}
