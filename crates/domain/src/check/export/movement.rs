//! Checks of reports of movement.

use std::collections::HashSet;

use super::rules::{DIRECTION, LINE_GAP, LINE_REPEATED, PARCEL_REPEATED, WHOLE_BILL};
use crate::check::Findings;
use crate::defect::Defect;
use crate::movement::{ArrivalReport, DepartureReport, ReportedParcel};

/// Every finding in an arrival, with pointers below `pointer` (the document's element).
pub fn check_arrival(report: &ArrivalReport, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let direction = &*report.direction;
    findings.require(direction == "E", &DIRECTION, "ArrivalHead/ieFlag", direction);
    let named = !report.parcels.is_empty();
    findings.require(named, &WHOLE_BILL, "ArrivalList", "");
    check_parcels(&report.parcels, "ArrivalList", &mut findings);
    findings.defects
}

/// Every finding in a departure, with pointers below `pointer` (the document's element).
pub fn check_departure(report: &DepartureReport, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    check_parcels(&report.parcels, "DepartureList", &mut findings);
    findings.defects
}

fn check_parcels(parcels: &[ReportedParcel], line: &str, findings: &mut Findings<'_>) {
    let numbers = parcels.iter().map(|parcel| parcel.number);
    findings.require_line_numbers(numbers, line, &LINE_REPEATED, &LINE_GAP);
    let mut seen = HashSet::new();
    for (parcel, position) in parcels.iter().zip(1..) {
        let number = parcel.waybill_no.as_str();
        let path = format!("{line}[{position}]/logisticsNo");
        findings.require(seen.insert(number), &PARCEL_REPEATED, &path, number);
    }
}
