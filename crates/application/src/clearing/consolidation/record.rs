//! Requests to consolidate, and the formal declarations that came of them, as they are kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_domain::consolidation::{GoodsNaming, Grouping, RequestState};
use tongguan_domain::formal::FormalDeclaration;
use tongguan_domain::ids::{
    ConsolidatedNumber, ConsolidationNumber, DeclarationNumber, DxpId, FormalDeclarationNumber,
    FunctionalReference, OfficeCode, PartyId, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::party::NamedParty;
use tongguan_domain::time::Moment;
use tongguan_storage::Partition;

use crate::clearing::record::{AnswerTo, ClaimKey, DocumentKey, DocumentKind, DossierKey};

/// The key of a request: the same in all its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// 申报企业: whose reference it is.
    pub declarant: PartyId,
    /// 企业内部编号 (`copNo`).
    pub reference: FunctionalReference,
}

impl RequestKey {
    /// Where the request lies.
    pub fn bucket(&self) -> Partition {
        Partition::of_party(self.declarant)
    }

    /// The document that a part of it is: each lies in a bucket of its own, as parts of reports do.
    pub fn part(&self, number: u32) -> DocumentKey {
        let kind = DocumentKind::Consolidation;
        let number = format!("{}/{number}", self.reference).into();
        let claim = ClaimKey { kind, party: self.declarant, number };
        let dossier = DossierKey::of_claim(&claim);
        let ClaimKey { kind, party, number } = claim;
        DocumentKey { dossier, kind, party, number }
    }
}

/// What a request asks for: the same in all its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// 申报地海关.
    pub office: OfficeCode,
    /// 申报企业.
    pub declarant: NamedParty,
    /// The registry id of the merchant.
    pub merchant_id: PartyId,
    /// 电商企业.
    pub merchant: NamedParty,
    /// 报关单位.
    pub formal_declarant: NamedParty,
    /// Which declarations are meant.
    pub span: Span,
    /// Which parties a formal declaration keeps apart.
    pub grouping: Grouping,
    /// Which names its lines keep apart.
    pub naming: GoodsNaming,
}

/// Which declarations a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Those that its parts name.
    Named,
    /// Those whose goods left in a period.
    Period {
        /// From then on.
        from: Moment,
        /// Until then, itself not included.
        until: Moment,
    },
}

/// A request to consolidate (汇总申请单) as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// Its key.
    pub key: RequestKey,
    /// 汇总申请编号.
    pub number: ConsolidationNumber,
    /// 预录入编号; none where the office opened it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// What it asks for.
    pub terms: Terms,
    /// How many parts it has.
    pub parts: u32,
    /// Those that came.
    pub arrived: BTreeSet<u32>,
    /// When its first part came: the law of that day holds.
    pub accepted_at: Moment,
    /// Where it stands.
    pub state: RequestState,
    /// Whom it answers.
    pub answers: Answers,
}

/// Whom a request answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// The document of that part: of those that came, the last by number, so that it does not matter in
    /// which order they came.
    Part(u32, Arc<AnswerTo>),
    /// Nobody, because the office opened it; its results go to a mailbox, if there is one.
    Mailbox(Option<DxpId>),
}

impl Answers {
    /// Who receives the results.
    pub fn mailboxes(&self) -> Vec<DxpId> {
        match self {
            Self::Mailbox(mailbox) => mailbox.iter().cloned().collect(),
            Self::Part(_, answer) => {
                let mut mailboxes = vec![answer.mailbox.clone()];
                for other in &answer.subscribers {
                    if !mailboxes.contains(other) {
                        mailboxes.push(other.clone());
                    }
                }
                mailboxes
            }
        }
    }
}

/// The numbers that a part of a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRecord {
    /// The request.
    pub key: RequestKey,
    /// 报文序号.
    pub part: u32,
    /// 清单编号 of each.
    pub numbers: Arc<[DeclarationNumber]>,
}

/// A formal declaration (报关单) with what it was made of. Never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormalRecord {
    /// 报关单编号.
    pub number: FormalDeclarationNumber,
    /// 汇总统一编号.
    pub consolidated_no: ConsolidatedNumber,
    /// 汇总申请编号: the request.
    pub request: ConsolidationNumber,
    /// When.
    pub made_at: Moment,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 申报企业.
    pub declarant: NamedParty,
    /// 电商企业.
    pub merchant: NamedParty,
    /// 报关单位.
    pub formal_declarant: NamedParty,
    /// Digest of the pack of law whose conditions it was merged by.
    pub pack: [u8; 16],
    /// The declarations that it was made of, each with its waybill's number.
    pub declarations: Vec<(DeclarationNumber, WaybillNumber)>,
    /// What it says.
    pub form: FormalDeclaration,
}

/// A part of the result (792) of a formal declaration, for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultPart {
    /// In whose sequence it stands.
    pub partition: Partition,
    /// 报关单编号.
    pub formal: FormalDeclarationNumber,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    /// Who receives it; at least one.
    pub mailboxes: Vec<DxpId>,
}
