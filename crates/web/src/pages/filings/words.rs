//! Words for filings.

use maud::{Markup, html};
use tongguan_application::filing::{CertificateFacts, FilingError, MadeOutTo, TrustNote};
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{FIELDS, FilingStatus};
use tongguan_domain::party::Role;

use crate::language::Language;
use crate::pages::not_decided::NotDone;
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
        "office" => ("审核关区", "Office that reviews"),
        "licence" => ("许可证号", "Number of the licence"),
        "payment_url" => ("支付原始数据开放接口地址", "Address for payment evidence"),
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
/// A problem that has a page of its own.
pub fn not_done(visit: &Visit, error: FilingError) -> Result<String, Problem> {
    if let FilingError::Wrong(defects) = &error {
        let told: Vec<_> = defects.iter().map(|defect| told(visit, defect)).collect();
        return Ok(told.join("; "));
    }
    NotDone::of(visit, error).map(|not_done| not_done.text)
}
