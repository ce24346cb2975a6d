//! The port's check (口岸核验): seal and vehicle are looked at, and the goods may leave or are stopped.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::transit::{self, Officer, Outcome, Shown, on_the_way};
use tongguan_domain::access::Standing;
use tongguan_domain::ids::{SealNumber, VehiclePlate};
use tongguan_domain::transit::{SealCondition, Sighting, TransitState};

use super::case;
use super::form::Sent;
use super::shell::{Visit, nothing};
use super::sound::Tone;
use super::words::{data, official};
use crate::Shared;
use crate::acting::act;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// What the officer sees.
#[derive(Debug, Default, Deserialize)]
pub struct Seen {
    #[serde(default)]
    seal: String,
    #[serde(default)]
    vehicle: String,
    /// `intact` or `broken`.
    #[serde(default)]
    condition: String,
    /// The seal or a declaration by the papers, where the seal on the vehicle is another one.
    #[serde(default)]
    papers: String,
}

/// Asks for seal and vehicle.
pub async fn page(visit: Visit) -> Response {
    shown(&visit, (&nothing(), None), &Seen::default(), StatusCode::OK)
}

/// Checks them against what was sealed.
pub async fn check(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(seen): Sent<Seen>,
) -> Result<Response, Problem> {
    let Standing::Customs { office, .. } = caller.standing else { return Err(Problem::NotFound) };
    let Some(sighting) = sighting(&seen) else {
        let why = (
            "请填写封志号、车牌并选择封志状况。",
            "Give seal and vehicle, and say how the seal is.",
        );
        let told = (&stop(&visit, why), Some(Tone::Stop));
        return Ok(shown(&visit, told, &seen, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let number = if seen.papers.trim().is_empty() { &seen.seal } else { &seen.papers };
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (number, now) = (number.clone(), shared.access.clock.now());
    let under_seal = blocking(move || enquiries.sealed(reach, &number, now)).await?;
    let waiting = on_the_way(&under_seal);
    if waiting.is_empty() {
        let (answer, tone) = nothing_there(&visit, &under_seal);
        return Ok(shown(&visit, (&answer, Some(tone)), &seen, StatusCode::OK));
    }
    let officer = Officer { name: caller.audit_name(), office };
    let outcomes =
        act(&shared, &caller, move |desk| transit::check(desk, &waiting, &sighting, &officer))
            .await?;
    let (answer, tone) = result(&visit, &outcomes);
    Ok(shown(&visit, (&answer, Some(tone)), &Seen::default(), StatusCode::OK))
}

fn sighting(seen: &Seen) -> Option<Sighting> {
    let condition = match seen.condition.as_str() {
        "intact" => SealCondition::Intact,
        "broken" => SealCondition::Broken,
        _ => return None,
    };
    let seal = SealNumber::parse(&seen.seal).ok()?;
    let vehicle = VehiclePlate::parse(&seen.vehicle).ok()?;
    Some(Sighting { seal, condition, vehicle })
}

fn shown(
    visit: &Visit,
    (answer, tone): (&Markup, Option<Tone>),
    seen: &Seen,
    status: StatusCode,
) -> Response {
    let title = visit.say("口岸核验", "Port check");
    let conditions = [("intact", ("完好", "Intact")), ("broken", ("破损", "Broken"))];
    let body = html! {
        h1 { (title) }
        (answer)
        form.stacked method="post" action="/port" {
            (visit.form_token())
            (seal_and_vehicle(visit, ("车上封志号", "Seal on the vehicle"), &seen.seal, &seen.vehicle))
            fieldset {
                legend { (visit.say("封志状况", "The seal is")) }
                @for (name, words) in conditions {
                    label.choice {
                        input type="radio" name="condition" value=(name) required checked[seen.condition == name];
                        span { (visit.language.of(words)) }
                    }
                }
            }
            div {
                label for="papers" { (visit.say("单证上的封志号或清单编号", "Seal or declaration by the papers")) }
                p.hint #papers-hint { (visit.say("仅在与车上封志号不同时填写", "Only where it is another than that on the vehicle")) }
                input #papers name="papers" value=(seen.papers) autocomplete="off" maxlength="60" aria-describedby="papers-hint";
            }
            button { (visit.say("核验", "Check")) }
        }
    };
    visit.terminal(status, title, &body, tone)
}

fn stop(visit: &Visit, why: (&'static str, &'static str)) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p.figure { (visit.say("停", "Stop")) }
            p { (visit.language.of(why)) }
        }
    }
}

