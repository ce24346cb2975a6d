//! What is kept until when, what is held, and what was erased (保存与销毁).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::Retained;
use tongguan_application::retention::{self, Hold, HoldError, Item, RecordClass, Stage};
use tongguan_application::review::{AnyDeclaration, Found};
use tongguan_domain::access::Permission;

use super::case;
use super::form::{Sent, go_to};
use super::shell::{Visit, nothing, notice, time};
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Path;
use crate::problem::Problem;
use crate::refusal::unheld;

/// Where it is shown.
const ADDRESS: &str = "/retention";

/// What is to be held, as the form sends it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    number: String,
    reason: String,
}

/// Why a hold is lifted.
#[derive(Debug, Deserialize)]
pub struct Lifting {
    reason: String,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    shown(&shared, &visit, &caller, (StatusCode::OK, nothing()), &Wanted::default()).await
}

/// Holds a declaration.
pub async fn hold(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let (reach, number) = (caller.reach(), wanted.number.clone());
    let Found::One(id) = blocking(move || enquiries.find(reach, &number, now)).await? else {
        let text = visit.say(
            "您可查看的范围内没有这一份清单。请输入清单编号或预录入编号。",
            "There is no single declaration of that number that you may see. Enter its own number.",
        );
        let told = (StatusCode::CONFLICT, notice("bad", text));
        return shown(&shared, &visit, &caller, told, &wanted).await;
    };
    let (enquiries, cause) = (Arc::clone(&shared.access.enquiries), caller.cause());
    let (reason, who) = (wanted.reason.clone(), caller.audit_name());
    let done = blocking(move || {
        let mut writer = enquiries.store().small_writer()?;
        settled(retention::hold(&mut writer, id, (&reason, &who), &cause, now))
    });
    match done.await? {
        Ok(_) => Ok(go_to("/retention#holds")),
        Err(why) => {
            let told = (StatusCode::CONFLICT, notice("bad", why.of(visit.language)));
            shown(&shared, &visit, &caller, told, &wanted).await
        }
    }
}

/// Lifts a hold.
pub async fn lift(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
    Sent(Lifting { reason }): Sent<Lifting>,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let (reach, cause, who) = (caller.reach(), caller.cause(), caller.audit_name());
    let done = blocking(move || {
        let known = retention::holds(enquiries.store())?;
        let Some(known) = known.into_iter().find(|hold| hold.n == n) else { return Ok(None) };
        if !enquiries.is_reached(reach, known.declaration_id)? {
            return Ok(None);
        }
        let mut writer = enquiries.store().small_writer()?;
        settled(retention::lift(&mut writer, n, (&reason, &who), &cause, now)).map(Some)
    });
    match done.await?.ok_or(Problem::NotFound)? {
        Ok(_) => Ok(go_to("/retention#holds")),
        Err(why) => {
            let told = (StatusCode::CONFLICT, notice("bad", why.of(visit.language)));
            shown(&shared, &visit, &caller, told, &Wanted::default()).await
        }
    }
}

/// What whoever asks can do something about, apart from what an operator has to see.
fn settled<T>(done: Result<T, HoldError>) -> Result<Result<T, crate::wording::Wording>, HoldError> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(error) => unheld(&error).map(Err).ok_or(error),
    }
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    (status, told): (StatusCode, Markup),
    wanted: &Wanted,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let reach = caller.reach();
    let retained = blocking(move || enquiries.retained(reach, now)).await?;
    let may_hold = caller.may(Permission::Approve);
    let title = visit.say("保存与销毁", "Retention");
    let body = html! {
        h1 { (title) }
        (told)
        p { (visit.say(
            "各月数据按法律规定的年限保存，到期后由系统运维销毁密钥并由可验证日志签署声明。",
            "Records are kept for the years that law names. When these are over, whoever runs the service destroys \
             their keys, and the verifiable log signs a statement.",
        )) }
        h2 { (visit.say("各月数据", "Of each month")) }
        (months(visit, &retained.items))
        h2 #holds { (visit.say("保全", "Holds")) }
        (holds(visit, &retained.holds, may_hold))
        @if may_hold { (form(visit, wanted)) }
        h2 { (visit.say("销毁声明", "Statements of what was erased")) }
        (statements(visit, &retained))
        h2 { (visit.say("归档月份", "Archived months")) }
        (archived(visit, &retained))
    };
    Ok(visit.page_with(status, title, &body))
}

fn months(visit: &Visit, items: &[Item]) -> Markup {
    if items.is_empty() {
        let text = visit.say(
            "尚未收到任何报文，没有需要保存的数据。",
            "Nothing was received yet, so nothing is kept.",
        );
        return html! { div.notice { p { (text) } } };
    }
    let caption = visit.say("各月数据", "Of each month");
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (visit.say("月份", "Month")) }
                th scope="col" { (visit.say("数据", "Records")) }
                th scope="col" { (visit.say("状态", "Standing")) }
            } }
            tbody { @for item in items { tr {
                th scope="row" { (item.month) }
                td { (class(visit, item.class)) }
                td { (stage(visit, &item.stage)) }
            } } }
        } }
    }
}

