//! Why a declaration is not held, or a hold not lifted.

use tongguan_application::retention::{HoldError, RetentionError};

use super::{bad_reason, broken};
use crate::problem::Problem;
use crate::wording::Wording;

/// What whoever asks can do something about; nothing where it is another matter.
pub fn unheld(error: &HoldError) -> Option<Wording> {
    Some(match error {
        HoldError::Reason(bad) => bad_reason(bad),
        HoldError::NoDeclaration(_) => {
            Wording::new("没有这一份清单。", "There is no such declaration.")
        }
        HoldError::Held { n, .. } => Wording::new(
            format!("该清单已由第{n}号保全。"),
            format!("The declaration is held already, by hold {n}."),
        ),
        HoldError::NoHold(_) => Wording::new(
            "该保全已解除，或从未有过。请刷新页面查看。",
            "The hold was lifted already, or there never was one. Reload the page to see.",
        ),
        HoldError::Storage(_) | HoldError::Review(_) => return None,
    })
}

impl From<RetentionError> for Problem {
    fn from(error: RetentionError) -> Self {
        broken(&error)
    }
}
