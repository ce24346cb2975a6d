//! The outbox to the window upstream.

use serde::Serialize;
use tongguan_application::clearing::relay::RelayState;
use tongguan_application::relay::{Overview, Queued, Standing, StrayAnswer};
use utoipa::ToSchema;

/// How relaying (转发) stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelayView {
    /// Messages that are to be sent.
    waiting: StandingView,
    /// Messages that upstream has taken.
    sent: StandingView,
    /// Messages that were tried for too long, or that upstream does not want.
    given_up: StandingView,
    /// The first that are to be sent, in order; a hundred at most.
    next: Vec<RelayedView>,
    /// The first that were given up; a hundred at most.
    dead: Vec<RelayedView>,
    /// The newest messages from upstream that answer nothing of this window; a hundred at most.
    strays: Vec<StrayView>,
}

/// How many messages stand somewhere.
#[derive(Debug, Serialize, ToSchema)]
struct StandingView {
    /// How many.
    count: i64,
    /// When the oldest of them was taken in.
    oldest: Option<String>,
}

/// A message to the window upstream.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelayedView {
    /// The number that it was received under.
    message: String,
    /// `CopMsgId`: its number upstream.
    number: String,
    /// Which message it is.
    #[schema(example = "CEB621")]
    r#type: String,
    /// How many documents it holds.
    documents: i64,
    /// Where it stands.
    state: StateName,
    /// When it was taken in.
    taken_at: String,
    /// How often it was tried in vain.
    attempts: i64,
    /// When it is tried again, where it failed.
    next_attempt_at: Option<String>,
    /// What went wrong last.
    failure: Option<String>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum StateName {
    /// It is to be sent.
    Waiting,
    /// Upstream has taken it.
    Sent,
    /// It was given up.
    GivenUp,
    /// It was given up, and left at that.
    Dismissed,
}

/// A message from upstream that answers nothing of this window.
#[derive(Debug, Serialize, ToSchema)]
struct StrayView {
    /// The number that it was received under.
    message: String,
    /// When it came.
    at: String,
    /// Which message it is; absent where it could not be read.
    r#type: Option<String>,
    /// What is wrong with it.
    why: String,
}

impl RelayView {
    /// Of an overview.
    pub fn of(overview: &Overview) -> Self {
        Self {
            waiting: StandingView::of(overview.waiting),
            sent: StandingView::of(overview.sent),
            given_up: StandingView::of(overview.given_up),
            next: overview.next.iter().map(RelayedView::of).collect(),
            dead: overview.dead.iter().map(RelayedView::of).collect(),
            strays: overview.strays.iter().map(StrayView::of).collect(),
        }
    }
}

impl StandingView {
    fn of(standing: Standing) -> Self {
        let oldest = standing.oldest.map(|at| at.to_string());
        Self { count: standing.count, oldest }
    }
}

impl RelayedView {
    fn of(queued: &Queued) -> Self {
        Self {
            message: queued.message.0.to_string(),
            number: queued.number.clone(),
            r#type: queued.kind.clone(),
            documents: queued.documents,
            state: match queued.state {
                RelayState::Waiting => StateName::Waiting,
                RelayState::Sent(_) => StateName::Sent,
                RelayState::GivenUp { .. } => StateName::GivenUp,
                RelayState::Dismissed { .. } => StateName::Dismissed,
            },
            taken_at: queued.taken_at.to_string(),
            attempts: queued.attempts,
            next_attempt_at: queued.next_attempt_at.map(|at| at.to_string()),
            failure: queued.failure.clone(),
        }
    }
}

impl StrayView {
    fn of(stray: &StrayAnswer) -> Self {
        Self {
            message: stray.message.0.to_string(),
            at: stray.at.to_string(),
            r#type: Some(stray.kind.clone()).filter(|kind| !kind.is_empty()),
            why: stray.why.clone(),
        }
    }
}
