//! What cannot be done about a filing.

use tongguan_application::filing::FilingError;
use tongguan_domain::filing::NotAllowed;

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

impl From<FilingError> for Problem {
    fn from(error: FilingError) -> Self {
        match error {
            FilingError::Unknown(_) => Self::NotFound,
            FilingError::Wrong(defects) => Self::Defects(defects.iter().map(Into::into).collect()),
            FilingError::BadReason(error) => error.into(),
            FilingError::NotAllowed(why) => Self::Refused(not_allowed(&why)),
            FilingError::Storage(error) => broken(&error),
        }
    }
}

fn not_allowed(why: &NotAllowed) -> Wording {
    match why {
        NotAllowed::Elsewhere(status) => {
            let (zh, en) = status.title();
            Wording::new(
                format!("该申请现为“{zh}”，不能如此办理；请查看最新情况"),
                format!(
                    "The filing is “{}” now, where this cannot be done: see where it stands",
                    en.to_lowercase()
                ),
            )
        }
        NotAllowed::Taken(taken) => Wording::new(
            format!("{}正在审核；需要接手时请先“接手”", taken.by.name),
            format!("{} is reviewing it; if you need it, take it over first", taken.by.name),
        ),
        NotAllowed::OwnFiling => Wording::new(
            "不能审核自己提交的申请；请由其他关员办理",
            "Nobody decides about what he filed himself: leave it to a colleague",
        ),
        NotAllowed::ReasonNeeded => {
            Wording::new("请写明理由，企业将读到", "Give a reason: the enterprise reads it")
        }
        NotAllowed::OtherCode => Wording::new(
            "审定的商品编码与申报的不同，请写明理由",
            "Your tariff code is another than the proposed one: give the reason",
        ),
        NotAllowed::Past => Wording::new(
            "有效期止早于今天；请填写今天或以后的日期",
            "The last day is over already: give today or a later day",
        ),
        NotAllowed::OtherStands(id) => Wording::new(
            format!("同一事项已由申请{id}备案，不能恢复本申请"),
            format!("Filing {id} stands in its place, so this one cannot stand again"),
        ),
    }
}
