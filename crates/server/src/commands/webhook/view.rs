//! How webhooks are shown.

use serde_json::{Value, json};
use tongguan_application::webhooks::{DeadLetter, Sent, Standing, Webhook};
use tongguan_web::views::webhook::{DeadLetterView, WebhookView};

/// A webhook as JSON.
pub fn webhook(webhook: &Webhook) -> Value {
    json!(WebhookView::of(webhook))
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
    json!(DeadLetterView::of(letter))
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
