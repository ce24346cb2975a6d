//! Sealing (施封): released goods are closed under a seal on a vehicle, many parcels at a time.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::transit::{self, Officer, Outcome, Shown};
use tongguan_domain::access::{Reach, Standing};
use tongguan_domain::ids::{DeclarationId, SealNumber, VehiclePlate};

use super::form::Sent;
use super::port;
use super::shell::{Visit, nothing};
use super::sound::Tone;
use super::words::data;
use crate::Shared;
use crate::acting::act;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// The most declarations that are sealed at a time.
const MOST: usize = 500;

/// Unclear numbers behind which no further one is looked for: one that is nobody's takes longest to look for.
const MOST_UNCLEAR: usize = 10;

/// What is sealed, with what.
#[derive(Debug, Default, Deserialize)]
pub struct Sealing {
    /// Numbers of declarations, orders or waybills, a line each: a scanner ends each with a line.
    #[serde(default)]
    numbers: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    vehicle: String,
}

/// What the numbers are.
struct Named {
    ids: Vec<DeclarationId>,
    /// What names no declaration, or several.
    unclear: Vec<String>,
}

/// Asks for the numbers, seal and vehicle.
pub async fn page(visit: Visit) -> Response {
    shown(&visit, (&nothing(), None), &Sealing::default(), StatusCode::OK)
}

/// Seals them, all or, where a number is not clear, none.
pub async fn seal(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(given): Sent<Sealing>,
) -> Result<Response, Problem> {
    let Standing::Customs { office, .. } = caller.standing else { return Err(Problem::NotFound) };
    let numbers: Vec<_> = given.numbers.split_whitespace().map(str::to_owned).collect();
    let with = (SealNumber::parse(given.seal.trim()), VehiclePlate::parse(given.vehicle.trim()));
    let (Ok(seal), Ok(vehicle)) = with else {
        let why = ("请填写封志号和车牌号。", "Give the seal and the plate of the vehicle.");
        return Ok(unsealed(&visit, why, &[], &given));
    };
    if !(1..=MOST).contains(&numbers.len()) {
        let why = (
            "请填写一至500个编号，每行一个。",
            "Give between one and 500 numbers, each on a line of its own.",
        );
        return Ok(unsealed(&visit, why, &[], &given));
    }
    let named = named(&shared, caller.reach(), numbers).await?;
    if !named.unclear.is_empty() {
        let why = (
            "以下编号不是您可查看的某一份清单。全部未施封；请改正后再施封。",
            "These numbers are not each of one declaration that you may see. Nothing was sealed; put them right first.",
        );
        return Ok(unsealed(&visit, why, &named.unclear, &given));
    }
    let officer = Officer { name: caller.audit_name(), office };
    let ids = named.ids;
    let outcomes =
        act(&shared, &caller, move |desk| transit::seal(desk, &ids, &seal, &vehicle, &officer))
            .await?;
    let (told, tone) = result(&visit, &outcomes);
    Ok(shown(&visit, (&told, Some(tone)), &Sealing::default(), StatusCode::OK))
}

async fn named(shared: &Shared, reach: Reach, numbers: Vec<String>) -> Result<Named, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let look = move || -> Result<_, EnquiryError> {
        let mut named = Named { ids: Vec::new(), unclear: Vec::new() };
        for number in numbers {
            if named.unclear.len() == MOST_UNCLEAR {
                break;
            }
            match enquiries.search(reach, &number, now)?.all().as_slice() {
                [one] if named.ids.contains(one) => {}
                [one] => named.ids.push(*one),
                _ => named.unclear.push(number),
            }
        }
        Ok(named)
    };
    blocking(look).await
}

fn unsealed(
    visit: &Visit,
    why: (&'static str, &'static str),
    unclear: &[String],
    given: &Sealing,
) -> Response {
    let told = html! {
        div.notice.bad role="alert" {
            p { (visit.language.of(why)) }
            @if !unclear.is_empty() { ul { @for number in unclear { li { (data(number)) } } } }
        }
    };
    shown(visit, (&told, Some(Tone::Stop)), given, StatusCode::UNPROCESSABLE_ENTITY)
}

fn shown(
    visit: &Visit,
    (answer, tone): (&Markup, Option<Tone>),
    given: &Sealing,
    status: StatusCode,
) -> Response {
    let title = visit.say("施封", "Sealing");
    let body = html! {
        h1 { (title) }
        (answer)
        form.stacked method="post" action="/sealing" {
            (visit.form_token())
            (port::seal_and_vehicle(visit, ("封志号", "Seal"), &given.seal, &given.vehicle))
            div {
                label for="numbers" { (visit.say("清单、订单或运单编号", "Declarations, orders or waybills")) }
                p.hint #numbers-hint { (visit.say(
                    "每行一个，最多500个，可逐个扫描；须已放行。",
                    "One on each line, at most 500; scan them one after the other. They have to be released.",
                )) }
                textarea #numbers name="numbers" rows="8" aria-describedby="numbers-hint" required { (given.numbers) }
            }
            button { (visit.say("施封", "Seal them")) }
        }
    };
    visit.terminal(status, title, &body, tone)
}

fn result(visit: &Visit, outcomes: &[Outcome]) -> (Markup, Tone) {
    let all = outcomes.iter().all(|outcome| outcome.outcome.is_ok());
    let (kind, words) = if all {
        ("good", ("已施封", "Sealed"))
    } else {
        ("bad", ("有货物未施封", "Not everything is sealed"))
    };
    let line = |shown: &Shown| {
        let sealing = &shown.transit.sealing;
        html! { (data(sealing.seal.as_str())) " · " (data(sealing.vehicle.as_str())) }
    };
    port::told(visit, (kind, words), outcomes, ("未能施封：", "could not be sealed: "), line)
}
