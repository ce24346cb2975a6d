//! Taking up a declaration that waits: finding its documents, matching, and what follows.

use std::sync::Arc;

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::{OrderFacts, PaymentFacts, WaybillFacts};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::matching::{Documents, compare};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;

use super::case::{Case, waybill_claim};
use super::{Circumstances, Undecidable, declare};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{
    ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DocumentRecord, DocumentState,
    DossierKey, Facts, Source,
};
use crate::clearing::working_set::Draft;

/// The documents that a declaration still waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Missing {
    /// 订单.
    pub order: bool,
    /// 支付单.
    pub payment: bool,
    /// 运单.
    pub waybill: bool,
}

impl Missing {
    /// As bits, for the waiting row.
    pub const fn bits(self) -> i64 {
        self.order as i64 | (self.payment as i64) << 1 | (self.waybill as i64) << 2
    }

    /// Whether nothing is missing.
    pub const fn is_empty(self) -> bool {
        self.bits() == 0
    }

    /// The warning that real systems send, such as `对应电商平台为[…]订单号为[…]支付信息不存在`.
    pub fn warning(self, platform: &str, order_no: &str) -> String {
        let names =
            [(self.order, "订单信息"), (self.payment, "支付信息"), (self.waybill, "运单信息")];
        let names: Vec<_> = names.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        format!("对应电商平台为[{platform}]订单号为[{order_no}]{}不存在", names.join("、"))
    }
}

/// Whether a declaration in this state uses its documents, so that they can no longer be changed.
pub fn is_declared(state: &ImportState) -> bool {
    state.is_live() && !matches!(state, ImportState::Stored(_))
}

/// The declaration of a platform's order, whatever its state.
pub fn declaration_of<'d>(
    draft: &'d Draft<'_>,
    dossier: &DossierKey,
    platform: PartyId,
) -> Option<&'d Arc<DeclarationRecord>> {
    let key = DocumentKey {
        dossier: dossier.clone(),
        kind: DocumentKind::Declaration,
        party: platform,
        number: "".into(),
    };
    match draft.document(&key)?.facts.as_deref()? {
        Facts::Declaration(id) => draft.declaration(*id),
        _ => None,
    }
}

/// An order or payment arrived: takes up the declaration of that order.
pub fn take_up_order(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    dossier: &DossierKey,
    platform: PartyId,
    cause: Source,
) -> Result<(), Undecidable> {
    match declaration_of(draft, dossier, platform).cloned() {
        Some(declaration) => take_up(draft, circumstances, &declaration, cause),
        None => Ok(()),
    }
}

/// A waybill arrived that a declaration names: takes that up, or declares it where it was only stored,
/// the office wants it so, and somebody was charged with it.
pub fn waybill_arrived(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    cause: Source,
) -> Result<(), Undecidable> {
    let Some(declaration) = draft.declaration(id).cloned() else { return Ok(()) };
    if matches!(declaration.state, ImportState::Stored(_))
        && let Some(certificate) = declare::charged(circumstances, &declaration.facts)
    {
        let cause = Cause::Delegated { certificate, source: cause };
        return declare::declare_stored(draft, circumstances, id, cause);
    }
    take_up(draft, circumstances, &declaration, cause)
}

fn take_up(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    declaration: &Arc<DeclarationRecord>,
    cause: Source,
) -> Result<(), Undecidable> {
    if !matches!(declaration.state, ImportState::Waiting { .. }) {
        return Ok(());
    }
    let missing_now = missing(draft, circumstances.at, declaration);
    if missing_now == missing(&draft.before(), circumstances.at, declaration) {
        return Ok(());
    }
    let Some(mut case) = Case::reopen(draft, circumstances, declaration) else { return Ok(()) };
    if missing_now.is_empty() {
        settle(draft, circumstances, &mut case)?;
    } else {
        // Told anew, so that the last response says the same in whatever order documents come.
        let text = declare::waiting_text(declaration, Action::Create, missing_now);
        case.replying.say(ReturnStatus::Accepted, text);
    }
    case.close(draft, Cause::Document(cause));
    Ok(())
}

