//! Why persons are not shown.

use tongguan_application::unmasking::{APPROVED_FOR_HOURS, BadReason, MOST_AT_ONCE, UnmaskError};

use super::{broken, words};
use crate::problem::Problem;
use crate::wording::Wording;

impl From<BadReason> for Problem {
    fn from(bad: BadReason) -> Self {
        let (pointer, why) = match bad {
            BadReason::Unknown => (
                "/reason",
                Wording::new("请选择查阅原因", format!("Choose why you need them: {bad}")),
            ),
            BadReason::Length => (
                "/words",
                Wording::new("请用4至200字说明用途", "Say in 4 to 200 characters what it is for"),
            ),
            BadReason::Personal => (
                "/words",
                Wording::new(
                    "用途会记入审计，请勿写入电话、证件号码或控制字符",
                    "What you write is recorded: leave out telephone and identity numbers and control characters",
                ),
            ),
        };
        Self::Field { pointer: pointer.to_owned(), why }
    }
}

impl From<UnmaskError> for Problem {
    fn from(error: UnmaskError) -> Self {
        let why = match error {
            UnmaskError::Unknown => return Self::NotFound,
            UnmaskError::BadList => {
                let why = Wording::new(
                    format!("请列出1至{MOST_AT_ONCE}份清单，每行一个编号"),
                    format!("List 1 to {MOST_AT_ONCE} declarations, a number on each line"),
                );
                return Self::Field { pointer: "/declarations".to_owned(), why };
            }
            UnmaskError::BadRefusal(bad) => {
                let why = words::bad_reason(&bad);
                return Self::Field { pointer: "/refusal".to_owned(), why };
            }
            UnmaskError::TooMany(most) => Wording::new(
                format!(
                    "您今天已查阅{most}份清单的个人信息；继续查阅属于批量查阅，请在“个人信息”页提出，由另一名关员批准"
                ),
                format!(
                    "You have seen the persons of {most} declarations today. More are a list: ask for it under Personal data, \
                     and another officer approves it"
                ),
            ),
            UnmaskError::OwnRequest => Wording::new(
                "您提出的查阅须由他人批准",
                "You have asked for it, so somebody else has to approve it",
            ),
            UnmaskError::Answered => {
                Wording::new("该请求已有人答复", "Somebody has answered it already")
            }
            UnmaskError::NotOpen => Wording::new(
                format!("该请求未获批准、已显示过，或批准已超过{APPROVED_FOR_HOURS}小时"),
                format!(
                    "It is not approved, was shown already, or was approved more than {APPROVED_FOR_HOURS} hours ago"
                ),
            ),
            error => return broken(&error),
        };
        Self::Refused(why)
    }
}