fn class(visit: &Visit, class: RecordClass) -> &'static str {
    visit.language.of(match class {
        RecordClass::Originals => ("报文原文", "messages as received"),
        RecordClass::Responses => ("回执", "responses"),
        RecordClass::Events => ("审结记录", "decisions"),
        RecordClass::Changes => ("变更记录", "changes of registers"),
    })
}

fn stage(visit: &Visit, stage: &Stage) -> Markup {
    match stage {
        Stage::NoLaw => {
            html! { (visit.say("法律未规定年限，一直保存", "kept: no law says how long")) }
        }
        Stage::Kept(kept) => html! {
            (visit.say("至少保存至 ", "kept at least until ")) (kept.last_day) " (" code { (kept.row) } ")"
        },
        Stage::Over(kept) | Stage::Due(kept) => html! {
            (visit.say("年限已满，待销毁：", "its years were over on ")) (kept.last_day) " (" code { (kept.row) } ")"
        },
        Stage::Open(open) => {
            html! { (open) " " (visit.say("票清单未结", "declarations are open")) }
        }
        Stage::Held(holds) => html! {
            (visit.say("因保全不销毁：", "kept by hold "))
            @for (place, n) in holds.iter().enumerate() { @if place > 0 { ", " } (n) }
        },
        Stage::Erased(at) => html! { (visit.say("已销毁 ", "erased ")) (time(*at)) },
    }
}

fn holds(visit: &Visit, holds: &[(Hold, AnyDeclaration)], may_hold: bool) -> Markup {
    if holds.is_empty() {
        let text = visit.say(
            "没有保全。案件、复议或查询需要的清单，请由主管在此保全，以免到期销毁。",
            "Nothing is held. What a case, an appeal or an enquiry needs, a supervisor holds here, lest it be erased.",
        );
        return html! { div.notice { p { (text) } } };
    }
    html! {
        ul { @for (hold, declaration) in holds { li {
            (hold.n) " · "
            a href=(case::address(hold.declaration_id)) { (case::number(declaration)) }
            " · " (data(&hold.set_by)) " " (time(hold.set_at)) ": " (data(&hold.reason))
            @if let (Some(by), Some(at), Some(why)) = (&hold.lifted_by, hold.lifted_at, &hold.lifted_for) {
                " · " (visit.say("已解除：", "lifted by ")) (data(by)) " " (time(at)) ": " (data(why))
            } @else if may_hold { (lifting(visit, hold)) }
        } } }
    }
}

fn lifting(visit: &Visit, hold: &Hold) -> Markup {
    let field = format!("lift-{}", hold.n);
    html! {
        form.row method="post" action={ (ADDRESS) "/holds/" (hold.n) "/lift" } {
            (visit.form_token())
            div {
                label for=(field) { (visit.say("解除原因", "Why it is lifted")) }
                input id=(field) name="reason" maxlength="500" required;
            }
            div { button { (visit.say("解除保全 ", "Lift hold ")) (hold.n) } }
        }
    }
}

fn form(visit: &Visit, wanted: &Wanted) -> Markup {
    html! {
        form method="post" action={ (ADDRESS) "/holds" } {
            (visit.form_token())
            h3 { (visit.say("保全一份清单", "Hold a declaration")) }
            div {
                label for="number" { (visit.say("清单编号", "Its number")) }
                input #number name="number" value=(wanted.number) maxlength="80" required;
            }
            div {
                label for="reason" { (visit.say("原因", "Reason")) }
                p.hint #reason-hint { (visit.say("案件、复议或查询的编号", "The case, appeal or enquiry")) }
                input #reason name="reason" value=(wanted.reason) maxlength="500" aria-describedby="reason-hint" required;
            }
            button { (visit.say("保全", "Hold it")) }
        }
    }
}

fn statements(visit: &Visit, retained: &Retained) -> Markup {
    if retained.erasures.is_empty() {
        let text = visit.say("尚未销毁任何数据。", "Nothing was erased yet.");
        return html! { div.notice { p { (text) } } };
    }
    html! {
        @for row in &retained.erasures { details {
            summary { (row.period) " " (row.class) " · " (time(row.erased_at)) }
            pre tabindex="0" { (row.statement) }
        } }
    }
}

fn archived(visit: &Visit, retained: &Retained) -> Markup {
    if retained.archived.is_empty() {
        let text = visit.say(
            "没有归档月份。系统运维以tongguan archive months归档。",
            "No month is archived. Whoever runs the service archives by tongguan archive months.",
        );
        return html! { div.notice { p { (text) } } };
    }
    html! {
        ul { @for row in &retained.archived { li {
            (row.period) " · " (row.parcels) " " (visit.say("票清单", "declarations"))
            " · " (time(row.archived_at)) " · " code { (row.location) }
        } } }
    }
}
