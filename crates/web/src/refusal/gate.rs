//! Why a passage was not recorded.

use tongguan_application::gate::PassError;

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

/// What whoever stands at the gate can do something about; nothing where it is another matter.
pub fn unpassed(error: &PassError) -> Option<Wording> {
    Some(match error {
        PassError::OtherPlace => Wording::new(
            "该监管场所未登记为贵单位经营，或登记已到期。请选择所在场所，或联系主管海关。",
            "The place is not registered as yours, or its registration is over. Choose the place where you stand, or \
             ask the office that supervises it",
        ),
        PassError::Unknown => Wording::new(
            "没有该编号的记录。请核对编号，或询问海关。",
            "Nothing of that number is known. Check the number, or ask customs",
        ),
        PassError::Stopped => Wording::new(
            "不得放行，未予记录。",
            "It may not pass, and nothing was recorded. Stop it",
        ),
        PassError::MovedOn => Wording::new(
            "情况已变化，或刚刚已记录。请按现在显示的结果办理。",
            "It is not as it was shown any more, or was recorded just now. Go by what the check says now",
        ),
        PassError::Gate(_) | PassError::Storage(_) => return None,
    })
}

impl From<PassError> for Problem {
    fn from(error: PassError) -> Self {
        match (unpassed(&error), error) {
            (_, PassError::Unknown) => Self::NotFound,
            (Some(why), _) => Self::Refused(why),
            (None, error) => broken(&error),
        }
    }
}
