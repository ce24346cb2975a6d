//! The documents of a declaration, how they fit, and what was told.

use serde::Serialize;
use tongguan_application::clearing::record::{DocumentKind, DocumentRecord, DocumentState, Facts};
use tongguan_application::review::{Matching, Told};
use tongguan_domain::defect::Defect;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::named;

/// A document that came.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// Which: `order`, `payment`, `waybill` and so on.
    document: &'static str,
    /// `stored`, `entered`, `refused`, `deleted` or `pending`.
    state: &'static str,
    /// Whose: code and name.
    party: String,
    /// Its own number, where it has one besides that of the order.
    number: Option<String>,
    /// What was paid, of orders and payments.
    paid: Option<String>,
    /// 系统唯一序号.
    guid: String,
    /// When its sender says that it was sent.
    sent_at: String,
    /// The number that its message was received under.
    message: String,
}

/// A document that came, and the order that it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentDocumentView {
    /// 订单编号, where the document says it.
    order_no: Option<String>,
    #[serde(flatten)]
    document: DocumentView,
}

/// How a declaration fits its documents.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchingView {
    /// The documents that have not come.
    missing: Vec<&'static str>,
    /// What differs, once all have come; the first one decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatches: Option<Vec<MismatchView>>,
}

/// A difference between a declaration and its documents.
#[derive(Debug, Serialize, ToSchema)]
struct MismatchView {
    /// The rule's name.
    code: &'static str,
    /// In Chinese.
    message_zh: String,
    /// In English.
    message_en: String,
}

/// A status that was told (回执).
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldView {
    /// 回执时间.
    at: String,
    /// 回执状态.
    status: i32,
    /// 回执信息.
    text: String,
}

impl DocumentView {
    /// Of a document; `registry` names its party.
    pub fn of(document: &DocumentRecord, registry: &Registry) -> Self {
        let paid = match document.facts.as_deref() {
            Some(Facts::Order(order)) => Some(order.paid.to_string()),
            Some(Facts::Payment(payment)) => Some(payment.amount.to_string()),
            Some(Facts::ExportOrder(order)) => {
                Some(format!("{} {}", order.goods_value, order.currency))
            }
            _ => None,
        };
        let number = Some(&*document.key.number).filter(|number| !number.is_empty());
        Self {
            document: kind(document.key.kind),
            state: state(document.state),
            party: named(registry, document.key.party),
            number: number.map(ToString::to_string),
            paid,
            guid: document.guid.to_string(),
            sent_at: document.sent_at.to_string(),
            message: document.source.message.to_string(),
        }
    }
}

impl SentDocumentView {
    /// Of a document; `registry` names its party.
    pub fn of(document: &DocumentRecord, registry: &Registry) -> Self {
        let order_no = Some(&*document.key.dossier.order_no).filter(|number| !number.is_empty());
        Self {
            order_no: order_no.map(ToString::to_string),
            document: DocumentView::of(document, registry),
        }
    }
}

impl MatchingView {
    /// Of a match.
    pub fn of(matching: &Matching) -> Self {
        match matching {
            Matching::Missing(kinds) => {
                let missing = kinds.iter().map(|missing| kind(*missing)).collect();
                Self { missing, mismatches: None }
            }
            Matching::Compared(defects) => {
                let mismatches = Some(defects.iter().map(MismatchView::of).collect());
                Self { missing: Vec::new(), mismatches }
            }
        }
    }
}

impl MismatchView {
    fn of(defect: &Defect) -> Self {
        Self {
            code: defect.rule.code,
            message_zh: defect.message_zh(),
            message_en: defect.message_en(),
        }
    }
}

impl ToldView {
    /// Of what was told.
    pub fn of(told: &Told) -> Self {
        Self { at: told.at.to_string(), status: told.status, text: told.text.clone() }
    }
}

/// How a document stands.
pub const fn state(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Stored => "stored",
        DocumentState::Entered => "entered",
        DocumentState::Refused => "refused",
        DocumentState::Deleted => "deleted",
        DocumentState::Pending => "pending",
    }
}

/// What a kind of document is called.
pub const fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Order => "order",
        DocumentKind::Payment => "payment",
        DocumentKind::Waybill => "waybill",
        DocumentKind::Delivery => "delivery",
        DocumentKind::Declaration => "declaration",
        DocumentKind::ExportOrder => "export-order",
        DocumentKind::Collection => "collection",
        DocumentKind::ExportWaybill => "export-waybill",
        DocumentKind::Export => "export-declaration",
        DocumentKind::Arrival => "arrival-report",
        DocumentKind::Departure => "departure-report",
        DocumentKind::ExportReturn => "export-return",
        DocumentKind::ReturnTally => "return-tally",
        DocumentKind::Cancellation => "cancellation",
        DocumentKind::Return => "return",
        DocumentKind::ExportCancellation => "export-cancellation",
        DocumentKind::MasterBill => "master-bill-link",
        DocumentKind::Consolidation => "consolidation-request",
        DocumentKind::WarehouseEntry => "warehouse-entry",
    }
}

/// The kind of document that is called so.
pub fn kind_named(name: &str) -> Option<DocumentKind> {
    DocumentKind::ALL.into_iter().find(|it| kind(*it) == name)
}
