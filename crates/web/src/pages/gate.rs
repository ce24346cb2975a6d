//! The gate's terminal (卡口): a number is scanned, and whether it may pass is said in big words.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::gate::{AtGate, Passage, Verdict, What};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::status::ReturnStatus;

use super::passing::{self, Stand};
use super::shell::{Visit, nothing, time};
use super::sound::Tone;
use super::words::{data, official};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Of a vehicle with many parcels so many that may pass are listed; those that may not are, all of them.
const MOST: usize = 20;
/// So many passages are listed.
const LAST: i64 = 10;

/// What was scanned, or just recorded.
#[derive(Debug, Default, Deserialize)]
pub struct Scanned {
    #[serde(default)]
    q: String,
    #[serde(default)]
    passed: String,
}

/// Asks for a number, or says whether what has it may pass.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    headers: HeaderMap,
    Query(Scanned { q, passed }): Query<Scanned>,
) -> Result<Response, Problem> {
    let stand = Stand::of(&shared, &caller, &headers).await?;
    let number = q.trim().to_owned();
    if !number.is_empty() {
        return looked_up(&shared, &visit, &stand, (StatusCode::OK, &nothing()), number).await;
    }
    let passages = passages(&shared, &stand).await?;
    let told = passing::recorded(&visit, &passages, &passed);
    let tone = (!passed.is_empty()).then_some(Tone::Good);
    let panel = passing::panel(&visit, &stand, &passages);
    Ok(shown(&visit, (&told, &panel), StatusCode::OK, tone))
}

/// What a number at the gate is of, below what is told first.
pub(super) async fn looked_up(
    shared: &Shared,
    visit: &Visit,
    stand: &Stand,
    (status, told): (StatusCode, &Markup),
    number: String,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let wanted = number.clone();
    let checked = blocking(move || enquiries.checked_at_gate(&wanted, now)).await?;
    let passages = passages(shared, stand).await?;
    let panel = passing::panel(visit, stand, &passages);
    let tone = if checked.may_pass() { Tone::Good } else { Tone::Stop };
    let answer = html! {
        (told)
        @if checked.found.is_empty() { (unknown(visit, &number)) } @else {
            (verdict(visit, &number, &checked.found))
            (passing::form(visit, stand, &number, &checked))
        }
    };
    Ok(shown(visit, (&answer, &panel), status, Some(tone)))
}

/// What has passed last where somebody stands.
async fn passages(shared: &Shared, stand: &Stand) -> Result<Vec<Passage>, Problem> {
    let Some(at) = stand.at.clone() else { return Ok(Vec::new()) };
    let enquiries = Arc::clone(&shared.access.enquiries);
    blocking(move || enquiries.passages_at(&at, LAST)).await
}

fn may_pass(found: &[AtGate]) -> bool {
    found.iter().all(|one| one.verdict.may_pass())
}

fn shown(
    visit: &Visit,
    (answer, panel): (&Markup, &Markup),
    status: StatusCode,
    tone: Option<Tone>,
) -> Response {
    let title = visit.say("卡口", "Gate");
    let body = html! {
        h1 { (title) }
        (answer)
        form method="get" action="/gate" {
            label for="q" { (visit.say("扫描或输入车牌、运单、封志或核放单编号", "Scan or type a vehicle, waybill, seal or gate pass")) }
            input #q name="q" autocomplete="off" autofocus maxlength="80" enterkeyhint="go" required;
            button { (visit.say("查询", "Look it up")) }
        }
        (panel)
    };
    visit.terminal(status, title, &body, tone)
}

fn unknown(visit: &Visit, number: &str) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p.figure { (visit.say("停：查无此编号", "Stop: not known")) }
            p { (data(number)) ": " (visit.say(
                "没有该编号的放行记录。请核对编号，或询问海关。",
                "nothing of that number is known. Check the number, or ask customs.",
            )) }
        }
    }
}

fn verdict(visit: &Visit, number: &str, found: &[AtGate]) -> Markup {
    let (kind, words) = match (may_pass(found), found) {
        (true, [AtGate { what: What::Vehicle(_), .. }]) => {
            ("good", ("进区：放行", "Let it come in"))
        }
        (true, all) if all.iter().any(|one| matches!(one.verdict, Verdict::UnderSeal(..))) => {
            ("good", ("核对封志后放行", "Let it leave under its seal"))
        }
        (true, _) => ("good", ("放行", "Let it leave")),
        (false, _) => ("bad", ("停：不得放行", "Stop: it may not pass")),
    };
    let (held, free): (Vec<_>, Vec<_>) = found.iter().partition(|one| !one.verdict.may_pass());
    html! {
        div class={ "notice " (kind) } role=(if kind == "bad" { "alert" } else { "status" }) {
            p.figure { (visit.language.of(words)) }
            p { (data(number)) @if found.len() > 1 { ": " (free.len()) " / " (found.len()) " " (visit.say("可放行", "may pass")) } }
            ul { @for one in held.iter().chain(free.iter().take(MOST)) { li { (line(visit, one)) } } }
        }
    }
}

fn line(visit: &Visit, one: &AtGate) -> Markup {
    html! {
        @match &one.what {
            What::Parcel(_, number) => { (number) }
            What::Vehicle(pass) => { (visit.say("核放单", "Gate pass")) " " (pass) }
        }
        ": " (why(visit, &one.verdict))
        @if let Some(at) = one.arrived_at { " · " (visit.say("到达", "arrived")) " " (time(at)) }
    }
}

fn why(visit: &Visit, verdict: &Verdict) -> Markup {
    html! { @match verdict {
        Verdict::Released => { (visit.say("海关已放行", "released by customs")) }
        Verdict::UnderSeal(seal, vehicle) => {
            (visit.say("已放行，须凭封志", "released, under the seal ")) (data(seal.as_str()))
            (visit.say("、车辆", ", on the vehicle ")) (data(vehicle.as_str()))
            (visit.say("离场；封志或车辆不符时停", "; stop it where seal or vehicle is another"))
        }
        Verdict::NotReleased(ReturnStatus::Examined) => {
            (visit.say("待查验，未放行", "to be examined, not released"))
        }
        Verdict::NotReleased(status) if status.is_detained() || *status == ReturnStatus::Suspended => {
            (visit.say("海关扣留或挂起", "kept by customs"))
        }
        Verdict::NotReleased(status) => {
            (visit.say("未放行：", "not released: ")) (official(visit, status.title()))
        }
        Verdict::Stopped => { (visit.say("口岸拦停，须先查验", "stopped at the port; it has to be examined first")) }
        Verdict::PassGood => { (visit.say("已审批，等待车辆", "in order; its vehicle is awaited")) }
        Verdict::PassSpent(GatePassState::GivenUp) => { (visit.say("已作废", "given up")) }
        Verdict::PassSpent(_) => { (visit.say("已用过，不得再次使用", "used before; it is good once")) }
    } }
}
