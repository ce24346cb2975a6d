//! Checks of reports of movement.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::Law;
use super::rules::{CODE, DIRECTION, LINE_GAP, LINE_REPEATED, PARCEL_REPEATED, WEIGHT, WHOLE_BILL};
use crate::check::Findings;
use crate::defect::Defect;
use crate::ids::WaybillNumber;
use crate::movement::{ArrivalReport, DepartureReport, MasterBillLink, ReportedParcel};

/// Every finding in an arrival, with pointers below `pointer` (the document's element).
pub fn check_arrival(report: &ArrivalReport, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let direction = &*report.direction;
    findings.require(direction == "E", &DIRECTION, "ArrivalHead/ieFlag", direction);
    let named = !report.parcels.is_empty() || report.bill_no.is_some();
    findings.require(named, &WHOLE_BILL, "ArrivalHead/billNo", "");
    check_parcels(reported(&report.parcels), "ArrivalList", &mut findings);
    findings.defects
}

/// Every finding in a departure, with pointers below `pointer` (the document's element).
pub fn check_departure(report: &DepartureReport, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    check_parcels(reported(&report.parcels), "DepartureList", &mut findings);
    findings.defects
}

/// Every finding in a link, with pointers below `pointer` (the document's element).
pub fn check_master_bill(link: &MasterBillLink, law: Law<'_>, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let (mode, weight) = (&*link.transport_mode, link.gross_weight_kg);
    if law.pack.transport(mode, law.day).is_none() {
        let defect = findings.at(&CODE, "WayBillHead/trafMode");
        findings.defects.push(defect.found(mode).expected("运输方式"));
    }
    findings.require(weight > Decimal::ZERO, &WEIGHT, "WayBillHead/grossWeight", weight);
    let parcels = link.parcels.iter().map(|parcel| (parcel.number, &parcel.waybill_no));
    check_parcels(parcels, "WayBillList", &mut findings);
    findings.defects
}

fn reported(parcels: &[ReportedParcel]) -> impl Iterator<Item = (i32, &WaybillNumber)> + Clone {
    parcels.iter().map(|parcel| (parcel.number, &parcel.waybill_no))
}

fn check_parcels<'p>(
    parcels: impl Iterator<Item = (i32, &'p WaybillNumber)> + Clone,
    line: &str,
    findings: &mut Findings<'_>,
) {
    let numbers = parcels.clone().map(|(number, _)| number);
    findings.require_line_numbers(numbers, line, &LINE_REPEATED, &LINE_GAP);
    let mut seen = HashSet::new();
    for ((_, waybill_no), position) in parcels.zip(1..) {
        let number = waybill_no.as_str();
        let path = format!("{line}[{position}]/logisticsNo");
        findings.require(seen.insert(number), &PARCEL_REPEATED, &path, number);
    }
}
