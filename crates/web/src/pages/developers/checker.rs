//! The checker (报文校验): a message in, what is wrong with it on the line where it is. Nothing is kept.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::checking::{self, Checked, SignatureFound, check, signature};
use tongguan_application::codes::CodesError;
use tongguan_application::intake::envelope::business_message;
use tongguan_messages::signature::Policy;

use super::findings::found;
use crate::Shared;
use crate::caller::blocking;
use crate::pages::form::pasted::Pasted;
use crate::pages::shell::Visit;
use crate::problem::Problem;

/// The form.
pub async fn page(visit: Visit) -> Response {
    let title = title(&visit);
    visit.page(title, &html! { h1 { (title) } (introduction(&visit)) (form(&visit, "")) })
}

/// What is wrong with what was sent.
pub async fn judge(
    State(shared): State<Shared>,
    visit: Visit,
    pasted: Result<Pasted, Problem>,
) -> Result<Response, Problem> {
    let Pasted { bytes, profile } = pasted?;
    let title = title(&visit);
    if bytes.is_empty() {
        let why = visit.say(
            "没有内容：请粘贴报文，或选择文件",
            "There is nothing to check: paste a message, or choose a file",
        );
        let body = html! {
            h1 { (title) }
            div.notice.bad role="alert" { p { (why) } }
            (form(&visit, ""))
        };
        return Ok(visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, title, &body));
    }
    // Whoever checks much waits for himself and not with everybody.
    let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
    let enquiries = Arc::clone(&shared.access.enquiries);
    let judged = blocking(move || {
        let pack = enquiries.pack()?;
        let registry = enquiries.registry()?;
        let checked = check(&bytes, profile, &pack);
        let signed = checking::open(&bytes, |tree| signature(tree, &Policy::china())).content.ok();
        let is_registered = signed
            .as_ref()
            .and_then(|signed| signed.certificate.as_ref())
            .is_some_and(|certificate| registry.certified(certificate.digest()).is_some());
        let text = String::from_utf8_lossy(&business_message(bytes)).into_owned();
        Ok::<_, CodesError>(Judged { text, checked, signed, is_registered })
    });
    let judged = judged.await?;
    let body = html! {
        h1 { (title) }
        (verdict(&visit, &judged.checked))
        @if let Some(signed) = &judged.signed { (signed_by(&visit, signed, judged.is_registered)) }
        (found(&visit, &judged.text, &judged.checked))
        h2 { (visit.say("再校验一份", "Check another")) }
        (form(&visit, ""))
    };
    Ok(visit.page(title, &body))
}

struct Judged {
    /// The business message, out of its envelope.
    text: String,
    checked: Checked,
    signed: Option<SignatureFound>,
    is_registered: bool,
}

fn title(visit: &Visit) -> &'static str {
    visit.say("报文校验", "Message checker")
}

fn introduction(visit: &Visit) -> Markup {
    html! { p {
        (visit.say(
            "粘贴报文或选择文件（XML或DxpMsg信封，不超过1 MiB），错误在所在行标出。内容不保存、不转发。",
            "Paste a message or choose a file (XML or a DxpMsg around it, at most 1 MiB); what is wrong is told on \
             the line where it is. Nothing of it is kept or passed on.",
        ))
    } }
}

fn form(visit: &Visit, text: &str) -> Markup {
    html! {
        form.stacked method="post" action="/developers/checker" enctype="multipart/form-data" {
            (visit.form_token())
            div {
                label for="text" { (visit.say("报文", "Message")) }
                textarea #text name="text" rows="12" spellcheck="false" { (text) }
            }
            div {
                label for="file" { (visit.say("或者文件", "Or a file")) }
                input #file name="file" type="file" accept=".xml,application/xml,text/xml";
            }
            div {
                label for="profile" { (visit.say("宽严", "How strictly")) }
                select #profile name="profile" {
                    option value="tolerant" { (visit.say("宽松：按本系统接收的标准", "as messages are received here")) }
                    option value="strict" { (visit.say("严格：按规范", "as the schema has it")) }
                }
            }
            button { (visit.say("校验", "Check")) }
        }
    }
}

fn verdict(visit: &Visit, checked: &Checked) -> Markup {
    let code = checked.message.unwrap_or(visit.say("未知报文", "an unknown message"));
    let (defects, findings) = (checked.defects.len() + checked.omitted, checked.findings.len());
    let (kind, words) = match (defects, findings) {
        (0, 0) => (
            "good",
            visit.say(
                format!("{code}：没有发现错误；单证{}份", checked.documents),
                format!("{code}: nothing is wrong; documents: {}", checked.documents),
            ),
        ),
        (0, findings) => (
            "warn",
            visit.say(
                format!("{code}：结构有效，业务错误{findings}处"),
                format!("{code}: the structure is valid; rules broken: {findings}"),
            ),
        ),
        (defects, _) => (
            "bad",
            visit.say(
                format!("{code}：结构无效，错误{defects}处"),
                format!("{code}: the structure is not valid; defects: {defects}"),
            ),
        ),
    };
    html! { div class={ "notice " (kind) } role="status" { p { (words) } } }
}

fn signed_by(visit: &Visit, signed: &SignatureFound, is_registered: bool) -> Markup {
    let Some(verified) = &signed.verified else {
        return html! {
            div.notice.warn {
                p { (visit.say("签名未通过：", "The signature does not verify:")) }
                @for defect in &signed.defects {
                    p { (visit.say(defect.message_zh(), defect.message_en())) }
                }
            }
        };
    };
    let name = signed.certificate.as_ref();
    let name = name
        .and_then(|certificate| certificate.common_name().or_else(|| certificate.organisation()));
    html! {
        div.notice class=(if is_registered { "good" } else { "warn" }) {
            p {
                (visit.say("签名有效：", "The signature verifies: ")) (verified.scheme.name())
                @if let Some(name) = name { ", " span lang="zh-Hans" { (name) } }
            }
            p { (match is_registered {
                true => visit.say("证书已在本系统备案。", "Its certificate is registered here."),
                false => visit.say(
                    "证书未在本系统备案：报文会被拒绝。",
                    "Its certificate is not registered here: the message would be refused.",
                ),
            }) }
        }
    }
}
