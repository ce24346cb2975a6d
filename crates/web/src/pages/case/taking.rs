//! Who works on a case (认领): taken on from the queue, given back, taken over.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::casework::{self, Assignment, CaseworkError, Officer, Taking};
use tongguan_application::enquiry::CaseFile;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use super::{Draft, address, file, shown};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, notice, time};
use crate::pages::words::data;
use crate::problem::Problem;

/// What is done about a case.
#[derive(Debug, Deserialize)]
pub struct Act {
    /// `take`, `take-over` or `give-back`.
    act: String,
}

/// Who sends a form, as colleagues see it.
pub(in crate::pages) fn officer(caller: &Caller) -> Officer {
    let name = caller.session().map(|session| session.person.name.clone()).unwrap_or_default();
    Officer { sign_in: caller.audit_name(), name }
}

/// Who else has the case, where somebody does.
pub(in crate::pages) fn colleague<'f>(
    file: &'f CaseFile,
    caller: &Caller,
    now: Moment,
) -> Option<&'f Assignment> {
    standing(file, now).filter(|it| it.officer.sign_in != caller.audit_name())
}

fn standing(file: &CaseFile, now: Moment) -> Option<&Assignment> {
    file.assignment.as_ref().filter(|it| it.stands(file.settings.case_minutes, now))
}

/// Takes a case on, over, or gives it back.
pub async fn act(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(Act { act }): Sent<Act>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    let case = file(&shared, &caller, id).await?;
    let now = shared.access.clock.now();
    let store = shared.access.enquiries.store().clone();
    let taking = match act.as_str() {
        "take" => Taking::IfFree,
        "take-over" => Taking::Over,
        "give-back" => {
            let sign_in = caller.audit_name();
            blocking(move || casework::give_back(&store, id, &sign_in)).await?;
            return Ok(go_to(&format!("{}?done=given-back", address(id))));
        }
        _ => return Err(Problem::Malformed("act")),
    };
    let (by, minutes) = (officer(&caller), case.settings.case_minutes);
    let taken = blocking(move || match casework::take(&store, id, &by, taking, minutes, now) {
        Err(CaseworkError::Taken(standing)) => Ok(Err(standing)),
        other => other.map(Ok),
    });
    let Err(standing) = taken.await? else {
        return Ok(go_to(&format!("{}?done=taken", address(id))));
    };
    let name = &standing.officer.name;
    let why = visit.say(
        format!("{name}已先认领。需要接手时请明确选择“接手”。"),
        format!("{name} was first to take it on. If you need it, take it over."),
    );
    let case = file(&shared, &caller, id).await?;
    let told = notice("warn", &why);
    Ok(shown(&shared, &visit, &caller, &case, &told, &Draft::default(), StatusCode::CONFLICT))
}

/// Who has the case, and what the reader can do about that.
pub(super) fn panel(visit: &Visit, caller: &Caller, file: &CaseFile, now: Moment) -> Markup {
    let standing = standing(file, now);
    let is_mine = standing.is_some_and(|it| it.officer.sign_in == caller.audit_name());
    let form = |act: &'static str, words: (&'static str, &'static str)| {
        html! {
            form method="post" action={ (address(file.case.declaration.id())) "/assignment" } {
                (visit.form_token())
                input type="hidden" name="act" value=(act);
                button.quiet { (visit.language.of(words)) }
            }
        }
    };
    html! {
        div.row {
            p {
                (visit.say("经办：", "In the hands of: "))
                @match standing {
                    Some(standing) => {
                        strong { (data(&standing.officer.name)) } " " (visit.say("自", "since")) " " (time(standing.taken_at))
                    }
                    None => { (visit.say("无人认领", "nobody")) }
                }
            }
            @if visit.may(Permission::ReadQueues) {
                @match standing {
                    Some(_) if is_mine => { (form("give-back", ("交回", "Give it back"))) }
                    Some(_) => { (form("take-over", ("接手", "Take it over"))) }
                    None => { (form("take", ("认领", "Take it on"))) }
                }
            }
        }
    }
}
