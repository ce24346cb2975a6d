//! Webhooks.

use serde::Serialize;
use tongguan_application::webhooks::{DeadLetter, Failing, Progress, Sent, Standing, Webhook};
use utoipa::ToSchema;

/// An address that a mailbox is pushed to (推送地址), without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// What it is called.
    number: String,
    /// The mailbox.
    mailbox: String,
    /// The address.
    url: String,
    /// The messages that it is sent: `CEB622`; empty for all.
    messages: Vec<String>,
    /// When it was added.
    created_at: String,
    /// `active`, `paused`, or `gone` where its receiver answered that it is gone (410).
    standing: &'static str,
    /// Since when it is not active.
    since: Option<String>,
    /// The last place of the mailbox that is done with; 0 for none.
    n: i64,
    /// That the next place was tried in vain.
    failing: Option<FailingView>,
    /// Until when the earlier secret signs too.
    earlier_secret_until: Option<String>,
}

/// That a letter was tried in vain.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailingView {
    /// Since when.
    since: String,
    /// How often.
    attempts: i64,
    /// When it is tried again.
    next_attempt_at: Option<String>,
    /// What went wrong last.
    why: String,
}

/// A letter that a webhook did not take in three days.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterView {
    /// Its place in the mailbox.
    n: i64,
    /// How often it was tried.
    attempts: i64,
    /// When it went wrong first.
    failing_since: String,
    /// When it was given up.
    given_up_at: String,
    /// What went wrong last.
    why: String,
}

/// A webhook, how far it has to go, and what it did not take.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressView {
    #[serde(flatten)]
    webhook: WebhookView,
    /// The last place of the mailbox; 0 for none.
    last: i64,
    /// The letters that it did not take, by their places.
    dead_letters: Vec<DeadLetterView>,
}

/// What came of an event that was sent at once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentView {
    /// The event's id.
    id: String,
    /// Whether the receiver took it.
    taken: bool,
    /// The status that it answered, where it did.
    status: Option<u16>,
    /// Why there is no answer.
    why: Option<String>,
}

impl WebhookView {
    /// Of a webhook.
    pub fn of(webhook: &Webhook) -> Self {
        let (standing, since) = match webhook.standing {
            Standing::Active => ("active", None),
            Standing::Paused(at) => ("paused", Some(at)),
            Standing::Gone(at) => ("gone", Some(at)),
        };
        Self {
            number: webhook.number.to_string(),
            mailbox: webhook.mailbox.to_string(),
            url: webhook.url.clone(),
            messages: webhook.message_types.clone(),
            created_at: webhook.created_at.to_string(),
            standing,
            since: since.map(|at| at.to_string()),
            n: webhook.n,
            failing: webhook.failing.as_ref().map(FailingView::of),
            earlier_secret_until: webhook.earlier_secret_until.map(|at| at.to_string()),
        }
    }
}

impl FailingView {
    fn of(failing: &Failing) -> Self {
        Self {
            since: failing.since.to_string(),
            attempts: failing.attempts,
            next_attempt_at: failing.next_attempt_at.map(|at| at.to_string()),
            why: failing.why.clone(),
        }
    }
}

impl DeadLetterView {
    /// Of a dead letter.
    pub fn of(letter: &DeadLetter) -> Self {
        Self {
            n: letter.n,
            attempts: letter.attempts,
            failing_since: letter.failing_since.to_string(),
            given_up_at: letter.given_up_at.to_string(),
            why: letter.why.clone(),
        }
    }
}

impl ProgressView {
    /// Of a webhook.
    pub fn of(progress: &Progress) -> Self {
        Self {
            webhook: WebhookView::of(&progress.webhook),
            last: progress.last,
            dead_letters: progress.dead_letters.iter().map(DeadLetterView::of).collect(),
        }
    }
}

impl SentView {
    /// Of what was sent. What the receiver answers besides its status is not told: nobody reads by us what stands
    /// at an address.
    pub fn of(sent: &Sent) -> Self {
        let (status, why) = match &sent.outcome {
            Ok(answer) => (Some(answer.status), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Self { id: sent.id.clone(), taken: sent.is_taken(), status, why }
    }
}
