//! Where an import declaration stands, and the ways from one place to the next.

use crate::allowance::{AllowanceKey, LimitedQuantity};
use crate::ids::DeclarationNumber;
use crate::money::Money;
use crate::status::ReturnStatus;
use crate::tax_bill::TaxDue;
use crate::time::Moment;

/// Where an import declaration (进口申报清单) stands.
///
/// Each variant holds what is true only then; the number in brackets is the wire's `returnStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportState {
    /// Stored at the port, not declared: editable, unmatched, nothing reserved. [1]
    Stored(Assessed),
    /// Lodged; waits for order, payment or waybill. [2]
    Waiting {
        /// What was found out when it was lodged.
        lodged: Lodged,
        /// When it is given up.
        expires_at: Moment,
    },
    /// Entered, and an officer has to look at the documents (人工审核). [300]
    InReview(Entered),
    /// Entered, and the goods have to be examined (查验). [500]
    UnderExamination(Entered),
    /// Reviewed; its parcel has not entered the supervised place (待入库). [399]
    AwaitingEntry(Entered),
    /// Reviewed; queues because the guarantee is too small (审结). [399]
    AwaitingGuarantee(Entered),
    /// Kept by customs (扣留). [501, 502, 503, 599]
    Detained {
        /// As it was entered.
        entered: Entered,
        /// To whom it was handed.
        by: Detention,
    },
    /// Put aside (挂起). [600]
    Suspended(Entered),
    /// The goods may leave (放行). [800]
    Released(Release),
    /// Closed (结关). Final. [899]
    Closed(Release),
    /// The goods go back (退运). Final. [700]
    ShippedBack(DeclarationNumber),
    /// Cancelled on request before its release (撤销); the same order may be declared anew. Final. [100]
    Cancelled(DeclarationNumber),
    /// Refused (退单); the same order may be declared anew. Final. [100]
    Refused,
    /// Deleted by its declarant. Final.
    Deleted,
}

/// What a declaration takes and owes, judged by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// What it owes; absent when a line has no rate, which is for an officer to see to.
    pub tax: Option<TaxDue>,
    /// What it takes of the yearly allowance: its dutiable value (完税价格).
    pub dutiable: Money,
    /// The yearly limit that applies to it (个人年度交易限值).
    pub annual_limit: Money,
    /// What it takes of lines of the positive list whose quantity is limited, one for each account.
    pub quantities: Vec<LimitedQuantity>,
    /// Whether the buyer's name and number are known to be a true pair.
    pub certified: bool,
}

/// What is settled when a declaration is lodged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lodged {
    /// What it holds of the buyer's yearly allowance.
    pub reservation: Reservation,
    /// The yearly limit that applies to it: needed again when it is released in another year.
    pub annual_limit: Money,
    /// What it owes; absent when a line has no rate, which is for an officer to see to.
    pub tax: Option<TaxDue>,
    /// Whether the buyer's name and number are known to be a true pair.
    pub certified: bool,
}

/// Part of a yearly allowance, in money and in quantities, held for one declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Whose, and of which year.
    pub key: AllowanceKey,
    /// How much.
    pub amount: Money,
    /// How much of lines of the positive list whose quantity is limited; mostly none.
    pub quantities: Vec<LimitedQuantity>,
}

/// An entered declaration (海关入库): it has a number and holds its allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// As it was lodged.
    pub lodged: Lodged,
}

/// A release (放行): it used its allowance, and its tax is held against the guarantee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// When.
    pub released_at: Moment,
    /// What it used of the yearly allowance, in the year it counts for.
    pub used: Reservation,
    /// What it owes.
    pub tax: TaxDue,
}

/// To whom detained goods are handed (扣留移送).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detention {
    /// Clearance (通关). [501]
    Clearance,
    /// The anti-smuggling bureau (缉私). [502]
    Investigation,
    /// The legal department (法规). [503]
    Legal,
    /// Elsewhere (其它). [599]
    Other,
}

