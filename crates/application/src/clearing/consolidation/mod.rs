//! Consolidation (汇总申报) in clearing: its records, and the commands that carry it out.
//!
//! A request that came by message or command is a record; what it means is found and merged outside of
//! any transaction, portion by portion ([`crate::consolidation`]), and each [`Portion`] is one command:
//! formal declarations, the marks of the declarations in them, results and the request's own progress
//! are written together or not at all.

mod record;

pub use record::{
    Answers, FormalRecord, PartRecord, RequestKey, RequestRecord, ResultPart, Span, Terms,
};

use tongguan_domain::consolidation::{LeftOut, Reached};
use tongguan_domain::formal::FormalDeclaration;
use tongguan_domain::ids::{DeclarationNumber, DxpId, OfficeCode, PartyId, WaybillNumber};
use tongguan_storage::{ClosedExportKey, Partition};

/// What is to be done about consolidation, beside what messages ask for.
#[derive(Debug, Clone)]
pub enum Consolidating {
    /// The office opens a request of its own.
    Open(Opening),
    /// A portion of a request was merged.
    Portion(Portion),
}

impl Consolidating {
    /// Where the request lies.
    pub fn bucket(&self) -> Partition {
        match self {
            Self::Open(opening) => Partition::of_party(opening.merchant),
            Self::Portion(portion) => portion.request.bucket(),
        }
    }
}

/// A request that the office opens for a merchant.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Whose declarations; the request is in its name.
    pub merchant: PartyId,
    /// What is asked for.
    pub terms: Terms,
    /// Where its results go, if anywhere.
    pub mailbox: Option<DxpId>,
}

/// What was merged of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// The request.
    pub request: RequestKey,
    /// 申报地海关 of the request.
    pub office: OfficeCode,
    /// How far the request had come when this was read.
    pub from: Option<Reached>,
    /// How far it has come with this.
    pub to: Option<Reached>,
    /// Whether nothing is left behind it.
    pub last: bool,
    /// The formal declarations.
    pub forms: Vec<FormalDeclaration>,
    /// The declarations in them, in order of their numbers.
    pub merged: Vec<Merged>,
    /// Declarations that the request names and that are not in them, with the reason.
    pub left_out: Vec<(DeclarationNumber, LeftOut)>,
    /// Digest of the pack of law whose conditions it was merged by.
    pub pack: [u8; 16],
}

/// A declaration that went into formal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// Its row among those that left the country.
    pub closed: ClosedExportKey,
    /// How many returns of its goods were complete, and are left out, when it was merged.
    pub returns: i64,
}
