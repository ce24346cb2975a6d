//! Checks of a delivery.

use super::*;
use crate::commerce::DeliveryStatus;

/// Every finding in `delivery`, with pointers below `pointer` (the document's element).
pub fn check_delivery(delivery: &DeliveryStatus, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let status = &*delivery.status;
    findings.require(status == "S", &DELIVERY_STATUS, "logisticsStatus", status);
    findings.defects
}
