//! The examination terminal (查验): a number is scanned or typed, what to do is said in big words, and what was
//! found is recorded.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::{self, Decision};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;

use super::case;
use super::case::deciding::reason_of;
use super::form::{Sent, go_to};
use super::not_decided::{NotDone, choose, settled};
use super::pictures;
use super::shell::{Visit, encoded, nothing, notice};
use super::sound::Tone;
use super::words::{data, reason_fields, status};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::casework::{self, file};
use crate::part::{Path, Query};
use crate::problem::Problem;

/// What was scanned, or just recorded.
#[derive(Debug, Default, Deserialize)]
pub struct Scanned {
    #[serde(default)]
    q: String,
    #[serde(default)]
    done: String,
    #[serde(default)]
    picture: String,
}

/// What was found.
#[derive(Debug, Default, Deserialize)]
pub struct Found {
    /// `in-order` or `not-in-order`.
    #[serde(default)]
    finding: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    seen: String,
}

/// What to do with a parcel: the colour is told in words too.
struct ToDo {
    kind: &'static str,
    words: (&'static str, &'static str),
    why: (&'static str, &'static str),
}

/// Asks for a number, or says what to do with the parcel that has it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(Scanned { q, done, picture }): Query<Scanned>,
) -> Result<Response, Problem> {
    let told = match done.as_str() {
        "" => nothing(),
        number => notice(
            "good",
            &visit.say(format!("{number}：已记录。"), format!("{number}: recorded.")),
        ),
    };
    let number = q.trim().to_owned();
    if number.is_empty() {
        let tone = (!done.is_empty()).then_some(Tone::Good);
        return Ok(shown(&visit, &told, &nothing(), StatusCode::OK, tone));
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (wanted, now) = (number.clone(), shared.access.clock.now());
    let found = blocking(move || enquiries.search(reach, &wanted, now)).await?.all();
    let (answer, tone) = match found.as_slice() {
        [] => (unknown(&visit, &number), Tone::Stop),
        [one] => {
            let case = file(&shared, &caller, *one).await?;
            let tone = Tone::of(to_do(case.case.declaration.status()).kind);
            let told = match picture.parse::<u32>() {
                Ok(n) => notice(
                    "good",
                    &visit.say(format!("照片{n}已添加。"), format!("Picture {n} was added.")),
                ),
                Err(_) => nothing(),
            };
            (parcel(&visit, &case, &told, &Found::default()), tone)
        }
        several => (
            html! {
                p { (visit.say("多份清单，请选择：", "Several declarations; choose one:")) }
                ul { @for id in several { li { a href={ "/examination?q=" (id) } { (id) } } } }
            },
            Tone::Attention,
        ),
    };
    Ok(shown(&visit, &told, &answer, StatusCode::OK, Some(tone)))
}

/// Records what was found: in order lets the declaration go on, not in order puts it aside for an officer.
pub async fn record(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(found): Sent<Found>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    let case = file(&shared, &caller, id).await?;
    let free = settled(&visit, casework::free(&shared, &caller, &case))?;
    let done = match free.and_then(|()| decision(&visit, &caller, id, &case, &found)) {
        Ok(decision) => {
            settled(&visit, casework::decide(&shared, &caller, decision).await.map(drop))?
        }
        Err(wrong) => Err(wrong),
    };
    let Err(wrong) = done else {
        let number = case::number(&case.case.declaration);
        return Ok(go_to(&format!("/examination?done={}", encoded(number))));
    };
    let now = file(&shared, &caller, id).await?;
    let answer = parcel(&visit, &now, &notice("bad", &wrong.text), &found);
    Ok(shown(&visit, &nothing(), &answer, wrong.status, Some(Tone::Stop)))
}

/// The terminal at a declaration once more, with what went wrong.
pub(super) async fn again(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    id: DeclarationId,
    told: (StatusCode, &Markup),
) -> Result<Response, Problem> {
    let (status, told) = told;
    let case = file(shared, caller, id).await?;
    let answer = parcel(visit, &case, told, &Found::default());
    Ok(shown(visit, &nothing(), &answer, status, Some(Tone::Stop)))
}

fn decision(
    visit: &Visit,
    caller: &Caller,
    id: DeclarationId,
    file: &CaseFile,
    found: &Found,
) -> Result<Decision, NotDone> {
    // An examiner's findings are about goods that are to be examined, and nothing else.
    if file.case.declaration.status() != ReturnStatus::Examined {
        return Err(choose(visit));
    }
    let (ruling, default) = match found.finding.as_str() {
        "in-order" => (Ruling::Accept, "in-order"),
        "not-in-order" => (Ruling::Suspend, ""),
        _ => return Err(choose(visit)),
    };
    let reason = match reason_of(&found.code, &found.words) {
        "" => default,
        given => given,
    };
    review::reason(reason).map_err(|bad| NotDone::bad_reason(visit, &bad))?;
    let (officer, reason) = (caller.audit_name(), reason.to_owned());
    let seen = found.seen.parse().ok();
    Ok(Decision { declaration: id, ruling, officer, reason, approver: None, seen })
}

fn shown(
    visit: &Visit,
    told: &Markup,
    answer: &Markup,
    answered: StatusCode,
    tone: Option<Tone>,
) -> Response {
    let title = visit.say("查验", "Examination");
    let body = html! {
        h1 { (title) }
        (told)
        (answer)
        form method="get" action="/examination" {
            label for="q" { (visit.say("扫描或输入编号", "Scan or type a number")) }
            input #q name="q" autocomplete="off" autofocus maxlength="80" enterkeyhint="go" required;
            button { (visit.say("查询", "Look it up")) }
        }
    };
    visit.terminal(answered, title, &body, tone)
}

fn unknown(visit: &Visit, number: &str) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p.figure { (visit.say("停：查无此编号", "Stop: not known")) }
            p { (data(number)) ": " (visit.say(
                "本关区没有该编号。请核对标签，或人工查询。",
                "the office has nothing of that number. Check the label, or search for it by hand.",
            )) }
        }
    }
}

