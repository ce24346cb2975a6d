//! What is said of a response that was shown.

use serde::Serialize;
use tongguan_application::mailboxes::{Made, Verdict};
use utoipa::ToSchema;

/// Whether a response is one of this service's.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifiedView {
    /// `genuine`: this service made it, byte for byte. `known`: it made a message of that number, and no more was
    /// shown. `altered`: it made a message of that number, and it is not what was shown. `not-comparable`: it made
    /// one that it can make no more, for the message that it quotes is kept no longer. `unknown`: it made no
    /// message of that number; another window may have.
    verdict: &'static str,
    /// The number of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    guid: Option<String>,
    /// Its type: `CEB622`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    /// The type of message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'static str>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<String>,
}

impl VerifiedView {
    /// Of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let (name, made): (_, Option<&Made>) = match verdict {
            Verdict::Genuine(made) => ("genuine", Some(made)),
            Verdict::Known(made) => ("known", Some(made)),
            Verdict::Altered(made) => ("altered", Some(made)),
            Verdict::NotComparable(made) => ("not-comparable", Some(made)),
            Verdict::Unknown => ("unknown", None),
        };
        Self {
            verdict: name,
            guid: made.map(|made| made.guid.clone()),
            message: made.map(|made| made.message),
            answers: made.and_then(|made| made.answers),
            made_at: made.map(|made| made.at.to_string()),
        }
    }
}
