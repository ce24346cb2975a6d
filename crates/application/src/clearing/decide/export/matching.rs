//! Taking up an export declaration that waits: finding its documents, matching, and what follows.

use std::sync::Arc;

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ExportState;
use tongguan_domain::facts::{ExportOrderFacts, ExportWaybillFacts};
use tongguan_domain::ids::PartyId;
use tongguan_domain::matching::{ExportDocuments, compare_export};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quoted;

use super::case::ExportCase;
use super::lodging::accepted_text;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{
    ClaimKey, DocumentKey, DocumentKind, DocumentRecord, DocumentState, DossierKey, ExportRecord,
    Facts, Source,
};
use crate::clearing::working_set::Draft;

/// The documents that an export declaration still waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    order: bool,
    collection: bool,
    waybill: bool,
}

impl Missing {
    /// As bits, for the waiting row; the same bits as those of imports.
    pub const fn bits(self) -> i64 {
        self.order as i64 | (self.collection as i64) << 1 | (self.waybill as i64) << 2
    }

    /// Whether nothing is missing.
    pub const fn is_empty(self) -> bool {
        self.bits() == 0
    }

    /// Whether the waybill is.
    pub const fn waybill(self) -> bool {
        self.waybill
    }
}

/// Which documents of an export declaration do not exist, as real systems put it.
pub fn warning(record: &ExportRecord, missing: Missing) -> String {
    let names = [
        (missing.order, "订单信息"),
        (missing.collection, "收款单信息"),
        (missing.waybill, "运单信息"),
    ];
    let names: Vec<_> = names.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    let (merchant, order_no) = (record.answer.quote.get(Quoted::MERCHANT), &record.facts.order_no);
    format!("对应电商企业为[{merchant}]订单号为[{order_no}]{}不存在", names.join("、"))
}

/// Whether a declaration in this state uses its documents, so that they can no longer be changed.
pub fn is_declared(state: &ExportState) -> bool {
    state.is_live() && *state != ExportState::Stored
}

/// The export declaration of a merchant's order, whatever its state.
pub fn export_of<'d>(
    draft: &'d Draft<'_>,
    dossier: &DossierKey,
    merchant: PartyId,
) -> Option<&'d Arc<ExportRecord>> {
    let key = key_of(dossier, DocumentKind::Export, merchant);
    match draft.document(&key)?.facts.as_deref()? {
        Facts::Export(id) => draft.export(*id),
        _ => None,
    }
}

/// A document of a declaration that waits arrived: matches that once nothing is missing.
pub fn take_up(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    export: &Arc<ExportRecord>,
    cause: Source,
) -> Result<(), Undecidable> {
    if !matches!(export.state, ExportState::Waiting { .. }) {
        return Ok(());
    }
    let missing_now = missing(draft, circumstances.at, export);
    if missing_now == missing(&draft.before(), circumstances.at, export) {
        return Ok(());
    }
    let mut case = ExportCase::reopen(circumstances, export);
    if missing_now.is_empty() {
        settle(draft, circumstances, &mut case)?;
    } else {
        let accepted = accepted_text(&case.record, Action::Create);
        let text = format!("{accepted}; {}", warning(&case.record, missing_now));
        case.replying.say(ReturnStatus::Accepted, text);
    }
    case.close(draft, Cause::Document(cause));
    Ok(())
}

/// Which documents a declaration still waits for.
pub fn missing(draft: &Draft<'_>, at: Moment, export: &ExportRecord) -> Missing {
    Missing {
        order: order_of(draft, export).is_none(),
        collection: export.collection && !is_collected(draft, export),
        waybill: waybill_of(draft, at, export).is_none(),
    }
}

/// Matches a declaration whose documents are all there, and decides.
pub fn settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportCase,
) -> Result<(), Undecidable> {
    let order = order_of(draft, &case.record).map(Arc::clone);
    let waybill = waybill_of(draft, circumstances.at, &case.record).map(Arc::clone);
    let (Some(order), Some(waybill)) = (
        order.as_ref().and_then(|order| as_order(order)),
        waybill.as_ref().and_then(|waybill| as_waybill(waybill)),
    ) else {
        return Ok(());
    };
    let documents = ExportDocuments { order, waybill };
    let mismatches = compare_export(&case.record.facts, documents, "");
    if mismatches.is_empty() {
        return case.enter(draft, circumstances);
    }
    case.replying.say(ReturnStatus::Sent, "发送海关成功");
    case.refuse(draft, circumstances, &mismatches)
}

fn order_of<'d>(draft: &'d Draft<'_>, export: &ExportRecord) -> Option<&'d Arc<DocumentRecord>> {
    let dossier = &export.document.dossier;
    let key = key_of(dossier, DocumentKind::ExportOrder, export.facts.parties.merchant);
    draft.document(&key).filter(|document| document.state == DocumentState::Entered)
}

/// Whether the merchant collected something for the order.
fn is_collected(draft: &Draft<'_>, export: &ExportRecord) -> bool {
    let merchant = export.facts.parties.merchant;
    draft
        .documents(&export.document.dossier, DocumentKind::Collection)
        .iter()
        .any(|document| document.key.party == merchant && document.state == DocumentState::Entered)
}

fn waybill_of<'d>(
    draft: &'d Draft<'_>,
    at: Moment,
    export: &ExportRecord,
) -> Option<&'d Arc<DocumentRecord>> {
    let claim = draft.claim(&export.waybill_claim(), at);
    let ClaimKey { kind, party, number } = claim.key;
    let key = DocumentKey { dossier: claim.document?, kind, party, number };
    draft.document(&key).filter(|document| document.state == DocumentState::Entered)
}

/// The key of what an order number alone names.
fn key_of(dossier: &DossierKey, kind: DocumentKind, party: PartyId) -> DocumentKey {
    DocumentKey { dossier: dossier.clone(), kind, party, number: "".into() }
}

fn as_order(document: &DocumentRecord) -> Option<&ExportOrderFacts> {
    match document.facts.as_deref() {
        Some(Facts::ExportOrder(facts)) => Some(facts),
        _ => None,
    }
}

fn as_waybill(document: &DocumentRecord) -> Option<&ExportWaybillFacts> {
    match document.facts.as_deref() {
        Some(Facts::ExportWaybill(facts)) => Some(facts),
        _ => None,
    }
}
