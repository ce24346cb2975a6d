//! What is said where nobody was signed in, linked or let in: what happened, why, and what to do.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use tongguan_application::people::{PeopleError, ProviderError};

use super::parts::title_of;
use crate::Shared;
use crate::caller::Caller;
use crate::pages::shell::{Visit, notice};
use crate::pages::sign_in::told;
use crate::problem::Problem;
use crate::refusal::broken;

/// Why nobody was signed in, linked or let in.
pub enum Failed {
    /// At the provider, or on the way.
    Provider(ProviderError),
    /// Here.
    Person(PeopleError),
}

impl Failed {
    /// The page that says so. What is the operator's to know is a line of the log.
    ///
    /// # Errors
    /// [`Problem`] where there is no such provider, or this service itself has failed.
    pub fn shown(self, shared: &Shared, visit: &Visit, id: &str) -> Result<Response, Problem> {
        let (status, why) = match self {
            Self::Person(error) => (StatusCode::UNPROCESSABLE_ENTITY, told(visit, &error)),
            Self::Provider(ProviderError::Unknown) => return Err(Problem::NoSuchPage),
            Self::Provider(error @ ProviderError::Seal(_)) => return Err(broken(&error)),
            Self::Provider(error) => {
                if matches!(error, ProviderError::NotReached(_) | ProviderError::NotBelieved(_)) {
                    tracing::warn!("provider {id}: {error}");
                }
                let status = match error {
                    ProviderError::NotReached(_) | ProviderError::Busy => {
                        StatusCode::SERVICE_UNAVAILABLE
                    }
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                (status, worded(&error, visit, &title_of(shared, visit, id)))
            }
        };
        // The address of an answer holds a code: it is written into no page, and nobody comes back to it.
        let has_session = visit.caller.as_ref().and_then(Caller::session).is_some();
        let (back, words) = match has_session {
            true => ("/account", visit.say("返回我的账号", "Back to your account")),
            false => ("/sign-in", visit.say("返回登录页", "Back to signing in")),
        };
        let visit = Visit { address: back.to_owned(), ..visit.clone() };
        let title = match has_session {
            true => visit.say("没有完成", "Not done"),
            false => visit.say("没有登录", "Not signed in"),
        };
        let body = html! {
            h1 { (title) }
            (notice("bad", &why))
            p { a href=(back) { (words) } }
        };
        Ok(visit.page_with(status, title, &body))
    }
}

fn worded(error: &ProviderError, visit: &Visit, name: &str) -> String {
    match error {
        ProviderError::NotBegun => visit
            .say(
                "此浏览器没有开始这次登录，或已超过十分钟。请重新开始，并在同一浏览器中完成。",
                "Signing in was not begun in this browser, or more than ten minutes ago. Begin again, and finish in \
                 the same browser.",
            )
            .to_owned(),
        ProviderError::Refused(word) => visit.say(
            format!(
                "{name}没有让您登录（{word}）：可能您取消了登录，或该账号无权使用本系统。请重试，或使用其他方式。"
            ),
            format!(
                "{name} did not sign you in ({word}): you may have cancelled, or that account may not be used here. \
                 Try again, or use another way."
            ),
        ),
        ProviderError::Busy => visit.say(
            format!("同时经{name}登录的人过多。请稍后重试，或使用其他方式。"),
            format!("Too many sign in at {name} at this moment. Try again, or use another way."),
        ),
        ProviderError::NotBelieved(_) => visit.say(
            format!("{name}的回答无法核实，没有登录。请重新开始；如仍如此，请告知运行人员。"),
            format!(
                "What {name} answered could not be verified, so nobody was signed in. Begin again; where it happens \
                 again, tell whoever runs this service."
            ),
        ),
        ProviderError::NotReached(_) | ProviderError::Unknown | ProviderError::Seal(_) => visit.say(
            format!("现在连接不上{name}，没有登录；原因已记入日志。请稍后重试，或使用其他方式。"),
            format!(
                "{name} cannot be reached now, so nobody was signed in; whoever runs this service sees why. Try \
                 again later, or use another way."
            ),
        ),
    }
}
