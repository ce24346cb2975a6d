//! The queue of filings that wait for an officer (备案审核), and the same decision about several.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::filing::{Decision, Filing, Waiting};
use tongguan_domain::filing::{Act, FilingId, FilingKind};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;

use super::one::file;
use super::words::{not_done, status};
use super::{ROWS, address, kinds, what};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::filings::{self, MOST_AT_ONCE};
use crate::pages::form::Sent;
use crate::pages::shell::{Visit, encoded, nothing, notice, time};
use crate::pages::words::{data, language_of, party};
use crate::part::Query;
use crate::problem::Problem;

/// What the field of a filing is called.
const FIELD: &str = "filing_";

/// What is listed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
}

/// What was found.
struct Listed {
    filings: Vec<Filing>,
    waiting: Vec<Waiting>,
    registry: Arc<Registry>,
    minutes: i64,
    now: Moment,
}

/// Lists what waits, the oldest first.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let kind = match asked.kind.as_str() {
        "" => None,
        name => Some(FilingKind::named(name).ok_or(Problem::Malformed("kind"))?),
    };
    let after = match asked.after.as_str() {
        "" => FilingId(0),
        text => FilingId(text.parse().map_err(|_| Problem::Malformed("after"))?),
    };
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (minutes, now) = (filings::minutes(&shared, &caller).await?, shared.access.clock.now());
    let most = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let listing = move || {
        Ok::<_, EnquiryError>(Listed {
            filings: enquiries.waiting_filings(reach, kind, after, most)?,
            waiting: enquiries.count_waiting_filings(reach)?,
            registry: enquiries.registry()?,
            minutes,
            now,
        })
    };
    let mut listed = blocking(listing).await?;
    let more = listed.filings.len() > ROWS;
    listed.filings.truncate(ROWS);
    let title = visit.say("备案审核", "Filing review");
    let body = html! {
        h1 { (title) }
        (overview(&visit, &listed))
        form.row method="get" action="/filing-review" {
            (kinds(&visit, &asked.kind))
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
        @if listed.filings.is_empty() {
            div.notice { p { (visit.say(
                "没有等待审核的备案申请。企业提交后会列在这里，先到先审。",
                "No filing waits. What enterprises file is listed here, the oldest first.",
            )) } }
        } @else { (rows(&visit, &listed)) }
        @if let Some(last) = listed.filings.last().filter(|_| more) {
            (visit.next_page(format_args!("/filing-review?kind={}&after={}", encoded(&asked.kind), last.id)))
        }
        p { a href="/filings" { (visit.say("查找已办结的备案", "Find filings that are decided")) } }
    };
    Ok(visit.page(title, &body))
}

/// Lists what was chosen, and decides it once that is confirmed.
pub async fn decide(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(sent): Sent<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let field = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let mut ids: Vec<_> = sent
        .keys()
        .filter_map(|name| name.strip_prefix(FIELD)?.parse().ok().map(FilingId))
        .collect();
    ids.sort_unstable();
    let act = match field("decision") {
        "approve" => Some(Act::Approve { hs_code: None, valid_to: None }),
        "return" => Some(Act::Return),
        "refuse" => Some(Act::Refuse),
        _ => None,
    };
    let Some(act) = act.filter(|_| !ids.is_empty() && ids.len() <= MOST_AT_ONCE) else {
        let why = visit.say(
            format!("请选择1至{MOST_AT_ONCE}份申请和一项决定。"),
            format!("Choose 1 to {MOST_AT_ONCE} filings and what you decide."),
        );
        return Ok(refused(&visit, &why));
    };
    let reason = field("reason").trim();
    if reason.is_empty() && !matches!(act, Act::Approve { .. }) {
        return Ok(refused(&visit, visit.say("请写明理由。", "Give a reason.")));
    }
    let mut chosen = Vec::with_capacity(ids.len());
    for id in ids {
        chosen.push(file(&shared, &caller, id).await?.filing);
    }
    if field("confirmed") != "yes" {
        return Ok(confirmation(&visit, &chosen, field("decision"), reason, &shared));
    }
    let minutes = filings::minutes(&shared, &caller).await?;
    let mut outcomes = Vec::with_capacity(chosen.len());
    for filing in &chosen {
        let decision = Decision {
            filing: filing.id,
            act: act.clone(),
            officer: filings::officer(&caller),
            cause: caller.cause(),
            reason: reason.to_owned(),
            minutes,
            office: filings::office_of(&caller),
        };
        outcomes.push(match filings::decide(&shared, decision).await? {
            Ok(_) => None,
            Err(why) => Some(not_done(&visit, why)?),
        });
    }
    Ok(result(&visit, &chosen, &outcomes))
}

/// The field for the words of an officer.
pub(super) fn reason_field(visit: &Visit, reason: &str) -> Markup {
    html! {
        div {
            label for="reason" { (visit.say("理由", "Reason")) }
            p.hint #reason-hint { (visit.say(
                "企业将读到，至多500字；准予备案且未改编码时可不填。",
                "The enterprise reads it; at most 500 characters. An approval that changes no code needs none.",
            )) }
            input #reason name="reason" lang=[language_of(reason)] value=(reason) maxlength="500" aria-describedby="reason-hint";
        }
    }
}

fn overview(visit: &Visit, listed: &Listed) -> Markup {
    if listed.waiting.is_empty() {
        return nothing();
    }
    html! {
        div.columns { @for waiting in &listed.waiting {
            div.card {
                p.figure { (waiting.count) }
                p { a href={ "/filing-review?kind=" (waiting.kind.name()) } {
                    (visit.language.of(waiting.kind.title()))
                } }
                p { (visit.say("最早", "oldest")) " " (time(waiting.oldest)) }
            }
        } }
    }
}

