//! Who works on a case (认领): taken on from the queue, given back, taken over.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::casework::Taking;
use tongguan_application::enquiry::CaseFile;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use super::{Draft, address, shown};
use crate::Shared;
use crate::caller::Caller;
use crate::casework::{self, file, standing};
use crate::pages::form::{Sent, go_to};
use crate::pages::not_decided::settled;
use crate::pages::shell::{Visit, notice, time};
use crate::pages::words::data;
use crate::part::Path;
use crate::problem::Problem;

/// What is done about a case.
#[derive(Debug, Deserialize)]
pub struct Act {
    /// `take`, `take-over` or `give-back`.
    act: String,
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
    let (taking, done) = match act.as_str() {
        "take" => (Some(Taking::IfFree), "taken"),
        "take-over" => (Some(Taking::Over), "taken"),
        "give-back" => (None, "given-back"),
        _ => return Err(Problem::Malformed("act")),
    };
    let assigned = casework::assign(&shared, &caller, &case, taking).await?;
    let why = match settled(&visit, assigned.map_err(Into::into))? {
        Ok(()) => return Ok(go_to(&format!("{}?done={done}", address(id)))),
        Err(why) => why,
    };
    let case = file(&shared, &caller, id).await?;
    let told = notice("warn", &why.text);
    shown(&shared, &visit, &caller, &case, &told, &Draft::default(), why.status).await
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
