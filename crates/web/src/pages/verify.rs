//! Whether a response is genuine (回执真伪核验): a response or its number in, and whether this service made it out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::delivery::Rendered;
use tongguan_application::mailboxes::{Made, Verdict};
use tongguan_transparency::bundle::Proved;

use super::form::pasted::{LONGEST, Pasted};
use super::shell::{Visit, nothing, notice, time};
use crate::Shared;
use crate::caller::blocking;
use crate::pace::Address;
use crate::problem::Problem;
use crate::transparency::{bundle_answer, bundle_in, proof_of_shown};

/// The form.
pub async fn page(visit: Visit) -> Response {
    shown(&visit, StatusCode::OK, &nothing())
}

/// What is known of what was sent.
pub async fn verify(
    State(shared): State<Shared>,
    visit: Visit,
    address: Address,
    pasted: Result<Pasted, Problem>,
) -> Result<Response, Problem> {
    let Pasted { bytes, .. } = pasted?;
    if bytes.is_empty() {
        let why = visit.say(
            "没有内容：请粘贴回执或其编号，或选择文件",
            "There is nothing to check: paste a response or its number, or choose a file",
        );
        return Ok(shown(&visit, StatusCode::UNPROCESSABLE_ENTITY, &notice("bad", why)));
    }
    address.keep(&shared)?;
    let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
    if bytes.trim_ascii_start().starts_with(b"{") {
        let proved = bundle_in(&shared, bytes).await?;
        return Ok(shown(&visit, StatusCode::OK, &told_of_bundle(&visit, &proved)));
    }
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    let verdict = blocking(move || mailboxes.verify(bytes)).await?;
    Ok(shown(&visit, StatusCode::OK, &told(&visit, &verdict)))
}

/// What proves the response that was sent.
pub async fn prove(
    State(shared): State<Shared>,
    address: Address,
    pasted: Result<Pasted, Problem>,
) -> Result<Response, Problem> {
    let Pasted { bytes, .. } = pasted?;
    address.keep(&shared)?;
    let _turn = shared.checks.try_acquire().map_err(|_| Problem::Busy)?;
    bundle_answer(&proof_of_shown(&shared, bytes).await?)
}

fn shown(visit: &Visit, status: StatusCode, answer: &Markup) -> Response {
    let title = visit.say("回执真伪核验", "Is a response genuine?");
    let body = html! {
        h1 { (title) }
        p { (visit.say(
            "核验回执、电子税单或报文格式校验回执是否由本系统作出、是否被改动。内容不保存、不显示。",
            "Whether a response, tax bill or format response was made by this service, and whether it was changed. \
             Nothing of it is kept or shown.",
        )) }
        (answer)
        p { (visit.say(
            "也可核验证明包（.json）：它在本系统的可验证日志中证明一份回执。",
            "A bundle (.json) that proves a response is verified here, too, against this service's verifiable log.",
        )) }
        form.stacked method="post" action="/verify" enctype="multipart/form-data" {
            (visit.form_token())
            div {
                label for="text" { (visit.say("回执，或者其编号（guid）", "The response, or its number (guid)")) }
                textarea #text name="text" rows="8" spellcheck="false" {}
            }
            div {
                label for="file" { (visit.say("或者文件", "Or a file")) }
                p.hint #file-hint { (visit.say(
                    format!("原样保存的XML，不超过{}KiB。", LONGEST >> 10),
                    format!("The XML as it was received, at most {} KiB.", LONGEST >> 10),
                )) }
                input #file name="file" type="file" accept=".xml,.json,application/xml,text/xml,application/json" aria-describedby="file-hint";
            }
            p {
                button { (visit.say("核验", "Check")) } " "
                button.quiet formaction="/verify/proof" aria-describedby="proof-hint" {
                    (visit.say("下载证明包", "Download the proof"))
                }
            }
            p.hint #proof-hint { (visit.say(
                "须提供整份回执。证明包可离线核验：tongguan verify-log 文件。",
                "Needs the whole response. The bundle is verified without this service: tongguan verify-log FILE.",
            )) }
        }
        h2 { (visit.say("能说明什么", "What this proves")) }
        ul { @for text in [
            (
                "回执按标准不带签名。本系统按编号找到自己的记录，重新生成该回执，逐字节比较（换行除外）。",
                "Responses bear no signature, as the standard has it. This service finds its own record by the number, \
                 makes the response again, and compares byte for byte, but for the ends of lines.",
            ),
            (
                "“真实”说明本系统作出过同样的回执；不说明它是最新的，也不说明由谁出示。",
                "“Genuine” says that this service made just that. It does not say that nothing newer was said since, or \
                 who shows it.",
            ),
            (
                "“查无记录”可能是伪造、编号被改，也可能由其他单一窗口作出，或为转发给订阅者的原报文。",
                "“Not known” may be a forgery or a changed number; it may also be another window's response, or a copy \
                 of somebody's message.",
            ),
            (
                "您相信的是这个网址：请核对地址栏。",
                "What you trust is this address: look at it in your browser.",
            ),
        ] { li { (visit.language.of(text)) } } }
    };
    visit.page_with(status, title, &body)
}

