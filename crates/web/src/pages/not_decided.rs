//! Why something was not decided: what happened, why, what to do; on the page it was sent from.

use axum::http::StatusCode;
use tongguan_application::casework::ProposalError;
use tongguan_application::deciding::NotCommitted;
use tongguan_application::reception::NotTaken;
use tongguan_application::review::{BadReason, DecideError};

use super::shell::Visit;
use super::words;
use crate::problem::Problem;

/// Nothing was done, as whoever wanted it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDone {
    /// The status of the answer.
    pub status: StatusCode,
    /// Why, and what to do.
    pub text: String,
}

impl NotDone {
    fn conflict(visit: &Visit, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, text: visit.say(zh.into(), en.into()) }
    }
}

/// Why a reason cannot be given.
pub fn bad_reason(visit: &Visit, bad: &BadReason) -> NotDone {
    let text = match bad {
        BadReason::Empty => visit.say(
            "请选择原因，或用自己的话说明。".to_owned(),
            "Choose a reason, or say it in words of your own.".to_owned(),
        ),
        BadReason::TooLong(length) => visit.say(
            format!("说明有{length}字，最多500字。"),
            format!("The words have {length} characters; 500 is the most."),
        ),
        BadReason::Control => visit.say(
            "说明含有不能写入回执的字符。".to_owned(),
            "The words hold a character that cannot be written into a response.".to_owned(),
        ),
    };
    NotDone { status: StatusCode::UNPROCESSABLE_ENTITY, text }
}

/// Why a decision was not made.
///
/// # Errors
/// A problem of the service itself.
pub fn not_decided(visit: &Visit, error: DecideError) -> Result<NotDone, Problem> {
    let conflict = |zh: String, en: String| Ok(NotDone::conflict(visit, zh, en));
    match error {
        DecideError::Unknown(_) => Err(Problem::NotFound),
        DecideError::NotCommitted(why) => Err(not_committed(why)),
        DecideError::Review(_) => Err(Problem::Unavailable),
        DecideError::BadReason(bad) => Ok(bad_reason(visit, &bad)),
        DecideError::MovedOn(_) => conflict(
            "在您打开本页之后，此案已有新的进展（可能同事已作决定），您的决定未执行。请查看下方最新情况后再决定。".into(),
            "Since you opened this page the case has gone on: a colleague may have decided. Your decision was not \
             carried out. See below how it stands now, and decide again."
                .into(),
        ),
        DecideError::NotAllowed(why) => {
            let (zh, en) = words::ruling(why.ruling);
            conflict(
                format!("清单现处{}，不能“{zh}”。请查看下方最新情况。", why.at),
                format!("The declaration stands at {}, where this is not possible: {en}. See below how it stands.", why.at),
            )
        }
        DecideError::SecondNeeded => conflict(
            "扣留货物的放行须由两名关员决定：请提交复核。".into(),
            "Goods that customs keeps are let go by two officers: propose it.".into(),
        ),
        DecideError::SameOfficer(_) => conflict(
            "提议人或扣留人不能自行批准；请由他人复核。".into(),
            "Whoever proposed it or kept the goods cannot approve it; somebody else has to.".into(),
        ),
        DecideError::NoRate { hs_codes, declared_on } => conflict(
            format!("商品编码{}在{declared_on}没有税率，不能接受；请先导入税率。", hs_codes.join("、")),
            format!("There is no tax rate for {} on {declared_on}; import the rate first.", hs_codes.join(", ")),
        ),
        DecideError::Unlawful(defects) => {
            let zh: Vec<_> = defects.iter().map(|defect| defect.message_zh()).collect();
            let en: Vec<_> = defects.iter().map(|defect| defect.message_en()).collect();
            conflict(
                format!("按现行法规不能接受：{}", zh.join("；")),
                format!("By the law as it is now it cannot be accepted: {}", en.join("; ")),
            )
        }
        error @ (DecideError::Undecidable(_) | DecideError::BadOfficer(_)) => {
            Ok(refused(visit, &error))
        }
    }
}

/// Why nothing was proposed, approved or turned down.
///
/// # Errors
/// A problem of the service itself.
pub fn not_proposed(visit: &Visit, error: ProposalError) -> Result<NotDone, Problem> {
    match error {
        ProposalError::Decide(error) => not_decided(visit, error),
        ProposalError::BadReason(bad) => Ok(bad_reason(visit, &bad)),
        ProposalError::NoneWaits(_) => Ok(NotDone::conflict(
            visit,
            "此案没有等待复核的提议：可能已有人答复，或案件已有新的进展。",
            "No proposal waits here: somebody has answered it, or the case has gone on.",
        )),
        ProposalError::OneWaits(_) => Ok(NotDone::conflict(
            visit,
            "此案已有提议等待复核。",
            "A proposal about this case waits for an answer already.",
        )),
        ProposalError::NotNeeded => Ok(NotDone::conflict(
            visit,
            "此决定无需复核，可直接作出。",
            "This needs no second officer; decide it yourself.",
        )),
        ProposalError::Damaged { .. } | ProposalError::Storage(_) | ProposalError::Review(_) => {
            Err(Problem::Unavailable)
        }
    }
}

/// Nothing that waits was chosen, or no answer.
pub fn choose(visit: &Visit) -> NotDone {
    let text = visit.say(
        "请选择一项和答复；所选可能已由同事处理。",
        "Choose one and an answer; a colleague may have answered what you chose.",
    );
    NotDone { status: StatusCode::UNPROCESSABLE_ENTITY, text: text.to_owned() }
}

/// It does not fit where the matter stands.
pub fn refused(visit: &Visit, why: &dyn std::error::Error) -> NotDone {
    NotDone::conflict(visit, format!("未能执行：{why}"), format!("It was not carried out: {why}"))
}

/// What the desk did not take, or has not answered.
pub fn not_committed(why: NotCommitted) -> Problem {
    match why {
        NotCommitted::NotTaken(NotTaken::Full) => Problem::Busy,
        NotCommitted::NotKnownYet(_) | NotCommitted::Unanswered => Problem::OutcomeUnknown,
        NotCommitted::NotTaken(NotTaken::Closed)
        | NotCommitted::Batch(_)
        | NotCommitted::NotStored(_) => Problem::Unavailable,
    }
}