fn parcel(visit: &Visit, file: &CaseFile, told: &Markup, draft: &Found) -> Markup {
    let declaration = &file.case.declaration;
    let to_do = to_do(declaration.status());
    html! {
        (told)
        div class={ "notice " (to_do.kind) } role="status" {
            p.figure { (visit.language.of(to_do.words)) }
            p { (visit.language.of(to_do.why)) }
            p { a href=(case::address(declaration.id())) { (case::number(declaration)) } " " (status(visit, declaration.status())) }
        }
        @if declaration.status() == ReturnStatus::Examined {
            (findings(visit, file, draft))
            (pictures::form(visit, declaration.id(), file.pictures.len()))
        }
        (pictures::gallery(visit, declaration.id(), &file.pictures))
    }
}

fn findings(visit: &Visit, file: &CaseFile, draft: &Found) -> Markup {
    let case = &file.case;
    let seen = case.version.map(|version| version.to_string()).unwrap_or_default();
    let can_suspend = case.rulings.contains(&Ruling::Suspend);
    html! {
        form.stacked method="post" action={ "/examination/" (case.declaration.id()) } {
            (visit.form_token())
            input type="hidden" name="seen" value=(seen);
            (reason_fields(visit, &draft.code, &draft.words))
            button name="finding" value="in-order" { (visit.say("无异常", "In order")) }
            @if can_suspend {
                button.grave name="finding" value="not-in-order" { (visit.say("有异常，挂起", "Not in order: suspend")) }
            } @else {
                p { (visit.say("有异常时请通知审单关员处理。", "If it is not in order, tell the reviewing officer.")) }
            }
        }
    }
}

const fn to_do(status: ReturnStatus) -> ToDo {
    match status {
        ReturnStatus::Examined => ToDo {
            kind: "warn",
            words: ("查验", "Examine"),
            why: ("开箱查验，并记录结果。", "Open it, and record what you find."),
        },
        ReturnStatus::Released | ReturnStatus::Closed => ToDo {
            kind: "good",
            words: ("放行", "Let it go"),
            why: ("已放行，无需查验。", "It is released; nothing is to be examined."),
        },
        _ => ToDo {
            kind: "bad",
            words: ("停：暂存", "Stop: keep it here"),
            why: ("尚未放行，也未布控查验。", "It is neither released nor to be examined."),
        },
    }
}
