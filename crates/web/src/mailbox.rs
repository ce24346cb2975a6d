//! `/mailbox`: responses in the order in which their receiver fetches them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use tongguan_application::mailboxes::{Letter, MailError};
use tongguan_domain::ids::DxpId;

use crate::Shared;
use crate::caller::{KeyHolder, blocking};
use crate::part::{Path, Query};
use crate::problem::{Problem, json_answer};
use crate::transparency::{bundle_answer, proved};

/// Places given at a time where the caller does not say, and at most.
const USUAL: i64 = 100;
const MOST: i64 = 1_000;
/// Another process may have filled the mailbox, of which nobody tells this one.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a caller may ask for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Behind which place; behind what was acknowledged where absent.
    after: Option<i64>,
    /// How many places at most.
    limit: Option<i64>,
    /// How many seconds to wait where there is nothing.
    wait: Option<u64>,
}

/// A part of a mailbox.
#[derive(Debug, Serialize)]
struct Part {
    mailbox: String,
    letters: Vec<LetterView>,
    /// Where to go on.
    next: String,
}

#[derive(Debug, Serialize)]
struct LetterView {
    n: i64,
    messages: Vec<MessageView>,
}

#[derive(Debug, Serialize)]
struct MessageView {
    #[serde(rename = "type")]
    message: &'static str,
    key: String,
    at: String,
    xml: String,
}

/// What lies in a mailbox; where there is nothing, what comes while the caller waits.
pub async fn letters(
    State(shared): State<Shared>,
    KeyHolder(holder): KeyHolder,
    Path(mailbox): Path<String>,
    asked: Result<Query<Asked>, Problem>,
) -> Result<Response, Problem> {
    let mailbox = own(&holder, &mailbox)?;
    let Query(asked) = asked.map_err(|_| Problem::Malformed("after, limit, wait"))?;
    let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
    let wait = Duration::from_secs(asked.wait.unwrap_or(0)).min(shared.access.limits.wait_at_most);
    let until = Instant::now() + wait;
    let mut mail = shared.access.mail.clone();
    loop {
        // Marked before it is looked: what comes in between is seen at once.
        mail.mark_unchanged();
        let letters = look(&shared, &mailbox, asked.after, limit).await?;
        let look_again = until.min(Instant::now() + LOOK_EVERY);
        if !letters.is_empty() || look_again <= Instant::now() {
            return Ok(json_answer(&part(&mailbox, asked.after, letters)));
        }
        if let Ok(Err(_)) = timeout_at(look_again, mail.changed()).await {
            // The service ends.
            return Ok(json_answer(&part(&mailbox, asked.after, Vec::new())));
        }
    }
}

/// Notes that a mailbox was read up to a place.
pub async fn acknowledge(
    State(shared): State<Shared>,
    KeyHolder(holder): KeyHolder,
    Path((mailbox, n)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let mailbox = own(&holder, &mailbox)?;
    let n = n.parse().map_err(|_| Problem::Malformed("n"))?;
    let (mailboxes, now) = (Arc::clone(&shared.access.mailboxes), shared.access.clock.now());
    let read = blocking(move || match mailboxes.read_up_to(&mailbox, n, now) {
        Err(MailError::NothingThere { .. }) => Ok(Err(Problem::NothingThere)),
        settled => settled.map(Ok),
    });
    read.await??;
    Ok(StatusCode::NO_CONTENT)
}

/// The bundle that proves a response which lies in the mailbox.
pub async fn proof(
    State(shared): State<Shared>,
    KeyHolder(holder): KeyHolder,
    Path((mailbox, guid)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mailbox = own(&holder, &mailbox)?;
    let proved = proved(&shared, guid).await?;
    match proved.mailboxes.iter().any(|it| it == mailbox.as_str()) {
        true => bundle_answer(&proved.bundle),
        false => Err(Problem::NothingThere),
    }
}

/// The mailbox of the path, which must be the holder's.
fn own(holder: &DxpId, mailbox: &str) -> Result<DxpId, Problem> {
    if holder.as_str() == mailbox { Ok(holder.clone()) } else { Err(Problem::OtherMailbox) }
}

async fn look(
    shared: &Shared,
    mailbox: &DxpId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Letter>, Problem> {
    let (mailboxes, mailbox) = (Arc::clone(&shared.access.mailboxes), mailbox.clone());
    blocking(move || mailboxes.letters(&mailbox, after, limit)).await
}

fn part(mailbox: &DxpId, after: Option<i64>, letters: Vec<Letter>) -> Part {
    let last = letters.last().map(|letter| letter.n).or(after);
    let next = match last {
        Some(n) => format!("/mailbox/{mailbox}?after={n}"),
        None => format!("/mailbox/{mailbox}"),
    };
    let letters = letters.into_iter().map(|Letter { n, messages }| LetterView {
        n,
        messages: messages
            .into_iter()
            .map(|message| MessageView {
                message: message.message,
                key: message.key,
                at: message.at.to_string(),
                xml: String::from_utf8_lossy(&message.xml).into_owned(),
            })
            .collect(),
    });
    Part { mailbox: mailbox.to_string(), letters: letters.collect(), next }
}
