//! Words for filings.

use maud::{Markup, html};
use tongguan_application::filing::{CertificateFacts, FilingError, MadeOutTo, TrustNote};
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{FIELDS, FilingStatus, NotAllowed};
use tongguan_domain::party::Role;

use crate::language::Language;
use crate::pages::not_decided::bad_reason;
use crate::pages::shell::Visit;
use crate::pages::words::{data, official};
use crate::problem::Problem;

/// Where a filing stands.
pub fn status(visit: &Visit, status: FilingStatus) -> Markup {
    let kind = match status {
        FilingStatus::Approved => "tag good",
        FilingStatus::Returned | FilingStatus::Suspended | FilingStatus::Expired => "tag warn",
        FilingStatus::Refused | FilingStatus::Ended => "tag bad",
        _ => "tag",
    };
    html! { span class=(kind) { (official(visit, status.title())) } }
}

/// What a field is called, in Chinese and English.
pub fn field(name: &str) -> (&'static str, &'static str) {
    match name {
        "name" => ("企业名称", "Name"),
        "codes" => ("企业代码", "Codes"),
        "customs_code" => ("海关注册编码", "Customs code"),
        "credit_code" => ("统一社会信用代码", "Unified social credit code"),
        "roles" => ("企业类型", "Roles"),
        "licence" => ("许可证号", "Number of the licence"),
        "certificate" => ("证书", "Certificate"),
        "sha256" => ("指纹", "Fingerprint"),
        "valid_from" => ("有效期起", "Valid from"),
        "valid_to" => ("有效期止", "Valid to"),
        "state" => ("状态", "Status"),
        "officer" => ("经办关员", "Officer"),
        "reason" => ("理由", "Reason"),
        "replaced by" => ("变更为", "Replaced by"),
        other => FIELDS
            .iter()
            .find(|(known, ..)| *known == other)
            .map_or(("其它", "Other"), |(_, zh, en)| (zh, en)),
    }
}

/// What a role of a party is called.
pub const fn role(role: Role) -> (&'static str, &'static str) {
    let en = match role {
        Role::Platform => "Platform",
        Role::Merchant => "Merchant",
        Role::PaymentInstitution => "Payment institution",
        Role::Carrier => "Carrier",
        Role::Declarant => "Declarant",
        Role::FacilityOperator => "Operator of a supervised place",
        Role::Guarantor => "Guarantor",
    };
    (role.zh(), en)
}

/// What is wrong, in the reader's language.
pub fn told(visit: &Visit, defect: &Defect) -> String {
    visit.say(defect.message_zh(), defect.message_en())
}

/// To whom a certificate is made out, against who files it.
pub fn made_out_to(visit: &Visit, facts: &CertificateFacts) -> Markup {
    let organisation = facts.organisation.as_deref();
    html! {
        @match &facts.made_out_to {
            MadeOutTo::Code(code) => {
                span.tag.good { (visit.say("写明本企业代码", "names the enterprise’s code")) } " " (code)
            }
            MadeOutTo::Name => {
                span.tag.good { (visit.say("写明本企业名称", "names the enterprise")) }
            }
            MadeOutTo::SomebodyElse => {
                span.tag.warn { (visit.say("未写明本企业", "does not name the enterprise")) }
            }
        }
        @if let Some(organisation) = organisation { " " (data(organisation)) }
    }
}

/// Whether signatures with a certificate count now.
pub fn trusted(visit: &Visit, note: &TrustNote) -> Markup {
    match note {
        TrustNote::Trusted => html! { span.tag.good { (visit.say("受信任", "trusted")) } },
        TrustNote::NotTrusted(zh, en) => html! {
            span.tag.warn { (visit.say("暂不受信任", "not trusted now")) } " "
            (match visit.language { Language::Chinese => zh, Language::English => en })
        },
    }
}

/// Why nothing was done about a filing.
///
/// # Errors
/// A problem of the service itself, or of what was asked for.
pub fn not_done(visit: &Visit, error: FilingError) -> Result<String, Problem> {
    let text = match error {
        FilingError::Unknown(_) => return Err(Problem::NotFound),
        FilingError::Storage(error) => {
            tracing::error!("a filing could not be changed: {error}");
            return Err(Problem::Unavailable);
        }
        FilingError::BadReason(bad) => return Ok(bad_reason(visit, &bad).text),
        FilingError::Wrong(defects) => {
            let told: Vec<_> = defects.iter().map(|defect| told(visit, defect)).collect();
            return Ok(told.join("; "));
        }
        FilingError::NotAllowed(why) => why,
    };
    let (zh, en) = match &text {
        NotAllowed::Elsewhere(status) => {
            let (zh, en) = status.title();
            (
                format!("该申请现为“{zh}”，不能如此办理。请查看最新情况。"),
                format!(
                    "The filing is “{}” now, where this cannot be done. See where it stands.",
                    en.to_lowercase()
                ),
            )
        }
        NotAllowed::Taken(taken) => (
            format!("{}正在审核。需要接手时请先“接手”。", taken.by.name),
            format!("{} is reviewing it. If you need it, take it over first.", taken.by.name),
        ),
        NotAllowed::OwnFiling => (
            "不能审核自己提交的申请；请由其他关员办理。".to_owned(),
            "Nobody decides about what he filed himself: leave it to a colleague.".to_owned(),
        ),
        NotAllowed::ReasonNeeded => (
            "请写明理由，企业将读到。".to_owned(),
            "Give a reason: the enterprise reads it.".to_owned(),
        ),
        NotAllowed::OtherCode => (
            "审定的商品编码与申报的不同，请写明理由。".to_owned(),
            "Your tariff code is another than the proposed one: give the reason.".to_owned(),
        ),
        NotAllowed::Past => (
            "有效期止早于今天；请填写今天或以后的日期。".to_owned(),
            "The last day is over already: give today or a later day.".to_owned(),
        ),
        NotAllowed::OtherStands(id) => (
            format!("同一事项已由申请{id}备案，不能恢复本申请。"),
            format!("Filing {id} stands in its place, so this one cannot stand again."),
        ),
    };
    Ok(visit.say(zh, en))
}
