//! The same message again: whether a document is new, a change, a repetition, or refused.
//!
//! This is the table of `docs/reference/repetition.md`, row by row.

use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::official::export::Faults;
use tongguan_storage::planted::{Bug, planted};

use super::rules::{ENTRY_FIXED, ENTRY_ORIGINAL_MISSING, guid_reused};
use crate::clearing::incoming::FiledDocument;
use crate::clearing::record::{DocumentKind, DocumentRecord, DocumentState};

/// What a document is in the light of what is stored under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// To be stored: nothing live stands under the key.
    Admit,
    /// A change of what stands there.
    Change,
    /// The deletion of what stands there.
    Delete,
    /// The very same document: its responses are sent again.
    Repeat,
    /// Refused, and what stands under the key stays as it is.
    Refuse(Defect),
}

/// Why a document can be refused for what is stored.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Exists,
    Missing,
    Declared,
    Outdated,
    GuidReused,
}

impl Refusal {
    /// The rule among those of one kind of export document.
    const fn among(self, faults: &'static Faults) -> &'static Rule {
        match self {
            Self::Exists => &faults.duplicate,
            Self::Missing => &faults.original_missing,
            Self::Declared => &faults.fixed,
            Self::Outdated => &faults.outdated,
            Self::GuidReused => &faults.guid_reused,
        }
    }
}

/// The rule for a refusal of one kind of document, with the official number.
fn rule(kind: DocumentKind, refusal: Refusal) -> &'static Rule {
    use tongguan_domain::official::{
        cancellation, declaration, delivery, export, import_return, order, payment,
        warehouse_entry, waybill,
    };
    match (kind, refusal) {
        (_, Refusal::GuidReused) => guid_reused(kind),
        (DocumentKind::Order, Refusal::Exists) => &order::DUPLICATE,
        (DocumentKind::Order, Refusal::Missing) => &order::ORIGINAL_MISSING,
        (DocumentKind::Order, Refusal::Declared) => &order::ALREADY_DECLARED,
        (DocumentKind::Order, Refusal::Outdated) => &order::OUTDATED,
        (DocumentKind::Payment, Refusal::Exists) => &payment::DUPLICATE,
        (DocumentKind::Payment, Refusal::Missing) => &payment::ORIGINAL_MISSING,
        (DocumentKind::Payment, Refusal::Declared) => &payment::ALREADY_DECLARED,
        (DocumentKind::Payment, Refusal::Outdated) => &payment::OUTDATED,
        (DocumentKind::Waybill, Refusal::Exists) => &waybill::DUPLICATE,
        (DocumentKind::Waybill, Refusal::Missing) => &waybill::ORIGINAL_MISSING,
        (DocumentKind::Waybill, Refusal::Declared) => &waybill::ALREADY_DECLARED,
        // The specification has no number for an outdated waybill; −505016 says 物流报文.
        (DocumentKind::Waybill | DocumentKind::Delivery, Refusal::Outdated) => &delivery::OUTDATED,
        (DocumentKind::Delivery, Refusal::Exists | Refusal::Declared) => &delivery::DUPLICATE,
        (DocumentKind::Delivery, Refusal::Missing) => &delivery::OPERATION_UNKNOWN,
        (DocumentKind::ExportOrder, why) => why.among(&export::ORDER),
        (DocumentKind::Collection, why) => why.among(&export::COLLECTION),
        (DocumentKind::ExportWaybill, why) => why.among(&export::WAYBILL),
        (DocumentKind::Export, why) => why.among(&export::DECLARATION),
        (DocumentKind::Arrival, why) => why.among(&export::ARRIVAL),
        (DocumentKind::Departure, why) => why.among(&export::DEPARTURE),
        (DocumentKind::ExportReturn, why) => why.among(&export::RETURN),
        (DocumentKind::ReturnTally, why) => why.among(&export::TALLY),
        (DocumentKind::ExportCancellation, why) => why.among(&export::CANCELLATION),
        (DocumentKind::Cancellation, Refusal::Exists | Refusal::Declared) => {
            &cancellation::DUPLICATE
        }
        (DocumentKind::Cancellation, Refusal::Missing) => &cancellation::NO_SUCH_ROW,
        (DocumentKind::Cancellation, Refusal::Outdated) => &cancellation::LODGING_FAILED,
        (DocumentKind::Return, Refusal::Exists) => &import_return::DUPLICATE,
        (DocumentKind::Return, Refusal::Missing) => &import_return::NO_SUCH_ROW,
        (DocumentKind::Return, Refusal::Declared) => &import_return::CHANGE_NOT_ALLOWED,
        (DocumentKind::Return, Refusal::Outdated) => &import_return::LODGING_FAILED,
        (DocumentKind::MasterBill, why) => why.among(&export::MASTER_BILL_LINK),
        (DocumentKind::Consolidation, why) => why.among(&export::CONSOLIDATION),
        (DocumentKind::WarehouseEntry, Refusal::Exists) => &warehouse_entry::DUPLICATE,
        (DocumentKind::WarehouseEntry, Refusal::Missing) => &ENTRY_ORIGINAL_MISSING,
        (DocumentKind::WarehouseEntry, Refusal::Declared) => &ENTRY_FIXED,
        (DocumentKind::WarehouseEntry, Refusal::Outdated) => &warehouse_entry::OUTDATED,
        (DocumentKind::Declaration, Refusal::Exists) => &declaration::DUPLICATE,
        (DocumentKind::Declaration, Refusal::Missing) => &declaration::ORIGINAL_MISSING,
        (DocumentKind::Declaration, Refusal::Declared) => &declaration::CHANGE_NOT_ALLOWED,
        (DocumentKind::Declaration, Refusal::Outdated) => &declaration::LODGING_FAILED,
    }
}

