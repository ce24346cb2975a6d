//! What stands at a gate, and what has passed it.

use serde::Serialize;
use tongguan_application::gate::{AtGate, Checked, Passage, Verdict, What};
use tongguan_domain::bonded::pass::GatePassState;
use utoipa::ToSchema;

/// What the check at a gate says (卡口).
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedAtGateView {
    /// Whether all of it may pass.
    may_pass: bool,
    /// Which way it would pass: `in` or `out`.
    way: &'static str,
    /// Stands for all of this: whoever records the passage sends it.
    seen: String,
    /// What has the number.
    found: Vec<AtGateView>,
    /// The last passage of any of it.
    last: Option<PassageView>,
}

/// Something that stands at a gate.
#[derive(Debug, Serialize, ToSchema)]
struct AtGateView {
    /// 清单编号 or 预录入编号 of a parcel.
    parcel: Option<String>,
    /// The gate pass of a vehicle.
    gate_pass: Option<String>,
    /// Whether it may pass.
    may_pass: bool,
    /// `released`, `under-seal`, `not-released`, `stopped`, `pass-good`, `pass-used` or `pass-given-up`.
    verdict: &'static str,
    /// The seal under which it may leave.
    seal: Option<String>,
    /// The vehicle on which it may leave.
    vehicle: Option<String>,
    /// 回执状态, where it is not released.
    status: Option<i32>,
    /// When it came to the place, where that was reported.
    arrived_at: Option<String>,
}

/// A passage through the gate of a supervised place (卡口通行).
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageView {
    /// Its number.
    n: i64,
    /// The code of the place.
    place: String,
    /// When.
    at: String,
    /// `in` or `out`.
    way: &'static str,
    /// The number that was scanned.
    number: String,
    /// The gate pass of the vehicle, where it was one.
    gate_pass: Option<String>,
    /// How many parcels passed.
    parcels: i64,
    /// Who recorded it.
    by: String,
}

impl CheckedAtGateView {
    /// Of a check.
    pub fn of(checked: &Checked) -> Self {
        Self {
            may_pass: checked.may_pass(),
            way: checked.way().name(),
            seen: checked.seen.clone(),
            found: checked.found.iter().map(AtGateView::of).collect(),
            last: checked.last.as_ref().map(PassageView::of),
        }
    }
}

impl AtGateView {
    fn of(one: &AtGate) -> Self {
        let (parcel, gate_pass) = match &one.what {
            What::Parcel(_, number) => (Some(number.clone()), None),
            What::Vehicle(pass) => (None, Some(pass.to_string())),
        };
        let (seal, vehicle) = match &one.verdict {
            Verdict::UnderSeal(seal, vehicle) => {
                (Some(seal.to_string()), Some(vehicle.to_string()))
            }
            _ => (None, None),
        };
        let status = match &one.verdict {
            Verdict::NotReleased(status) => Some(status.number()),
            _ => None,
        };
        Self {
            parcel,
            gate_pass,
            may_pass: one.verdict.may_pass(),
            verdict: verdict(&one.verdict),
            seal,
            vehicle,
            status,
            arrived_at: one.arrived_at.map(|at| at.to_string()),
        }
    }
}

const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Released => "released",
        Verdict::UnderSeal(..) => "under-seal",
        Verdict::NotReleased(_) => "not-released",
        Verdict::Stopped => "stopped",
        Verdict::PassGood => "pass-good",
        Verdict::PassSpent(GatePassState::GivenUp) => "pass-given-up",
        Verdict::PassSpent(_) => "pass-used",
    }
}

impl PassageView {
    /// Of a passage.
    pub fn of(passage: &Passage) -> Self {
        Self {
            n: passage.n,
            place: passage.place.to_string(),
            at: passage.at.to_string(),
            way: passage.way.name(),
            number: passage.number.clone(),
            gate_pass: passage.gate_pass.clone(),
            parcels: passage.parcels,
            by: passage.who.clone(),
        }
    }
}
