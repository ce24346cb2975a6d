//! Goods under seal on their way to the port.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongguan_application::transit::{self, Officer, Shown};
use tongguan_domain::access::Standing;
use tongguan_domain::ids::{SealNumber, VehiclePlate};
use tongguan_domain::transit::{SealCondition, Sighting};
use utoipa::ToSchema;

use super::body::{Given, wrong};
use super::part::Part;
use crate::Shared;
use crate::acting::{act, actor, named};
use crate::caller::{Caller, blocking};
use crate::problem::{Problem, json_answer};
use crate::views::transit::{OutcomesView, SealedView};

/// What goes or went under a seal.
#[derive(Debug, Serialize, ToSchema)]
struct TransitsView {
    /// Declarations.
    transits: Vec<SealedView>,
}

/// A sealing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealingGiven {
    /// The declarations: invtNo, preNo, orderNo or id of each.
    #[schema(example = json!(["29162026E000000341"]), min_items = 1, max_items = 1000)]
    declarations: Vec<String>,
    /// 封志号.
    #[schema(example = "FZ000001")]
    seal: String,
    /// 车牌号.
    #[schema(example = "浙A00001")]
    vehicle: String,
}

/// What the port's officer sees.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SightingGiven {
    /// The number of the seal on the vehicle; as it should be where absent.
    found: Option<String>,
    /// Whether the seal is broken.
    broken: bool,
    /// 车牌号 of the vehicle that came.
    #[schema(example = "浙A00001")]
    vehicle: String,
}

/// Show goods under seal
///
/// By the seal, or by a number of a declaration.
#[utoipa::path(
    get, path = "/api/v1/transits/{number}", tag = "officers", operation_id = "show_transit",
    params(("number" = String, Path, description = "A seal; or invtNo, preNo, orderNo or id.")),
    responses((status = 200, description = "What goes or went under it.", body = TransitsView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let found = found(&shared, &caller, number).await?;
    Ok(json_answer(&TransitsView { transits: found.iter().map(SealedView::of).collect() }))
}

/// Seal released goods
///
/// By an officer of the office that declared them. What cannot be sealed is named with its reason.
#[utoipa::path(
    post, path = "/api/v1/transits", tag = "officers", operation_id = "seal",
    request_body = SealingGiven,
    responses((status = 200, description = "What became of each.", body = OutcomesView)),
)]
pub async fn seal(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<SealingGiven>,
) -> Result<Response, Problem> {
    let seal =
        SealNumber::parse(&given.seal).map_err(|error| wrong("/seal", &error.to_string()))?;
    let vehicle = plate(&given.vehicle)?;
    if !(1..=1_000).contains(&given.declarations.len()) {
        return Err(wrong("/declarations", "1 to 1,000 are sealed at a time"));
    }
    let mut ids = Vec::with_capacity(given.declarations.len());
    for number in given.declarations {
        ids.push(named(&shared, caller.reach(), number).await?);
    }
    let officer = officer(&caller)?;
    let outcomes =
        act(&shared, &caller, move |desk| transit::seal(desk, &ids, &seal, &vehicle, &officer))
            .await?;
    Ok(json_answer(&OutcomesView::of(&outcomes)))
}

/// Say what seal and vehicle are like at the port
///
/// Of all parcels under the seal that are on their way.
#[utoipa::path(
    post, path = "/api/v1/transits/{number}/check", tag = "officers", operation_id = "check_seal",
    params(("number" = String, Path, description = "The seal that the goods were sealed with.")),
    request_body = SightingGiven,
    responses((status = 200, description = "What became of each.", body = OutcomesView)),
)]
pub async fn check(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<SightingGiven>,
) -> Result<Response, Problem> {
    let vehicle = plate(&given.vehicle)?;
    let seal = given.found.as_deref().map(SealNumber::parse).transpose();
    let seal = seal.map_err(|error| wrong("/found", &error.to_string()))?;
    let officer = officer(&caller)?;
    let found = found(&shared, &caller, number).await?;
    let expected = found.first().map(|first| first.transit.sealing.seal.clone());
    let mut ids = transit::on_the_way(&found);
    if ids.is_empty() {
        // So that each is answered with why it cannot be checked any more.
        ids = found.iter().map(|shown| shown.declaration.id()).collect();
    }
    let condition = if given.broken { SealCondition::Broken } else { SealCondition::Intact };
    let seal = seal.or(expected).ok_or(Problem::NotFound)?;
    let seen = Sighting { seal, condition, vehicle };
    let outcomes =
        act(&shared, &caller, move |desk| transit::check(desk, &ids, &seen, &officer)).await?;
    Ok(json_answer(&OutcomesView::of(&outcomes)))
}

async fn found(shared: &Shared, caller: &Caller, number: String) -> Result<Vec<Shown>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let found = blocking(move || enquiries.transits(reach, &number, now)).await?;
    if found.is_empty() { Err(Problem::NotFound) } else { Ok(found) }
}

fn plate(text: &str) -> Result<VehiclePlate, Problem> {
    VehiclePlate::parse(text).map_err(|error| wrong("/vehicle", &error.to_string()))
}

fn officer(caller: &Caller) -> Result<Officer, Problem> {
    match caller.standing {
        Standing::Customs { office, .. } => Ok(Officer { name: actor(caller), office }),
        _ => Err(Problem::NotFound),
    }
}