/// Which documents a declaration still waits for.
pub fn missing(draft: &Draft<'_>, at: Moment, declaration: &DeclarationRecord) -> Missing {
    Missing {
        order: order_of(draft, declaration).is_none(),
        payment: payment_of(draft, declaration, None).is_none(),
        waybill: waybill_of(draft, at, declaration).is_none(),
    }
}

/// Matches a declaration whose documents are all there, and decides.
pub fn settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut Case,
) -> Result<(), Undecidable> {
    let ImportState::Waiting { lodged, .. } = &case.record.state else { return Ok(()) };
    let order = order_of(draft, &case.record).map(Arc::clone);
    let named = order.as_ref().and_then(|order| as_order(order));
    let payment = payment_of(draft, &case.record, named).map(Arc::clone);
    let waybill = waybill_of(draft, circumstances.at, &case.record).map(Arc::clone);
    let documents = match (
        named,
        payment.as_ref().and_then(|payment| as_payment(payment)),
        waybill.as_ref().and_then(|waybill| as_waybill(waybill)),
    ) {
        (Some(order), Some(payment), Some(waybill)) => Documents { order, payment, waybill },
        _ => return Ok(()),
    };
    let mismatches = compare(&case.record.facts, documents, lodged.certified, "");
    if mismatches.is_empty() {
        return case.enter(draft, circumstances);
    }
    case.replying.say(ReturnStatus::Sent, "发送海关成功");
    case.refuse(draft, circumstances, &mismatches)
}

fn order_of<'d>(
    draft: &'d Draft<'_>,
    declaration: &DeclarationRecord,
) -> Option<&'d Arc<DocumentRecord>> {
    let key = DocumentKey {
        dossier: declaration.document.dossier.clone(),
        kind: DocumentKind::Order,
        party: declaration.facts.platform,
        number: "".into(),
    };
    draft.document(&key).filter(|document| document.state == DocumentState::Entered)
}

/// The payment of the declaration's order: the one that the order names, where it names one and that
/// one came; otherwise the first.
fn payment_of<'d>(
    draft: &'d Draft<'_>,
    declaration: &DeclarationRecord,
    order: Option<&OrderFacts>,
) -> Option<&'d Arc<DocumentRecord>> {
    let platform = declaration.facts.platform;
    let entered: Vec<_> = draft
        .documents(&declaration.document.dossier, DocumentKind::Payment)
        .into_iter()
        .filter(|document| document.state == DocumentState::Entered)
        .filter(|document| as_payment(document).is_some_and(|payment| payment.platform == platform))
        .collect();
    let is_named = |payment: &PaymentFacts, order: &OrderFacts| {
        order.payment_institution.is_none_or(|named| named == payment.institution)
            && order.payment_transaction.as_ref().is_none_or(|named| *named == payment.transaction)
    };
    let named = entered.iter().find(|document| {
        order.zip(as_payment(document)).is_some_and(|(order, payment)| is_named(payment, order))
    });
    named.or(entered.first()).copied()
}

fn waybill_of<'d>(
    draft: &'d Draft<'_>,
    at: Moment,
    declaration: &DeclarationRecord,
) -> Option<&'d Arc<DocumentRecord>> {
    let claim = draft.claim(&waybill_claim(&declaration.facts), at);
    let ClaimKey { kind, party, number } = claim.key;
    let key = DocumentKey { dossier: claim.document?, kind, party, number };
    draft.document(&key).filter(|document| document.state == DocumentState::Entered)
}

fn as_order(document: &DocumentRecord) -> Option<&OrderFacts> {
    match document.facts.as_deref() {
        Some(Facts::Order(facts)) => Some(facts),
        _ => None,
    }
}

fn as_payment(document: &DocumentRecord) -> Option<&PaymentFacts> {
    match document.facts.as_deref() {
        Some(Facts::Payment(facts)) => Some(facts),
        _ => None,
    }
}

fn as_waybill(document: &DocumentRecord) -> Option<&WaybillFacts> {
    match document.facts.as_deref() {
        Some(Facts::Waybill(facts)) => Some(facts),
        _ => None,
    }
}