impl Detention {
    /// The response's status.
    pub const fn status(self) -> ReturnStatus {
        match self {
            Self::Clearance => ReturnStatus::DetainedForClearance,
            Self::Investigation => ReturnStatus::DetainedForInvestigation,
            Self::Legal => ReturnStatus::DetainedForLegal,
            Self::Other => ReturnStatus::DetainedOtherwise,
        }
    }
}

impl ImportState {
    /// The status that describes the state.
    pub const fn status(&self) -> ReturnStatus {
        match self {
            Self::Stored(_) => ReturnStatus::Stored,
            Self::Waiting { .. } => ReturnStatus::Accepted,
            Self::InReview(_) => ReturnStatus::InReview,
            Self::UnderExamination(_) => ReturnStatus::Examined,
            Self::AwaitingEntry(_) | Self::AwaitingGuarantee(_) => ReturnStatus::Reviewed,
            Self::Detained { by, .. } => by.status(),
            Self::Suspended(_) => ReturnStatus::Suspended,
            Self::Released(_) => ReturnStatus::Released,
            Self::Closed(_) => ReturnStatus::Closed,
            Self::ShippedBack(_) => ReturnStatus::ShippedBack,
            Self::Cancelled(_) | Self::Refused | Self::Deleted => ReturnStatus::Refused,
        }
    }

    /// Whether nothing leads out of it any more. A cancelled, refused or deleted declaration makes room
    /// for a new attempt, which is a new declaration.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::ShippedBack(_)) || !self.is_live()
    }

    /// Whether it stands in the way of another declaration of the same order, and of changes to the
    /// documents that it rests on.
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::Cancelled(_) | Self::Refused | Self::Deleted)
    }

    /// What it holds of a yearly allowance, if it has not used it yet.
    pub const fn reservation(&self) -> Option<&Reservation> {
        match self {
            Self::Waiting { lodged, .. } => Some(&lodged.reservation),
            Self::InReview(entered)
            | Self::UnderExamination(entered)
            | Self::AwaitingEntry(entered)
            | Self::AwaitingGuarantee(entered)
            | Self::Suspended(entered)
            | Self::Detained { entered, .. } => Some(&entered.lodged.reservation),
            Self::Stored(_)
            | Self::Released(_)
            | Self::Closed(_)
            | Self::ShippedBack(_)
            | Self::Cancelled(_)
            | Self::Refused
            | Self::Deleted => None,
        }
    }

    /// What it owes, line by line, where it was assessed and still says so.
    pub const fn tax(&self) -> Option<&TaxDue> {
        match self {
            Self::Stored(assessed) => assessed.tax.as_ref(),
            Self::Waiting { lodged, .. } => lodged.tax.as_ref(),
            Self::InReview(entered)
            | Self::UnderExamination(entered)
            | Self::AwaitingEntry(entered)
            | Self::AwaitingGuarantee(entered)
            | Self::Suspended(entered)
            | Self::Detained { entered, .. } => entered.lodged.tax.as_ref(),
            Self::Released(release) | Self::Closed(release) => Some(&release.tax),
            Self::ShippedBack(_) | Self::Cancelled(_) | Self::Refused | Self::Deleted => None,
        }
    }

    /// The number that customs gave it, if any.
    pub const fn number(&self) -> Option<&DeclarationNumber> {
        match self {
            Self::InReview(entered)
            | Self::UnderExamination(entered)
            | Self::AwaitingEntry(entered)
            | Self::AwaitingGuarantee(entered)
            | Self::Suspended(entered)
            | Self::Detained { entered, .. } => Some(&entered.number),
            Self::Released(release) | Self::Closed(release) => Some(&release.number),
            Self::ShippedBack(number) | Self::Cancelled(number) => Some(number),
            Self::Stored(_) | Self::Waiting { .. } | Self::Refused | Self::Deleted => None,
        }
    }
}
