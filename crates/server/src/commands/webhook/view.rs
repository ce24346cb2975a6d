//! How webhooks are shown.

use serde_json::{Value, json};
use tongguan_application::webhooks::{DeadLetter, Failing, Sent, Standing, Webhook};

/// A webhook as JSON.
pub fn webhook(webhook: &Webhook) -> Value {
    let (standing, since) = match webhook.standing {
        Standing::Active => ("active", None),
        Standing::Paused(at) => ("paused", Some(at)),
        Standing::Gone(at) => ("gone", Some(at)),
    };
    json!({
        "number": webhook.number.to_string(),
        "mailbox": webhook.mailbox.as_str(),
        "url": webhook.url,
        "messages": webhook.message_types,
        "created_at": webhook.created_at.to_string(),
        "standing": standing,
        "since": since.map(|at| at.to_string()),
        "n": webhook.n,
        "failing": webhook.failing.as_ref().map(failing),
        "earlier_secret_until": webhook.earlier_secret_until.map(|at| at.to_string()),
    })
}

fn failing(failing: &Failing) -> Value {
    json!({
        "since": failing.since.to_string(),
        "attempts": failing.attempts,
        "next_attempt_at": failing.next_attempt_at.map(|at| at.to_string()),
        "why": failing.why,
    })
}

/// A webhook in a line.
pub fn line(webhook: &Webhook) -> String {
    let Webhook { number, mailbox, url, n, .. } = webhook;
    let standing = match (webhook.standing, &webhook.failing) {
        (Standing::Paused(at), _) => format!("paused {at}"),
        (Standing::Gone(at), _) => format!("gone {at}"),
        (Standing::Active, Some(failing)) => {
            format!("failing since {}: {}", failing.since, failing.why)
        }
        (Standing::Active, None) => "active".to_owned(),
    };
    let messages = match &webhook.message_types[..] {
        [] => "all messages".to_owned(),
        messages => messages.join(" "),
    };
    format!("{number}  {mailbox}  {url}  {messages}  up to {n}  {standing}")
}

/// A dead letter as JSON.
pub fn dead_letter(letter: &DeadLetter) -> Value {
    json!({
        "n": letter.n,
        "attempts": letter.attempts,
        "failing_since": letter.failing_since.to_string(),
        "given_up_at": letter.given_up_at.to_string(),
        "why": letter.why,
    })
}

/// What was sent out of turn, as JSON.
pub fn sent(sent: &Sent) -> Value {
    match &sent.outcome {
        Ok(answer) => json!({
            "id": sent.id,
            "taken": sent.is_taken(),
            "status": answer.status,
            "body": answer.body,
        }),
        Err(why) => json!({"id": sent.id, "taken": false, "why": why.to_string()}),
    }
}

/// What was sent out of turn, in a line.
pub fn sent_line(sent: &Sent) -> String {
    match &sent.outcome {
        Ok(answer) => format!("{}  answered {}  {:?}", sent.id, answer.status, answer.body),
        Err(why) => format!("{}  not sent: {why}", sent.id),
    }
}
