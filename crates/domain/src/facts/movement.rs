//! Facts of reports of movement.

use crate::ids::{PartyId, WaybillNumber};
use crate::movement::{ArrivalReport, DepartureReport, ReportedParcel};
use crate::time::Moment;

/// What is kept of an arrival (运抵单) or departure (离境单) until it is decided: which parcels, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementFacts {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号 of each parcel.
    pub waybills: Vec<WaybillNumber>,
    /// When it happened.
    pub happened_at: Moment,
}

impl MovementFacts {
    /// The facts of an arrival, which happened when it was reported: the report says no other time.
    pub fn of_arrival(report: &ArrivalReport, carrier: PartyId) -> Self {
        let happened_at = report.filing.sent_at;
        Self { carrier, waybills: waybills(&report.parcels), happened_at }
    }

    /// The facts of a departure.
    pub fn of_departure(report: &DepartureReport, carrier: PartyId) -> Self {
        Self { carrier, waybills: waybills(&report.parcels), happened_at: report.left_at }
    }
}

fn waybills(parcels: &[ReportedParcel]) -> Vec<WaybillNumber> {
    parcels.iter().map(|parcel| parcel.waybill_no.clone()).collect()
}
