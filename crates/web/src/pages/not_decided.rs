//! Why something was not decided: what happened, why, what to do; on the page it was sent from.

use axum::http::StatusCode;
use tongguan_application::deciding::Decides;
use tongguan_application::review::BadReason;

use super::shell::Visit;
use crate::Shared;
use crate::acting::act;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::refusal::bad_reason;

/// Nothing was done, as whoever wanted it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDone {
    /// The status of the answer.
    pub status: StatusCode,
    /// Why, and what to do.
    pub text: String,
}

impl NotDone {
    /// What whoever wanted it can mend is told on the page.
    ///
    /// # Errors
    /// Any other problem, which has a page of its own.
    pub fn of(visit: &Visit, problem: impl Into<Problem>) -> Result<Self, Problem> {
        let (status, text) = match problem.into() {
            Problem::Refused(why) => (StatusCode::CONFLICT, why.of(visit.language).to_owned()),
            Problem::Field { why, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, why.of(visit.language).to_owned())
            }
            Problem::Defects(defects) => {
                let texts: Vec<_> = defects.iter().map(|it| it.text(visit.language)).collect();
                let texts = texts.join(visit.say("；", "; "));
                let text = visit.say(
                    format!("按现行法规不能接受：{texts}"),
                    format!("By the law as it is now it cannot be accepted: {texts}"),
                );
                (StatusCode::CONFLICT, text)
            }
            other => return Err(other),
        };
        Ok(Self { status, text: visit.say(format!("{text}。"), format!("{text}.")) })
    }

    /// The reason cannot be given.
    pub fn bad_reason(visit: &Visit, bad: &BadReason) -> Self {
        Self::unfit(bad_reason(bad).of(visit.language))
    }

    /// A field of the form is not what it must be.
    pub fn unfit(text: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, text: text.into() }
    }
}

/// Acts at the desk of the running service; what can be mended stays on the page.
///
/// # Errors
/// A problem that has a page of its own.
pub async fn attempt<T, E>(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    work: impl FnOnce(&mut dyn Decides) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, NotDone>, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    settled(visit, act(shared, caller, work).await)
}

/// What was done; what can be mended stays on the page.
///
/// # Errors
/// A problem that has a page of its own.
pub fn settled<T>(
    visit: &Visit,
    outcome: Result<T, Problem>,
) -> Result<Result<T, NotDone>, Problem> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(problem) => NotDone::of(visit, problem).map(Err),
    }
}

/// Nothing that waits was chosen, or no answer.
pub fn choose(visit: &Visit) -> NotDone {
    NotDone::unfit(visit.say(
        "请选择一项和答复；所选可能已由同事处理。",
        "Choose one and an answer; a colleague may have answered what you chose.",
    ))
}
