//! Why a guarantee was not changed.

use tongguan_application::guarantees::GuaranteeError;
use tongguan_domain::guarantee::{BadTerms, LONGEST_REFERENCE};

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

impl From<GuaranteeError> for Problem {
    fn from(error: GuaranteeError) -> Self {
        let field = |pointer: &str, why| Self::Field { pointer: pointer.to_owned(), why };
        match error {
            GuaranteeError::Unknown(_) | GuaranteeError::NoGuarantee(_) => Self::NotFound,
            GuaranteeError::BadReason(error) => error.into(),
            GuaranteeError::BadTerms(bad) => {
                let pointer = match bad {
                    BadTerms::BelowHeld { .. } => "/granted",
                    BadTerms::Inverted { .. } | BadTerms::Day(_) => "/valid_to",
                    BadTerms::Reference => "/reference",
                };
                field(pointer, bad_terms(&bad))
            }
            GuaranteeError::Storage(error) => broken(&error),
            error => Self::Refused(not_changed(&error)),
        }
    }
}

/// Why a guarantee cannot be so, and what to do instead.
pub fn bad_terms(bad: &BadTerms) -> Wording {
    match bad {
        BadTerms::BelowHeld { granted, held } => Wording::new(
            format!(
                "已占用{held}元，额度不能低于它（所填为{granted}元）。如不再占用新的税款，请提议暂停担保或更改其有效期。"
            ),
            format!(
                "CNY {held} is held against the guarantee, so its sum cannot be CNY {granted}. To have nothing more held, \
                 propose to suspend it or to end its term."
            ),
        ),
        BadTerms::Inverted { from, to } => Wording::new(
            format!("有效期止于{to}，早于其起始日{from}；请更正其中一日。"),
            format!("Its last day {to} lies before its first day {from}. Correct one of them."),
        ),
        BadTerms::Day(day) => Wording::new(
            format!("{day}不能作为担保的日期；请填写1900年至2999年之间的日期。"),
            format!("{day} is no day of a guarantee. Give one between 1900 and 2999."),
        ),
        BadTerms::Reference => Wording::new(
            format!("保函编号为一行文字，最多{LONGEST_REFERENCE}字。"),
            format!(
                "The number of the guarantee document is a line of at most {LONGEST_REFERENCE} characters."
            ),
        ),
    }
}

/// What stands against a change of a guarantee, and what to do.
pub fn not_changed(error: &GuaranteeError) -> Wording {
    match error {
        GuaranteeError::Answered(n) => Wording::new(
            format!("提议{n}已有答复。"),
            format!("Proposal {n} was answered already."),
        ),
        GuaranteeError::OneWaits(n) => Wording::new(
            format!("已有关于此担保的提议{n}待复核；请先答复。"),
            format!("Proposal {n} about this guarantee is open; have it answered first."),
        ),
        GuaranteeError::SamePerson(_) => Wording::new(
            "提议人不能复核自己的提议；须由另一人复核。",
            "Whoever has proposed it cannot approve it; somebody else has to.",
        ),
        GuaranteeError::NoChange => {
            Wording::new("现在已是如此，没有更改。", "It is so already: nothing would change.")
        }
        GuaranteeError::MovedOn => Wording::new(
            "提议之后此担保已有变动；请不采纳此提议，并按现状重新提议。",
            "The guarantee was changed since this was proposed. Turn it down, and have it proposed anew.",
        ),
        other => Wording::english(other),
    }
}
