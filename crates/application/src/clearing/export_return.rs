//! Returns of exported goods, and the parcels in which they come back.

use std::sync::Arc;

use tongguan_domain::facts::ExportReturnFacts;
use tongguan_domain::ids::{
    FunctionalReference, OrderNumber, PartyId, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::readmission::{ExportReturnId, ExportReturnState};
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;

use super::record::{AnswerTo, ClaimKey, DocumentKey, DocumentKind, DossierKey};

/// A return of exported goods as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReturnRecord {
    /// Of which declaration, and which return of it.
    pub id: ExportReturnId,
    /// 预录入编号, given on first sight.
    pub provisional_no: ProvisionalNumber,
    /// What is kept of what it asks for.
    pub facts: Arc<ExportReturnFacts>,
    /// Where it stands.
    pub state: ExportReturnState,
    /// The tally of its goods, once they came.
    pub tally: Option<TallyPlace>,
    /// The order by which the goods are exchanged (换货), if they are.
    pub exchange: Option<OrderNumber>,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// What every response about it quotes, and who receives them.
    pub answer: Arc<AnswerTo>,
}

impl ExportReturnRecord {
    /// The document that it is.
    pub fn document(&self) -> DocumentKey {
        key_of(DocumentKind::ExportReturn, self.facts.merchant, &self.facts.reference)
    }

    /// The parcel in which its goods come back.
    pub fn parcel(&self) -> ReturnParcelKey {
        ReturnParcelKey { carrier: self.facts.carrier, waybill_no: self.facts.waybill_no.clone() }
    }
}

/// A parcel by the number on its label: of the waybill by which it left, or of the one by which it comes
/// back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReturnParcelKey {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
}

impl ReturnParcelKey {
    /// Where the parcel lies.
    pub fn bucket(&self) -> Partition {
        let kind = DocumentKind::ReturnTally.code();
        Partition::of_claim(kind, self.carrier, self.waybill_no.as_str())
    }
}

/// A parcel: a claim at which requests and tallies meet. A request that found its tally has left it, and so
/// has the tally, so that a part of the goods may come back later under the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnParcel {
    /// Its label.
    pub key: ReturnParcelKey,
    /// Returns whose goods are awaited, in order of arrival.
    pub awaited: Vec<ExportReturnId>,
    /// Tallies of goods for which nobody has asked, in order of arrival.
    pub tallies: Vec<TallyPlace>,
}

impl ReturnParcel {
    /// A parcel that nobody waits at.
    pub const fn vacant(key: ReturnParcelKey) -> Self {
        Self { key, awaited: Vec::new(), tallies: Vec::new() }
    }
}

/// Where a tally lies, and what is needed to answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyPlace {
    /// 监管场所经营人.
    pub operator: PartyId,
    /// 企业内部编号.
    pub reference: FunctionalReference,
    /// 预录入编号.
    pub provisional_no: ProvisionalNumber,
    /// When it was entered: the goods are back since then.
    pub entered_at: Moment,
    /// To whom its responses go, and what they quote.
    pub answer: Arc<AnswerTo>,
}

impl TallyPlace {
    /// The tally's document.
    pub fn document(&self) -> DocumentKey {
        key_of(DocumentKind::ReturnTally, self.operator, &self.reference)
    }
}

/// The key of a document that lies in the bucket of its sender's own number.
pub fn key_of(kind: DocumentKind, party: PartyId, reference: &FunctionalReference) -> DocumentKey {
    let claim = ClaimKey { kind, party, number: reference.as_str().into() };
    let dossier = DossierKey::of_claim(&claim);
    let ClaimKey { kind, party, number } = claim;
    DocumentKey { dossier, kind, party, number }
}
