//! Why a request about a parcel is not prepared.

use tongguan_application::unmasking::{
    LONGEST_REASON, LONGEST_REFERENCE, NotAskable, PrepareError, UnmaskError,
};

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

impl From<PrepareError> for Problem {
    fn from(error: PrepareError) -> Self {
        let field = |pointer: &str, why| Self::Field { pointer: pointer.to_owned(), why };
        match error {
            PrepareError::Unknown => Self::NotFound,
            PrepareError::NotAskable(why) => Self::Refused(not_askable(&why)),
            PrepareError::NotDeclarer => Self::Refused(Wording::new(
                "该申请只能由清单的申报企业或电商企业提出",
                "Only the declarant and the merchant of a declaration ask for that",
            )),
            PrepareError::NoMailbox => Self::Refused(Wording::new(
                "贵单位没有登记信箱，回执无处送达；请先向主管海关登记信箱",
                "Your registration names no mailbox for the answer. Ask your customs office to register one",
            )),
            PrepareError::NotKept => Self::Refused(Wording::new(
                "清单原文保存期已过，无法填写订购人信息；请用贵单位的程序编制该报文",
                "The declaration is not kept as it was sent any more, so the buyer cannot be filled in. Write the message \
                 with your own program",
            )),
            PrepareError::NoGoods => field(
                "/goods",
                Wording::new("请填写退货商品的数量", "Say how much of which goods comes back"),
            ),
            PrepareError::Line { number, left } => {
                let left = left.normalize();
                let why = Wording::new(
                    format!(
                        "第{number}项可退数量为{left}；请填写大于0且不超过该数的数量，每项一次"
                    ),
                    format!(
                        "Of line {number} at most {left} can come back. Give each line once, with more than 0 and no more"
                    ),
                );
                field("/goods", why)
            }
            PrepareError::BadReason => {
                let why = Wording::new(
                    format!("请用1至{LONGEST_REASON}字说明原因，不得换行"),
                    format!("Say why in 1 to {LONGEST_REASON} characters, on one line"),
                );
                field("/reason", why)
            }
            PrepareError::BadReference(_) => {
                let why = Wording::new(
                    format!("企业内部编号最多{LONGEST_REFERENCE}字"),
                    format!("A number of your own has at most {LONGEST_REFERENCE} characters"),
                );
                field("/reference", why)
            }
            PrepareError::Unmask(UnmaskError::Unknown) => Self::NotFound,
            PrepareError::Unwritable(defects) => {
                Self::Defects(defects.iter().map(Into::into).collect())
            }
            error
            @ (PrepareError::Codes(_) | PrepareError::Review(_) | PrepareError::Unmask(_)) => {
                broken(&error)
            }
        }
    }
}

/// Why something may not be asked for where a declaration stands.
pub fn not_askable(why: &NotAskable) -> Wording {
    match why {
        NotAskable::NotEntered => Wording::new(
            "清单尚无清单编号；入库后方可申请，此前可以变更或删除报文撤回",
            "The declaration has no number yet. Until it is entered, change or delete it by a message",
        ),
        NotAskable::NotCancellable(at) => Wording::new(
            format!("状态为{at}的清单不能申请撤销"),
            format!("By the law of today a declaration at status {at} is not cancelled"),
        ),
        NotAskable::Export => Wording::new(
            "出口退货须以退货申请单（CEB213）提出，因其须写明退回的包裹",
            "Exported goods come back by a request of their own (CEB213), which names the parcel in which they come",
        ),
        NotAskable::NotReleased(at) => Wording::new(
            format!("清单状态为{at}，货物放行后方可申请退货"),
            format!("It stands at {at}; a return is asked for once the goods are released"),
        ),
        NotAskable::TooLate(last) => Wording::new(
            format!("退货申请期限已于{last}届满"),
            format!("A return could be asked for until {last}"),
        ),
    }
}
