//! What pages and interface do at the gate of a supervised place in the same way: for whom somebody stands there,
//! and recording what passes.

use std::sync::Arc;

use tongguan_application::gate::{PassError, Passage, Passing};
use tongguan_domain::access::{Permission, Standing};
use tongguan_domain::ids::PartyId;
use tongguan_domain::place::SupervisedPlace;

use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;

/// The longest number that is looked for, in characters.
pub const LONGEST: usize = 80;
/// The most passages that are listed.
pub const MOST_LISTED: i64 = 100;

/// The party for which somebody works at a supervised place.
///
/// # Errors
/// [`Problem::NotPermitted`].
pub fn operator(caller: &Caller) -> Result<PartyId, Problem> {
    match caller.standing {
        Standing::Facility(operator) => Ok(operator),
        _ => Err(Problem::NotPermitted(Permission::ReportFacility)),
    }
}

/// The places that the party runs today, by code.
///
/// # Errors
/// [`Problem::Unavailable`].
pub async fn own(shared: &Shared, operator: PartyId) -> Result<Vec<SupervisedPlace>, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    blocking(move || enquiries.places_of(operator, now)).await
}

/// Records that something passes the gate of a place that the caller's party runs; or says why not.
///
/// # Errors
/// Whether it was recorded is not known.
pub async fn record(
    shared: &Shared,
    caller: &Caller,
    passing: Passing,
) -> Result<Result<Passage, PassError>, Problem> {
    let (operator, actor) = (operator(caller)?, caller.actor());
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    aside(move || enquiries.pass(&passing, operator, &actor, now)).await
}