/// The refusal with every value that a rule's text may name.
fn refuse(filed: &FiledDocument, refusal: Refusal) -> Admission {
    Admission::Refuse(
        Defect::at(rule(filed.key.kind, refusal), "")
            .with("guid", &filed.filing.guid)
            .with("declaration", &filed.name)
            .with("cause", "接收报文为旧报文数据，不做处理"),
    )
}

/// Admits `filed` in the light of what stands under its key. `fixed` says that what stands there can
/// no longer be changed: a declaration uses it, or it is a declaration that has gone too far.
pub fn admit(standing: Option<&DocumentRecord>, filed: &FiledDocument, fixed: bool) -> Admission {
    let action = filed.filing.action;
    let Some(standing) = standing else {
        return match action {
            Action::Create => Admission::Admit,
            Action::Change | Action::Delete => refuse(filed, Refusal::Missing),
        };
    };
    let is_declaration = matches!(filed.key.kind, DocumentKind::Declaration | DocumentKind::Export);
    let declares = filed.filing.stage == Stage::Declared;
    if standing.guid.same(&filed.filing.guid) {
        if standing.content == filed.content && !planted(Bug::AnswersCopiesAnew) {
            return Admission::Repeat;
        }
        // What was only stored may be edited, and is declared by sending it again with appStatus 2.
        if !(standing.state == DocumentState::Stored && declares) {
            return refuse(filed, Refusal::GuidReused);
        }
    }
    match (standing.state, action) {
        (DocumentState::Entered | DocumentState::Pending, Action::Create) => {
            refuse(filed, Refusal::Exists)
        }
        (DocumentState::Refused | DocumentState::Deleted, Action::Delete)
        | (DocumentState::Deleted, Action::Change) => refuse(filed, Refusal::Missing),
        // A refused declaration may be changed instead of being lodged anew (−621011, −621012).
        (DocumentState::Refused, Action::Change) if !is_declaration => {
            refuse(filed, Refusal::Missing)
        }
        _ if filed.filing.sent_at < standing.sent_at => refuse(filed, Refusal::Outdated),
        (DocumentState::Refused | DocumentState::Deleted, _) => Admission::Admit,
        (DocumentState::Stored, Action::Create) if !declares => refuse(filed, Refusal::Exists),
        (DocumentState::Entered | DocumentState::Pending, _) if fixed => {
            refuse(filed, Refusal::Declared)
        }
        (_, Action::Delete) => Admission::Delete,
        (_, Action::Create | Action::Change) => Admission::Change,
    }
}

#[cfg(test)]
mod tests;
