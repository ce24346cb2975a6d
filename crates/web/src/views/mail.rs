//! What lies in a mailbox, as people read it.

use serde::Serialize;
use tongguan_application::delivery::Rendered;
use tongguan_application::mailboxes::{
    Letter, Readable, ReadableField, ReadablePart, SentLetter, readable,
};
use utoipa::ToSchema;

use crate::pages::mail::sent::address;

/// A letter (信件): what one decision has sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    /// Its place in the mailbox, from 1.
    n: i64,
    /// Its messages.
    messages: Vec<LetterMessageView>,
}

/// A message of a letter.
#[derive(Debug, Serialize, ToSchema)]
struct LetterMessageView {
    /// `CEB622` and its like.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The number that names it: of an order, a waybill, or the sender's own.
    key: String,
    /// The last 回执状态 that it tells of.
    status: Option<i32>,
    /// The time of its last status.
    at: String,
    /// Whether there are persons in it: then its file is for those who may `declare`, and taking it is recorded.
    has_persons: bool,
    /// Where the message itself lies, as programs receive it.
    file: String,
    /// What it says, part by part; absent in lists.
    parts: Option<Vec<PartView>>,
}

/// A part of a message: a head, a line, a transfer block.
#[derive(Debug, Serialize, ToSchema)]
struct PartView {
    /// The element's name.
    name: String,
    /// Its fields that say something, in order.
    fields: Vec<SaidView>,
}

/// A field of a message.
#[derive(Debug, Serialize, ToSchema)]
struct SaidView {
    /// The element's name.
    name: String,
    /// Its text; `***` where it is personal.
    value: String,
    /// Whether it is masked.
    is_masked: bool,
}

/// A message that was sent (已发报文).
#[derive(Debug, Serialize, ToSchema)]
pub struct SentMessageView {
    /// The number that it was received under.
    message: String,
    /// When.
    received_at: String,
    /// `CEB621` and its like; absent where it could not be read.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Its own guid.
    guid: Option<String>,
    /// What its file or envelope is called.
    name: String,
    /// How many documents it holds.
    documents: i64,
    /// How many bytes.
    bytes: i64,
    /// Where it lies, as it was received.
    file: String,
}

impl SentMessageView {
    /// Of a message.
    pub fn of(sent: &SentLetter) -> Self {
        Self {
            message: sent.message.to_string(),
            received_at: sent.received_at.to_string(),
            kind: sent.kind.clone(),
            guid: sent.guid.clone(),
            name: sent.name.clone(),
            documents: sent.documents,
            bytes: sent.bytes,
            file: address(sent.message),
        }
    }
}

/// Whether something in it is masked.
pub fn has_persons(read: &Readable) -> bool {
    read.parts.iter().flat_map(|part| &part.fields).any(|field| field.is_masked)
}

impl LetterView {
    /// A line of a list.
    pub fn line(letter: &Letter) -> Self {
        Self::of(letter, |_| None)
    }

    /// With what it says.
    pub fn whole(letter: &Letter) -> Self {
        Self::of(letter, |read| Some(read.parts.iter().map(PartView::of).collect()))
    }

    fn of(letter: &Letter, parts: impl Fn(&Readable) -> Option<Vec<PartView>>) -> Self {
        let of = |(place, message): (i32, &Rendered)| {
            let read = readable(&message.xml);
            LetterMessageView {
                kind: message.message,
                key: message.key.clone(),
                status: read.status,
                at: message.at.to_string(),
                has_persons: has_persons(&read),
                file: format!("/mail/{}/{place}.xml", letter.n),
                parts: parts(&read),
            }
        };
        Self { n: letter.n, messages: (1..).zip(&letter.messages).map(of).collect() }
    }
}

impl PartView {
    fn of(part: &ReadablePart) -> Self {
        let said = part.fields.iter().filter(|field| !field.value.is_empty());
        let of = |field: &ReadableField| SaidView {
            name: field.name.clone(),
            value: field.value.clone(),
            is_masked: field.is_masked,
        };
        Self { name: part.name.clone(), fields: said.map(of).collect() }
    }
}
