//! A declaration: what it says, where it stands, and how it came there.

use serde::Serialize;
use tongguan_application::review::{Decided, Direction, Particulars, Picture};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::documents::{DocumentView, MatchingView, ToldView};
use super::export::ExportView;
use super::hex;
use super::import::{ImportView, TaxView};

/// Everything that is stored about a declaration (清单), import or export.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclarationView {
    /// The number that Tongguan has of it.
    id: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 预录入编号.
    pre_no: String,
    /// 清单编号, once it has one.
    invt_no: Option<String>,
    /// 回执状态: where it stands.
    status: i32,
    /// The law that it was judged by: the digest of the pack.
    pack: String,
    /// The mailbox in which its sender is answered.
    mailbox: String,
    /// When it was first seen.
    lodged_at: String,
    /// Since when it stands so.
    since: String,
    /// The documents of its order and waybill, as far as they came.
    documents: Vec<DocumentView>,
    /// How the documents fit.
    matching: MatchingView,
    /// Every status that it was given, in order.
    responses: Vec<ToldView>,
    #[serde(flatten)]
    particulars: ParticularsView,
}

/// What only an import or only an export has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum ParticularsView {
    Import(Box<ImportView>),
    Export(Box<ExportView>),
}

impl DeclarationView {
    /// Of a picture; `registry` names the parties.
    pub fn of(picture: &Picture, registry: &Registry) -> Self {
        let (id, direction, pre_no, invt_no, status, pack, mailbox) = match &picture.particulars {
            Particulars::Import { record, .. } => (
                record.id,
                Direction::Import,
                &record.provisional_no,
                record.state.number(),
                record.state.status(),
                &record.pack,
                &record.answer.mailbox,
            ),
            Particulars::Export { record, .. } => (
                record.id,
                Direction::Export,
                &record.provisional_no,
                record.state.number(),
                record.state.status(),
                &record.pack,
                &record.answer.mailbox,
            ),
        };
        Self {
            id: id.to_string(),
            direction: direction.name(),
            pre_no: pre_no.to_string(),
            invt_no: invt_no.map(ToString::to_string),
            status: status.number(),
            pack: hex(pack),
            mailbox: mailbox.to_string(),
            lodged_at: picture.lodged_at.to_string(),
            since: picture.since.to_string(),
            documents: picture.documents.iter().map(|it| DocumentView::of(it, registry)).collect(),
            matching: MatchingView::of(&picture.matching),
            responses: picture.told.iter().map(ToldView::of).collect(),
            particulars: ParticularsView::of(&picture.particulars, registry),
        }
    }
}

impl ParticularsView {
    fn of(particulars: &Particulars, registry: &Registry) -> Self {
        match particulars {
            Particulars::Import { record, dutiable, tax, bills } => {
                Self::Import(Box::new(ImportView::of(record, *dutiable, *tax, bills, registry)))
            }
            Particulars::Export { record, value, arrived_at, quarantine, transit } => {
                let of = ExportView::of(record, value, registry);
                Self::Export(Box::new(of.with(*arrived_at, *quarantine, transit.as_ref())))
            }
        }
    }
}

/// What a decision led to, or declaring.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    /// The number that Tongguan has of the declaration.
    id: String,
    /// Where it stands now.
    status: i32,
    /// The tax, where it had none and was assessed again.
    assessed: Option<TaxView>,
    /// What was told, in order.
    responses: Vec<ToldView>,
}

impl DecidedView {
    /// Of what was decided.
    pub fn of(id: DeclarationId, decided: &Decided) -> Self {
        Self {
            id: id.to_string(),
            status: decided.status.number(),
            assessed: decided.assessed.as_ref().map(TaxView::of),
            responses: decided.told.iter().map(ToldView::of).collect(),
        }
    }
}
