//! The same message again: whether a document is new, a change, a repetition, or refused.
//!
//! This is the table of `docs/reference/repetition.md`, row by row.

use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::defect::Rule;

use super::rules;
use crate::clearing::incoming::FiledDocument;
use crate::clearing::record::{DocumentKind, DocumentRecord, DocumentState};

/// What a document is in the light of what is stored under its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// To be stored: nothing live stands under the key, or what stands there was only stored.
    Admit,
    /// A change of what stands there.
    Change,
    /// The deletion of what stands there.
    Delete,
    /// The very same document: its responses are sent again.
    Repeat,
    /// Refused by this rule.
    Refuse(&'static Rule),
}

/// The refusals of one kind of document.
pub struct Refusals {
    exists: &'static Rule,
    missing: &'static Rule,
    declared: &'static Rule,
    old: &'static Rule,
    guid: &'static Rule,
}

impl Refusals {
    /// The refusals of `kind`.
    pub fn of(kind: DocumentKind) -> Self {
        use rules::*;
        let (exists, missing, declared, old, guid): (
            &'static Rule,
            &'static Rule,
            &'static Rule,
            &'static Rule,
            &'static Rule,
        ) = match kind {
            DocumentKind::Order => {
                (&ORDER_EXISTS, &ORDER_MISSING, &ORDER_DECLARED, &ORDER_OLD, &ORDER_GUID)
            }
            DocumentKind::Payment => {
                (&PAYMENT_EXISTS, &PAYMENT_MISSING, &PAYMENT_DECLARED, &PAYMENT_OLD, &PAYMENT_GUID)
            }
            DocumentKind::Waybill => {
                (&WAYBILL_EXISTS, &WAYBILL_MISSING, &WAYBILL_DECLARED, &WAYBILL_OLD, &WAYBILL_GUID)
            }
            DocumentKind::Delivery => (
                &DELIVERY_EXISTS,
                &DELIVERY_MISSING,
                &DELIVERY_EXISTS,
                &DELIVERY_OLD,
                &DELIVERY_GUID,
            ),
            DocumentKind::Declaration => (
                &DECLARATION_EXISTS,
                &DECLARATION_MISSING,
                &DECLARATION_UNCHANGEABLE,
                &DECLARATION_OLD,
                &DECLARATION_GUID,
            ),
        };
        Self { exists, missing, declared, old, guid }
    }
}

/// Admits `filed` in the light of what stands under its key. `fixed` says that what stands there can
/// no longer be changed: a declaration uses it, or it is a declaration that has gone too far.
pub fn admit(standing: Option<&DocumentRecord>, filed: &FiledDocument, fixed: bool) -> Admission {
    let refusals = Refusals::of(filed.key.kind);
    let action = filed.filing.action;
    let Some(standing) = standing else {
        return match action {
            Action::Create => Admission::Admit,
            Action::Change | Action::Delete => Admission::Refuse(refusals.missing),
        };
    };
    if standing.guid.same(&filed.filing.guid) {
        return if standing.content == filed.content {
            Admission::Repeat
        } else {
            Admission::Refuse(refusals.guid)
        };
    }
    let older = filed.filing.sent_at < standing.sent_at;
    match (standing.state, action) {
        (DocumentState::Refused | DocumentState::Deleted, Action::Create) if !older => {
            Admission::Admit
        }
        // A refused declaration may be changed instead of being lodged anew (−621011, −621012).
        (DocumentState::Refused, Action::Change)
            if !older && filed.key.kind == DocumentKind::Declaration =>
        {
            Admission::Admit
        }
        (DocumentState::Refused | DocumentState::Deleted, Action::Change | Action::Delete) => {
            Admission::Refuse(refusals.missing)
        }
        (DocumentState::Entered, Action::Create) => Admission::Refuse(refusals.exists),
        _ if older => Admission::Refuse(refusals.old),
        // What was only stored is declared by sending it again with appStatus 2.
        (DocumentState::Stored, Action::Create) if filed.filing.stage == Stage::Declared => {
            Admission::Change
        }
        (DocumentState::Stored, Action::Create) => Admission::Refuse(refusals.exists),
        (_, _) if fixed => Admission::Refuse(refusals.declared),
        (_, Action::Delete) => Admission::Delete,
        (_, _) => Admission::Change,
    }
}
