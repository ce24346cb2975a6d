//! Checks of requests to cancel a declaration.

use super::*;
use crate::cancellation::{CancellationRequest, ExportCancellation};
use crate::commerce::Action;
use crate::official::{cancellation as official, export};

/// Every finding in a request to cancel an import declaration, with pointers below `pointer` (the
/// document's element). The standard knows no change and no deletion of it.
pub fn check_cancellation(request: &CancellationRequest, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let action = request.filing.action;
    if action != Action::Create {
        let defect = findings.at(&official::PARAMETER, "appType").found(action.to_wire());
        findings.defects.push(defect.expected("1"));
    }
    if request.reason.trim().is_empty() {
        let defect = findings.at(&official::REASON_MISSING, "reason");
        findings.defects.push(defect);
    }
    findings.defects
}

/// Every finding in a request to cancel an export declaration, with pointers below `pointer`.
pub fn check_export_cancellation(request: &ExportCancellation, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    if request.reason.trim().is_empty() {
        let defect = findings.at(&export::CANCELLATION.parameter, "reason");
        findings.defects.push(defect.with("element", "reason").found("").expected("撤销原因"));
    }
    findings.defects
}
