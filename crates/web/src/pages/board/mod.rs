//! The board (运行看板): what this process has measured of itself in the last hour or day, with a state in words and
//! the runbook beside it. It needs nothing but this process.

mod chart;
mod panels;
mod runbooks;
mod told;
mod words;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::board::{
    History, SAMPLED_EVERY_SECONDS, STALE_SECONDS, Span, State as Standing, Verdict, judged,
};
use tongguan_application::operating::{Condition, condition};
use tongguan_application::ports::Backups;
use tongguan_domain::time::Moment;

use self::panels::{PANELS, Panel};
pub use self::runbooks::page as runbooks;
pub use self::told::{Told, told};
use self::words::{meaning, tag};
use super::shell::{Visit, time};
use super::system::{process_rows, queues};
use crate::Shared;
use crate::caller::{aside, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Where it is shown.
pub const ADDRESS: &str = "/system/board";
/// Where what to do is shown.
pub const RUNBOOKS: &str = "/system/runbooks";

/// How far back to look.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    span: String,
}

/// What is looked at.
struct Looked {
    history: History,
    span: Span,
    verdicts: Vec<Verdict>,
    now: Moment,
    /// Nothing where the database does not answer.
    stands: Option<Condition>,
    /// Nothing where the database does not answer.
    told: Option<Told>,
    waiting_messages: usize,
    backups: Backups,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let span = match asked.span.as_str() {
        "" | "hour" => Span::Hour,
        "day" => Span::Day,
        _ => return Err(Problem::Malformed("span")),
    };
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let stands = blocking(move || enquiries.store().read(|view| condition(view, now))).await.ok();
    let told = told(Arc::clone(&shared.access.enquiries), now).await;
    let machine = Arc::clone(&shared.access.machine);
    let backups = aside(move || machine.backups()).await?;
    let history = shared.access.board.history();
    let verdicts = judged(&history, now);
    let waiting_messages = shared.access.reception.waiting();
    let looked = Looked { history, span, verdicts, now, stands, told, waiting_messages, backups };
    Ok(shown(&visit, &looked))
}

fn shown(visit: &Visit, looked: &Looked) -> Response {
    let title = visit.say("运行看板", "Board");
    let body = html! {
        h1 { (title) }
        (when(visit, looked))
        (overall(visit, looked))
        (spans(visit, looked.span))
        @for panel in PANELS { (panel.shown(visit, looked)) }
        @if let Some(told) = &looked.told {
            h2 #reasons { (visit.say("退单原因", "What documents are refused for")) }
            (told::refusals(visit, &told.outcome.refused))
            h2 #unfetched {
                (visit.say("未取回执", "Mailboxes that nobody fetches")) " " (tag(visit, Panel::MAILBOXES.state(looked)))
            }
            (told::mailboxes(visit, told))
        }
        h2 #queues { (visit.say("等待人工处理", "What waits for people")) }
        @match &looked.stands {
            Some(stands) => {
                (queues(visit, looked.waiting_messages, stands))
                h2 #processes { (visit.say("进程与职责", "Processes and duties")) " " (tag(visit, Panel::PROCESSES.state(looked))) }
                (processes(visit, stands))
            }
            None => { div.notice.bad role="alert" { p { (visit.say(
                "数据库没有应答，队列与进程未知。请查看“数据库”一栏的处置手册。",
                "The database does not answer, so queues and processes are not known. See the runbook of the database.",
            )) } } }
        }
        (kept(visit, looked))
    };
    visit.page(title, &body)
}

fn when(visit: &Visit, looked: &Looked) -> Markup {
    let every = SAMPLED_EVERY_SECONDS;
    html! {
        @match looked.history.latest() {
            None => { div.notice role="status" { p { (visit.say(
                format!("服务刚刚启动，尚无数据。{every}秒内会有第一个样本；请刷新。"),
                format!("The service has just started and has measured nothing yet. The first sample comes within {every} s; refresh then."),
            )) } } }
            Some(last) if looked.history.is_stale(looked.now) => { div.notice.bad role="alert" { p {
                (visit.say(
                    format!("超过{STALE_SECONDS}秒没有新样本，下列数字是旧的。数据库可能没有应答；请运行 tongguan doctor。最后样本："),
                    format!("No sample for more than {STALE_SECONDS} s: the figures below are old. The database may not answer; run tongguan doctor. The last sample: "),
                ))
                (time(last.at))
            } } }
            Some(last) => { p { (visit.say("最后样本：", "Last sample: ")) (time(last.at)) } }
        }
    }
}