/// No goods under that seal are on their way.
fn nothing_there(visit: &Visit, under_seal: &[Shown]) -> (Markup, Tone) {
    let has = |wanted: fn(&TransitState) -> bool| {
        under_seal.iter().any(|shown| wanted(&shown.transit.state))
    };
    if has(|state| matches!(state, TransitState::Stopped { .. })) {
        let why = (
            "这些货物已被拦停，须先查验。",
            "These goods were stopped and have to be examined first.",
        );
        return (stop(visit, why), Tone::Stop);
    }
    if has(|state| matches!(state, TransitState::Checked(_))) {
        let before = html! {
            div.notice.good role="status" {
                p.figure { (visit.say("已核验", "Checked before")) }
                p { (visit.say("此封志此前已核验放行。", "This seal was found in order before.")) }
            }
        };
        return (before, Tone::Good);
    }
    let why = (
        "没有此封志的在途货物。请按单证填写封志号或清单编号再核验。",
        "No goods under this seal are on their way here. Give the seal or a declaration by the papers and check again.",
    );
    (stop(visit, why), Tone::Stop)
}

fn result(visit: &Visit, outcomes: &[Outcome]) -> (Markup, Tone) {
    let is_in_order = |outcome: &Outcome| match &outcome.outcome {
        Ok(shown) => matches!(shown.transit.state, TransitState::Checked(_)),
        Err(_) => false,
    };
    let all = outcomes.iter().all(is_in_order);
    let (kind, words) = if all {
        ("good", ("放行", "In order: let it go"))
    } else {
        ("bad", ("停：途中监管异常", "Stop: not as it was sealed"))
    };
    let line = |shown: &Shown| {
        html! {
            @match &shown.transit.state {
                TransitState::Stopped { anomalies, .. } => {
                    @for anomaly in anomalies { span.tag.bad { (official(visit, (anomaly.zh(), anomaly.name()))) } " " }
                }
                _ => { (visit.say("无误", "in order")) }
            }
        }
    };
    told(visit, (kind, words), outcomes, ("未能核验：", "could not be checked: "), line)
}

/// The fields in which a seal, which is called so, and a vehicle are typed.
pub(super) fn seal_and_vehicle(
    visit: &Visit,
    words: (&'static str, &'static str),
    seal: &str,
    vehicle: &str,
) -> Markup {
    html! {
        div {
            label for="seal" { (visit.language.of(words)) }
            input #seal name="seal" value=(seal) autocomplete="off" maxlength="40" required;
        }
        div {
            label for="vehicle" { (visit.say("车牌号", "Vehicle plate")) }
            input #vehicle name="vehicle" value=(vehicle) autocomplete="off" maxlength="40" required;
        }
    }
}

/// What became of the goods of each declaration, under words of `kind`; `line` says how those stand about which
/// something was done.
pub(super) fn told(
    visit: &Visit,
    (kind, words): (&'static str, (&'static str, &'static str)),
    outcomes: &[Outcome],
    undone: (&'static str, &'static str),
    line: impl Fn(&Shown) -> Markup,
) -> (Markup, Tone) {
    let told = html! {
        div class={ "notice " (kind) } role="alert" {
            p.figure { (visit.language.of(words)) }
            ul { @for Outcome { declaration, outcome } in outcomes { li {
                @match outcome {
                    Ok(shown) => {
                        a href=(case::address(*declaration)) { (case::number(&shown.declaration)) } " " (line(shown))
                    }
                    Err(why) => {
                        a href=(case::address(*declaration)) { (declaration) } " "
                        (visit.language.of(undone)) (data(&why.to_string()))
                    }
                }
            } } }
        }
    };
    (told, Tone::of(kind))
}
