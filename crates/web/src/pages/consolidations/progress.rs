//! How far a request to consolidate has come, told while it goes on (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::{Channel, Sender};
use tokio::time::{Instant, sleep};
use tongguan_domain::access::Reach;
use tongguan_domain::consolidation::RequestState;

use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::language::Language;
use crate::pages::shell::Visit;
use crate::part::Path;
use crate::problem::Problem;

/// How often it is looked at.
const BEAT: Duration = Duration::from_secs(1);
/// How long one listener is told; browsers ask again by themselves.
const LONGEST: Duration = Duration::from_secs(300);

/// Tells it until the request is at its end.
pub async fn events(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let reach = caller.reach();
    let state = look(&shared, reach, &number).await?;
    let (sender, body) = Channel::<Bytes, Infallible>::new(2);
    tokio::spawn(tell(shared, reach, number, visit.language, state, sender));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// How far it has come, in words.
pub fn told(language: Language, state: RequestState) -> String {
    let progress = state.progress();
    let (forms, declarations, left_out) =
        (progress.forms, progress.declarations, progress.left_out);
    let so_far = language.say(
        format!("清单{declarations}票，报关单{forms}份，未汇总{left_out}票"),
        format!("{declarations} declarations in {forms} formal ones, {left_out} left out"),
    );
    match state {
        RequestState::Gathering => {
            language.say("等待其余分报", "Waits for its other parts").to_owned()
        }
        RequestState::Accepted => {
            language.say("已受理，待汇总", "Accepted; it is merged soon").to_owned()
        }
        RequestState::Running(_) => {
            language.say(format!("正在汇总：{so_far}"), format!("Merging: {so_far}"))
        }
        RequestState::Done(_) | RequestState::Refused(_) => so_far,
    }
}

async fn tell(
    shared: Shared,
    reach: Reach,
    number: String,
    language: Language,
    first: RequestState,
    mut sender: Sender<Bytes, Infallible>,
) {
    let until = Instant::now() + LONGEST;
    let (mut state, mut last) = (first, String::new());
    while Instant::now() < until {
        let now = told(language, state);
        // A comment shows whether anybody still listens.
        let said = if now == last { ":\n\n".to_owned() } else { format!("data: {now}\n\n") };
        last = now;
        if sender.send_data(said.into()).await.is_err() {
            return;
        }
        if !state.is_open() {
            // Whether it is heard or not: it is the last.
            let _ = sender.send_data("event: end\ndata:\n\n".into()).await;
            return;
        }
        sleep(BEAT).await;
        match look(&shared, reach, &number).await {
            Ok(now) => state = now,
            Err(_) => return,
        }
    }
}

async fn look(shared: &Shared, reach: Reach, number: &str) -> Result<RequestState, Problem> {
    let (enquiries, number) = (Arc::clone(&shared.access.enquiries), number.to_owned());
    let request = blocking(move || enquiries.consolidation(reach, &number)).await?;
    request.map(|request| request.state).ok_or(Problem::NotFound)
}
