//! The full data of the persons of a case (查阅个人信息), for a stated reason, shown once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::unmasking::{LONGEST, REASONS, Reason, SHORTEST};
use tongguan_domain::ids::DeclarationId;

use super::{address, number};
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::casework::file;
use crate::pages::form::Sent;
use crate::pages::not_decided::NotDone;
use crate::pages::shell::{Visit, notice};
use crate::pages::unmasking::documents;
use crate::part::Path;
use crate::problem::Problem;

/// What an officer has filled in.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub words: String,
}

/// Shows them.
pub async fn show(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    let case = file(&shared, &caller, id).await?;
    let name = number(&case.case.declaration);
    let reason = match Reason::new(&draft.reason, &draft.words) {
        Ok(reason) => reason,
        Err(bad) => {
            let NotDone { status, text } = NotDone::of(&visit, bad)?;
            return Ok(again(&visit, id, name, &draft, status, &text));
        }
    };
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let persons = aside(move || unmasking.see(reach, id, &reason, &actor, now)).await?;
    let persons = match persons.map_err(|error| NotDone::of(&visit, error)) {
        Ok(persons) => persons,
        Err(problem) => {
            let problem = problem?;
            return Ok(again(&visit, id, name, &draft, problem.status, &problem.text));
        }
    };
    let title = visit.say("个人信息", "Personal data");
    let body = html! {
        h1 { (title) }
        p { a href=(address(id)) { (visit.say("返回案件", "Back to the case")) " " (name) } }
        (notice("warn", visit.say(
            "本次查阅已记入审计。请勿复制、截图或转告无关人员；离开本页后须重新说明原因。",
            "That you saw this is recorded. Copy nothing and tell nobody who need not know. When you leave this page, you \
             have to give a reason again.",
        )))
        (documents(&visit, &persons))
    };
    Ok(visit.page(title, &body))
}

/// Asks for the reason.
pub fn form(visit: &Visit, id: DeclarationId, draft: &Draft) -> Markup {
    html! {
        h2 #persons { (visit.say("个人信息", "Personal data")) }
        p { (visit.say(
            "姓名、证件号码、电话和地址已遮蔽。因履职需要查阅的，请说明原因；查阅会记入审计。",
            "Names, numbers, telephones and addresses are masked. If your duty needs them, say why. That you look is recorded.",
        )) }
        form.stacked method="post" action={ (address(id)) "/persons" } {
            (visit.form_token())
            (fields(visit, draft))
            button.quiet { (visit.say("查阅", "Show them")) }
        }
    }
}

/// The reason and its words.
pub(in crate::pages) fn fields(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        div {
            label for="persons-reason" { (visit.say("查阅原因", "Why you need them")) }
            select #persons-reason name="reason" required {
                option value="" { (visit.say("请选择", "Choose one")) }
                @for (code, zh, en) in REASONS {
                    option value=(code) selected[code == draft.reason] { (visit.say(zh, en)) }
                }
            }
        }
        div {
            label for="persons-words" { (visit.say("用途", "What for")) }
            p.hint #persons-words-hint { (visit.say(
                format!("{SHORTEST}至{LONGEST}字，会记入审计；请勿写入姓名、电话或证件号码。"),
                format!("{SHORTEST} to {LONGEST} characters, which are recorded: write no name and no number of a person."),
            )) }
            input #persons-words name="words" value=(draft.words) required minlength=(SHORTEST)
                maxlength=(LONGEST) autocomplete="off" aria-describedby="persons-words-hint";
        }
    }
}

/// The form once more, with what was wrong.
fn again(
    visit: &Visit,
    id: DeclarationId,
    name: &str,
    draft: &Draft,
    status: StatusCode,
    text: &str,
) -> Response {
    let title = visit.say("未显示个人信息", "Nothing was shown");
    let body = html! {
        h1 { (title) }
        (notice("bad", text))
        p { a href=(address(id)) { (visit.say("返回案件", "Back to the case")) " " (name) } }
        (form(visit, id, draft))
    };
    visit.page_with(status, title, &body)
}