fn rows(visit: &Visit, listed: &Listed) -> Markup {
    html! {
        form.stacked method="post" action="/filing-review" {
            (visit.form_token())
            div.table tabindex="0" role="region" aria-label=(visit.say("待审备案", "What waits")) { table {
                thead { tr {
                    th scope="col" { (visit.say("选择", "Choose")) }
                    th scope="col" { (visit.say("申请编号", "Number")) }
                    th scope="col" { (visit.say("类别", "Kind")) }
                    th scope="col" { (visit.say("企业", "Enterprise")) }
                    th scope="col" { (visit.say("内容", "What")) }
                    th scope="col" { (visit.say("提交时间", "Filed")) }
                    th scope="col" { (visit.say("经办", "In hand")) }
                } }
                tbody { @for filing in &listed.filings { tr {
                    td {
                        input type="checkbox" name={ (FIELD) (filing.id) } value="chosen"
                            aria-label={ (visit.say("选择", "Choose")) " " (filing.id) };
                    }
                    td { a href=(address(filing.id)) { (filing.id) } }
                    td { (visit.language.of(filing.matter.kind().title())) }
                    td { (data(&party(&listed.registry, filing.party))) }
                    td { (what(filing)) }
                    td { (time(filing.filed_at)) }
                    td { @match filing.state.holder(listed.minutes, listed.now) {
                        Some(holder) => { (data(&holder.by.name)) " " (time(holder.at)) }
                        None => { (visit.say("无", "nobody")) }
                    } }
                } } }
            } }
            fieldset {
                legend { (visit.say("对所选申请作同一决定", "Decide the same about those that are chosen")) }
                div {
                    label for="decision" { (visit.say("决定", "Decision")) }
                    select #decision name="decision" {
                        option value="approve" { (visit.say("准予备案（按申报的编码）", "Approve them, with the proposed codes")) }
                        option value="return" { (visit.say("退回补正", "Return them for correction")) }
                        option value="refuse" { (visit.say("不予备案", "Refuse them")) }
                    }
                }
                (reason_field(visit, ""))
                button.quiet { (visit.say("列出所选，再确认", "List them, then confirm")) }
            }
        }
    }
}

fn refused(visit: &Visit, why: &str) -> Response {
    let title = visit.say("批量审核", "Several at once");
    let body = html! {
        h1 { (title) }
        (notice("bad", why))
        (back(visit))
    };
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, title, &body)
}

fn confirmation(
    visit: &Visit,
    chosen: &[Filing],
    decision: &str,
    reason: &str,
    shared: &Shared,
) -> Response {
    let title = visit.say("请确认", "Please confirm");
    let today = shared.access.clock.now().china_day();
    let words = match decision {
        "approve" => visit.say("准予备案", "approve them"),
        "return" => visit.say("退回补正", "return them for correction"),
        _ => visit.say("不予备案", "refuse them"),
    };
    let body = html! {
        h1 { (title) }
        p {
            (visit.say(format!("将对以下{}份申请：", chosen.len()), format!("You are about to decide about these {} filings:", chosen.len())))
            " " strong { (words) } @if !reason.is_empty() { " · " (data(reason)) }
        }
        (table(visit, chosen, &|_, filing| status(visit, filing.state.status(today))))
        form method="post" action="/filing-review" {
            (visit.form_token())
            input type="hidden" name="decision" value=(decision);
            input type="hidden" name="reason" value=(reason);
            input type="hidden" name="confirmed" value="yes";
            @for filing in chosen { input type="hidden" name={ (FIELD) (filing.id) } value="chosen"; }
            button { (visit.say("确认并执行", "Confirm and carry it out")) }
        }
        (back(visit))
    };
    visit.page(title, &body)
}

fn result(visit: &Visit, chosen: &[Filing], outcomes: &[Option<String>]) -> Response {
    let title = visit.say("批量审核结果", "What was decided");
    let left = outcomes.iter().filter(|outcome| outcome.is_some()).count();
    let done = outcomes.len() - left;
    let summary = visit.say(
        format!("已执行{done}份，未执行{left}份。"),
        format!("{done} were decided, {left} were not."),
    );
    let body = html! {
        h1 { (title) }
        (notice(if left == 0 { "good" } else { "warn" }, &summary))
        (table(visit, chosen, &|n, _| match outcomes.get(n) {
            Some(Some(why)) => html! { span.tag.bad { (visit.say("未执行", "not decided")) } " " (why) },
            _ => html! { span.tag.good { (visit.say("已执行", "decided")) } },
        }))
        (back(visit))
    };
    visit.page(title, &body)
}

fn table(visit: &Visit, chosen: &[Filing], last: &dyn Fn(usize, &Filing) -> Markup) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("所选申请", "Filings")) { table {
            thead { tr {
                th scope="col" { (visit.say("申请编号", "Number")) }
                th scope="col" { (visit.say("内容", "What")) }
                th scope="col" { (visit.say("结果", "Outcome")) }
            } }
            tbody { @for (n, filing) in chosen.iter().enumerate() { tr {
                td { a href=(address(filing.id)) { (filing.id) } }
                td { (what(filing)) }
                td { (last(n, filing)) }
            } } }
        } }
    }
}

fn back(visit: &Visit) -> Markup {
    html! { p { a href="/filing-review" { (visit.say("返回备案审核", "Back to the review")) } } }
}
