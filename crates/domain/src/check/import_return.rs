//! Checks of requests to return imported goods.

use std::collections::HashSet;

use super::*;
use crate::commerce::Action;
use crate::official::import_return as official;
use crate::returns::ReturnRequest;

/// Every finding in a request to return imported goods, with pointers below `pointer` (the document's
/// element). That its lines are lines of the declaration is for the declaration to say.
pub fn check_return(request: &ReturnRequest, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let name = request.reference.as_ref().map_or(request.filing.guid.as_str(), |r| r.as_str());
    if let Some(number) = &request.provisional_no
        && request.filing.action == Action::Create
    {
        let defect = findings.at(&official::PROVISIONAL_NUMBER_GIVEN, "InvtRefundHead/preNo");
        findings.defects.push(defect.found(number));
    }
    if request.items.is_empty() {
        let defect = findings.at(&official::LINES_MISSING, "InvtRefundList");
        findings.defects.push(defect.with("return", name));
    }
    let mut seen = HashSet::new();
    for (item, position) in request.items.iter().zip(1..) {
        let path = |field: &str| format!("InvtRefundList[{position}]/{field}");
        let mut parameter = |holds: bool, field: &str, found: String, expected: &str| {
            if !holds {
                let defect = findings.at(&official::PARAMETER, &path(field));
                findings.defects.push(defect.found(found).expected(expected));
            }
        };
        let number = item.number;
        parameter(seen.insert(number), "gnum", number.to_string(), "不重复的商品序号");
        let quantity = item.quantity;
        parameter(quantity > Decimal::ZERO, "qty", quantity.to_string(), "大于0");
    }
    findings.defects
}