fn told_of_bundle(visit: &Visit, proved: &Result<(Proved, Rendered), String>) -> Markup {
    let (proved, response) = match proved {
        Ok(proved) => proved,
        Err(why) => {
            return html! {
                div.notice.bad role="alert" {
                    p { strong { (visit.say(
                        "未证明：证明包无效，或不是本系统日志的。",
                        "Not proved: the bundle is not sound, or not of this service's log.",
                    )) } }
                    p lang="en" { (why) }
                }
            };
        }
    };
    let checkpoint = &proved.head.checkpoint;
    html! {
        div.notice.good role="status" {
            p { strong { (visit.say(
                "已证明：该回执由本系统作出并已列入日志，一字未改。",
                "Proved: this service made the response and logged it, and nothing was changed.",
            )) } }
            dl.facts {
                dt { (visit.say("报文", "Message")) }
                dd { code { (response.message) } }
                dt { (visit.say("单号", "About")) }
                dd { (response.key) }
                dt { (visit.say("作出时间", "Made")) }
                dd { (time(response.at)) }
                dt { (visit.say("日志", "Log")) }
                dd { code { (checkpoint.origin) } }
                dt { (visit.say("树头所含记录数", "Leaves under the head")) }
                dd { (checkpoint.size) }
            }
        }
    }
}

fn told(visit: &Visit, verdict: &Verdict) -> Markup {
    let (kind, words, made) = match verdict {
        Verdict::Genuine(made) => (
            "good",
            (
                "真实：本系统作出，一字未改。",
                "Genuine: this service made it, and nothing was changed.",
            ),
            Some(made),
        ),
        Verdict::Known(made) => (
            "warn",
            (
                "本系统作出过该编号的回执。要核验内容，请提供整份回执。",
                "This service made a message of that number. Show all of it to learn whether it was changed.",
            ),
            Some(made),
        ),
        Verdict::Altered(made) => (
            "bad",
            (
                "被改动：本系统作出过该编号的回执，但内容与所示不同。",
                "Changed: this service made a message of that number, and it is not what you show.",
            ),
            Some(made),
        ),
        Verdict::NotComparable(made) => (
            "warn",
            (
                "本系统作出过该编号的回执；所引原报文已过保存期，无法比较内容。",
                "This service made a message of that number. It quotes one that is kept no longer, so they cannot be \
                 compared.",
            ),
            Some(made),
        ),
        Verdict::Unknown => (
            "bad",
            (
                "查无记录：本系统没有作出过该编号的回执。",
                "Not known: this service made no message of that number.",
            ),
            None,
        ),
    };
    html! {
        div class={ "notice " (kind) } role=(if kind == "bad" { "alert" } else { "status" }) {
            p { strong { (visit.language.of(words)) } }
            @if let Some(made) = made { (particulars(visit, made)) }
        }
    }
}

fn particulars(visit: &Visit, made: &Made) -> Markup {
    html! {
        dl.facts {
            dt { (visit.say("编号", "Number")) }
            dd { code { (made.guid) } }
            dt { (visit.say("报文", "Message")) }
            dd { code { (made.message) } }
            @if let Some(answers) = made.answers {
                dt { (visit.say("答复", "Answers")) }
                dd { code { (answers) } }
            }
            dt { (visit.say("作出时间", "Made")) }
            dd { (time(made.at)) }
        }
    }
}