/// The worst of all, and everything that is not good, the worst first.
fn overall(visit: &Visit, looked: &Looked) -> Markup {
    let worst = looked.verdicts.iter().map(|it| it.state).max().unwrap_or(Standing::Unknown);
    let mut troubled: Vec<_> =
        looked.verdicts.iter().filter(|it| it.state > Standing::Good).collect();
    troubled.sort_by_key(|it| std::cmp::Reverse(it.state));
    let (some, all) = (
        visit.say("需要注意的", "What needs somebody"),
        visit.say("全部告警条件", "All conditions"),
    );
    html! {
        h2 #state { (visit.say("总体", "Overall")) " " (tag(visit, worst)) }
        p { (visit.language.of(words::advice(worst))) }
        @if !troubled.is_empty() { (verdicts(visit, some, &troubled)) }
        details {
            summary { (all) }
            (verdicts(visit, all, &looked.verdicts.iter().collect::<Vec<_>>()))
        }
    }
}

fn verdicts(visit: &Visit, caption: &str, verdicts: &[&Verdict]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (visit.say("状态", "State")) }
                th scope="col" { (visit.say("条件", "Condition")) }
                th scope="col" { (visit.say("自", "Since")) }
                th scope="col" { (visit.say("处置手册", "Runbook")) }
            } }
            tbody { @for verdict in verdicts { tr {
                td { (tag(visit, verdict.state)) }
                th scope="row" { (visit.language.of(meaning(verdict.alert))) }
                td { @if let Some(since) = verdict.since { (time(since)) } }
                td { (runbook(verdict)) }
            } } }
        } }
    }
}

/// The way to what is to be done.
fn runbook(verdict: &Verdict) -> Markup {
    html! { a href={ (RUNBOOKS) "#" (verdict.alert.anchor()) } lang="en" { (verdict.alert.name) } }
}

fn spans(visit: &Visit, shown: Span) -> Markup {
    let spans = [
        (Span::Hour, "hour", ("最近一小时", "The last hour")),
        (Span::Day, "day", ("最近一天", "The last day")),
    ];
    let again = if shown == Span::Hour { "hour" } else { "day" };
    html! {
        nav aria-label=(visit.say("时间范围", "How far back")) { p {
            @for (span, name, title) in spans {
                a href={ (ADDRESS) "?span=" (name) } aria-current=[(span == shown).then_some("true")] {
                    (visit.language.of(title))
                }
                " · "
            }
            a href={ (ADDRESS) "?span=" (again) } { (visit.say("刷新", "Refresh")) }
            " · "
            a href="/system" { (visit.say("系统", "System")) }
        } }
    }
}

fn processes(visit: &Visit, stands: &Condition) -> Markup {
    let caption = visit.say("进程", "Processes");
    if stands.processes.is_empty() {
        return html! { p { (visit.say("没有进程持有租约。", "No process holds a lease.")) } };
    }
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (caption) }
                th scope="col" { (visit.say("状态", "Standing")) }
            } }
            tbody { (process_rows(visit, stands)) }
        } }
    }
}

/// What was signed and copied last.
fn kept(visit: &Visit, looked: &Looked) -> Markup {
    let head = looked.stands.as_ref().and_then(|stands| stands.lags.head);
    html! {
        h2 #kept { (visit.say("日志树头与备份", "Head of the log, and backups")) }
        dl.facts {
            dt { (visit.say("可验证日志的树头", "Signed head of the verifiable log")) }
            dd { @match head {
                Some(head) => {
                    (visit.say(format!("{}个叶子，签于 ", head.size), format!("{} leaves, signed ", head.size)))
                    (time(head.signed_at))
                }
                None => { (visit.say("没有", "none")) }
            } }
            dt { (visit.say("最近的备份", "Newest backup")) }
            dd { @match (&looked.backups.directory, looked.backups.made.first()) {
                (None, _) => { (visit.say("PostgreSQL自行备份，此处看不到。", "PostgreSQL makes its own, which are not seen here.")) }
                (Some(_), Some((name, _))) => { code { (name) } }
                (Some(directory), None) => {
                    (visit.say("此目录中没有：", "none in ")) code { (directory) }
                    (visit.say("。存放在别处的备份此处看不到。", "; those that lie elsewhere are not seen here."))
                }
            } }
        }
    }
}
