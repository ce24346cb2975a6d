//! The system (系统): queues, followers, what was set aside, storage, the log, backups, settings.

mod standbys;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::board::{
    DISK_SCARCE_BYTES, FOLLOWERS_LATE_SECONDS, RESPONSES_LATE_SECONDS, UNDECIDED_LATE_SECONDS,
};
use tongguan_application::enquiry::StandbyStanding;
use tongguan_application::numbering::made_at;
use tongguan_application::operating::{Condition, EngineSettings, Lags, Standing, condition};
use tongguan_application::ports::{Backups, Disk, LogLevel, NoBackup};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;

use super::board;
use super::form::{Sent, go_to};
use super::shell::{Visit, nothing, notice, time};
use super::sign_in::Empty;
use super::words::official;
use crate::Shared;
use crate::api::system::{tell_so_much, was_done};
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;

/// How much the log is to tell.
#[derive(Debug, Deserialize)]
pub struct Level {
    level: String,
}

/// What is looked at.
struct Looked {
    stands: Condition,
    standbys: Vec<StandbyStanding>,
    waiting_messages: usize,
    level: LogLevel,
    disk: Option<Disk>,
    backups: Backups,
    settings: Vec<(&'static str, String)>,
    now: Moment,
}

/// Shows it.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    shown(&shared, &visit, StatusCode::OK, &nothing()).await
}

/// Has the log tell more or less.
pub async fn set_log_level(
    State(shared): State<Shared>,
    caller: Caller,
    Sent(Level { level }): Sent<Level>,
) -> Result<Response, Problem> {
    let level = LogLevel::named(&level).ok_or(Problem::Malformed("level"))?;
    tell_so_much(&shared, &caller, level).await?;
    Ok(go_to("/system#log"))
}

/// Begins a backup.
pub async fn back_up(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(Empty {}): Sent<Empty>,
) -> Result<Response, Problem> {
    let (machine, now) = (Arc::clone(&shared.access.machine), shared.access.clock.now());
    let Err(why) = aside(move || machine.back_up(now)).await? else {
        tracing::info!(by = caller.audit_name(), "a backup was begun");
        was_done(&shared, &caller, "backup", ("backup", "", "begun".to_owned())).await?;
        return Ok(go_to("/system#backups"));
    };
    let text = match why {
        NoBackup::UnderWay => visit.say("正在备份，请等待完成。", "A backup is under way; wait for its end."),
        NoBackup::NoRoom => visit.say(
            "磁盘空间不足以容纳数据库副本；请先腾出空间。",
            "There is too little room for a copy of the database; make some first.",
        ),
        NoBackup::Elsewhere => visit.say(
            "数据库在PostgreSQL服务器上；请用下方命令备份。",
            "The database is a PostgreSQL server’s; use the command below.",
        ),
        NoBackup::NoDirectory => visit.say(
            "备份目录不可写；请检查数据目录的权限。",
            "The directory of backups cannot be written; check the permissions of the data directory.",
        ),
    };
    shown(&shared, &visit, StatusCode::CONFLICT, &notice("bad", text)).await
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let standbys = enquiries.standbys();
    // How the primary is set, whoever looks.
    let stands =
        blocking(move || enquiries.store().at_primary().read(|view| condition(view, now))).await?;
    let (waiting_messages, machine) =
        (shared.access.reception.waiting(), Arc::clone(&shared.access.machine));
    let looking = aside(move || Looked {
        stands,
        standbys,
        waiting_messages,
        level: machine.log_level(),
        disk: machine.disk(),
        backups: machine.backups(),
        settings: machine.settings(),
        now,
    });
    let looked = looking.await?;
    let title = visit.say("系统", "System");
    let body = html! {
        h1 { (title) }
        (told)
        p { a href=(board::ADDRESS) { (visit.say("运行看板：最近一小时和一天", "The board: the last hour and day")) } }
        h2 { (visit.say("队列", "Queues")) }
        (queues(visit, looked.waiting_messages, &looked.stands))
        h2 { (visit.say("后台任务", "Jobs")) }
        (jobs(visit, &looked))
        h2 { (visit.say("未能处理的", "What was set aside")) }
        (set_aside(visit, &looked.stands))
        h2 { (visit.say("存储", "Storage")) }
        (storage(visit, &looked))
        (standbys::table(visit, &looked.standbys))
        h2 #backups { (visit.say("备份", "Backups")) }
        (backups(visit, &looked.backups))
        h2 #log { (visit.say("日志", "Log")) }
        (log(visit, looked.level))
        h2 { (visit.say("版本与设置", "Version and settings")) }
        dl.facts { @for (name, value) in &looked.settings {
            dt { code { (name) } } dd { (value) }
        } }
        p.hint { (visit.say(
            "以上设置在服务设置文件中，重启后生效。",
            "These stand in the service’s file and change at its next start.",
        )) }
    };
    Ok(visit.page_with(status, title, &body))
}

/// What waits to be taken up, and what waits for people.
pub fn queues(visit: &Visit, waiting_messages: usize, stands: &Condition) -> Markup {
    let caption = visit.say("队列", "Queues");
    html! {
        dl.facts {
            dt { (visit.say("等待接收的报文和命令", "Messages and commands to be taken up")) } dd { (waiting_messages) }
            dt { (visit.say("等待单证的清单", "Declarations that wait for documents")) } dd { (stands.waiting) }
        }
        @if stands.queues.is_empty() {
            div.notice { p { (visit.say("没有清单在等待人工处理。", "No declaration waits for anybody.")) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(caption) { table {
                thead { tr {
                    th scope="col" { (visit.say("状态", "Status")) }
                    th.number scope="col" { (visit.say("票数", "Declarations")) }
                    th scope="col" { (visit.say("最早申报", "Oldest lodged")) }
                } }
                tbody { @for queue in &stands.queues { tr {
                    td { (queue.queue) " " @if let Some(status) = status_of(queue.queue) { (official(visit, status.title())) } }
                    td.number { (queue.length) }
                    td { (time(made_at(queue.first.0))) }
                } } }
            } }
        }
    }
}

fn status_of(queue: i64) -> Option<ReturnStatus> {
    i32::try_from(queue).ok().and_then(ReturnStatus::from_number)
}

fn jobs(visit: &Visit, looked: &Looked) -> Markup {
    let Lags { undecided_since, undistributed_since, unlisted_since, unaudited_since, .. } =
        &looked.stands.lags;
    let caption = visit.say("后台任务", "Jobs");
    let followers = [
        (
            visit.say("审结收到的报文", "Deciding what was received"),
            undecided_since,
            UNDECIDED_LATE_SECONDS,
        ),
        (
            visit.say("分发回执到信箱", "Responses into mailboxes"),
            undistributed_since,
            RESPONSES_LATE_SECONDS,
        ),
        (visit.say("更新包裹列表", "Lists of parcels"), unlisted_since, FOLLOWERS_LATE_SECONDS),
        (
            visit.say("将决定记入审计", "Decisions into the audit"),
            unaudited_since,
            FOLLOWERS_LATE_SECONDS,
        ),
    ];
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (visit.say("任务", "Job")) }
                th scope="col" { (visit.say("状态", "Standing")) }
            } }
            tbody {
                @for (name, since, late) in followers { tr {
                    th scope="row" { (name) }
                    td { (behind(visit, (*since, late), looked.now)) }
                } }
                (process_rows(visit, &looked.stands))
            }
        } }
    }
}

/// Each process, with what is its share and how its lease stands.
pub fn process_rows(visit: &Visit, stands: &Condition) -> Markup {
    html! {
        @for process in &stands.processes { tr {
            th scope="row" {
                (visit.say("进程", "Process")) " " (process.number) " (" (process.kind.name()) ") "
                code { (process.name) }
                @if let Some(address) = &process.address { " " code { (address) } }
            }
            td { (lease(visit, process)) (version(visit, process, stands.schema)) }
        } }
    }
}

/// What the share of a process is and how its lease stands. Every process renews its own, also while there is nothing
/// to do; one that has not is gone or cannot reach the database.
fn lease(visit: &Visit, process: &Standing) -> Markup {
    let count = process.partitions;
    html! {
        @if process.stands {
            (visit.say(format!("{count}/256分区，"), format!("{count} of 256 partitions, ")))
            (visit.say("租约至 ", "lease until ")) (time(process.until))
            @if !process.duties.is_empty() {
                br;
                (visit.say("为全部进程承担：", "for all of them: "))
                (process.duties.iter().map(|duty| duty.name()).collect::<Vec<_>>().join(", "))
            }
        } @else {
            span.tag.bad { (visit.say("租约已过期", "the lease has ended")) } " " (time(process.until))
        }
    }
}

/// Of a process that was not replaced yet after a newer one has changed the tables.
fn version(visit: &Visit, process: &Standing, schema: i64) -> Markup {
    html! {
        @if process.schema != schema {
            br;
            span.tag.warn { (visit.say("旧版本程序", "an older version")) } " "
            (visit.say(
                format!("只知表结构版本{}；方便时请以新版本替换。", process.schema),
                format!("It knows version {} of the tables; put the newer one in its place when it suits.", process.schema),
            ))
        }
    }
}

fn behind(visit: &Visit, (since, late): (Option<Moment>, u32), now: Moment) -> Markup {
    html! {
        @match since {
            None => { span.tag.good { (visit.say("已完成", "up to date")) } }
            Some(since) => {
                @let seconds = now.since(since).as_secs();
                @let kind = if seconds <= i64::from(late) { "tag" } else { "tag bad" };
                span class=(kind) { (visit.say(format!("落后{seconds}秒"), format!("{seconds} s behind"))) }
                " " (time(since))
            }
        }
    }
}

fn set_aside(visit: &Visit, stands: &Condition) -> Markup {
    let (held, dead) = (
        visit.say("未能审结的单证", "Documents that could not be decided"),
        visit.say("推送", "Webhooks"),
    );
    html! {
        @if stands.lags.held == 0 && stands.troubled.is_empty() {
            div.notice { p { (visit.say(
                "没有。未能审结的单证和未送达的推送会列在这里。",
                "Nothing. Documents that could not be decided and webhooks that fail are listed here.",
            )) } }
        }
        @if stands.lags.held > 0 {
            p { (visit.say(format!("{}：{}份", held, stands.lags.held), format!("{held}: {}", stands.lags.held))) }
            p.hint { (visit.say(
                "按原因修正后，请发送方重新发送。",
                "Mend what the reason names and have the sender send the document again.",
            )) }
            div.table tabindex="0" role="region" aria-label=(held) { table {
                thead { tr {
                    th scope="col" { (visit.say("报文", "Message")) }
                    th.number scope="col" { (visit.say("第几份", "Document")) }
                    th scope="col" { (visit.say("时间", "At")) }
                    th scope="col" { (visit.say("原因", "Why")) }
                } }
                tbody { @for held in &stands.first_held { tr {
                    td { (held.message_id) }
                    td.number { (held.ordinal + 1) }
                    td { (time(held.at)) }
                    td lang="en" { (held.reason) }
                } } }
            } }
        }
        @if !stands.troubled.is_empty() {
            div.table tabindex="0" role="region" aria-label=(dead) { table {
                thead { tr {
                    th scope="col" { (visit.say("推送地址", "Webhook")) }
                    th scope="col" { (visit.say("信箱", "Mailbox")) }
                    th.number scope="col" { (visit.say("未送达", "Dead letters")) }
                    th scope="col" { (visit.say("原因", "Why")) }
                } }
                tbody { @for (webhook, dead) in &stands.troubled { tr {
                    td { code { (webhook.number) } }
                    td { code { (webhook.mailbox) } }
                    td.number { (dead) }
                    td lang="en" { @if let Some(failing) = &webhook.failing { (failing.why) } }
                } } }
            } }
            p.hint { (visit.say(
                "由信箱所属单位在“推送”页处理，或用命令 tongguan webhook。",
                "The mailbox’s owner deals with them on the page of webhooks; or use the command tongguan webhook.",
            )) }
        }
    }
}

fn storage(visit: &Visit, looked: &Looked) -> Markup {
    html! {
        dl.facts {
            @match &looked.stands.engine {
                EngineSettings::Sqlite { .. } => { dt { (visit.say("数据库", "Database")) } dd { "SQLite" } }
                EngineSettings::Postgres { version, durability, damaged, .. } => {
                    dt { (visit.say("数据库", "Database")) } dd { "PostgreSQL " (version / 10_000) }
                    @for (name, value) in durability { dt { code { (name) } } dd { (value) } }
                    @if let Some(times) = damaged.filter(|times| *times > 0) {
                        dt { (visit.say("校验和不符的页", "Pages without their checksum")) }
                        dd { (times) " " span.tag.bad { (visit.say("已损坏；见运维手册", "damaged; see the runbook")) } }
                    }
                }
            }
            dt { (visit.say("表结构版本", "Version of the tables")) } dd { (looked.stands.schema) }
            dt { (visit.say("密钥月份", "Months that have a key")) }
            dd { (looked.stands.periods.join(" ")) @if looked.stands.periods.is_empty() { (visit.say("无", "none")) } }
            @if let Some(disk) = &looked.disk {
                @for (name, bytes) in &disk.files { dt { code { (name) } } dd { (size(*bytes)) } }
                dt { (visit.say("剩余空间", "Free space")) }
                dd { (size(disk.free)) @if disk.free < DISK_SCARCE_BYTES { " " span.tag.bad { (visit.say("不足", "scarce")) } } }
            }
        }
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..0x0010_0000 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        0x0010_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

fn backups(visit: &Visit, backups: &Backups) -> Markup {
    let Some(directory) = &backups.directory else {
        return html! {
            p { (visit.say(
                "PostgreSQL由其自身工具备份，服务运行中即可执行：",
                "PostgreSQL makes its own backups, while the service runs:",
            )) }
            pre { "pg_dump --format=custom --file=tongguan.dump DATABASE" }
            (key_apart(visit))
        };
    };
    html! {
        @if let Some(since) = backups.since {
            div.notice role="status" { p { (visit.say("正在备份，开始于 ", "A backup is under way since ")) (time(since)) } }
        }
        @if let Some(why) = &backups.failure {
            div.notice.bad role="alert" { p {
                (visit.say("上次备份失败：", "The last backup failed: ")) span lang="en" { (why) }
            } }
        }
        @if backups.made.is_empty() {
            div.notice { p { (visit.say("还没有备份。", "There is no backup yet.")) } }
        } @else {
            dl.facts { @for (name, bytes) in &backups.made { dt { code { (name) } } dd { (size(*bytes)) } } }
        }
        p { (visit.say("目录：", "Directory: ")) code { (directory) } }
        (key_apart(visit))
        form method="post" action="/system/backups" {
            (visit.form_token())
            button.quiet { (visit.say("现在备份", "Make a backup now")) }
        }
    }
}

fn key_apart(visit: &Visit) -> Markup {
    html! { p.hint { (visit.say(
        "密钥文件不在备份中；请另处保存。没有它，报文无法打开。",
        "The key file is not part of it: keep it elsewhere. Without it no message opens.",
    )) } }
}

fn log(visit: &Visit, now: LogLevel) -> Markup {
    html! {
        form.row method="post" action="/system/log" {
            (visit.form_token())
            div {
                label for="level" { (visit.say("详细程度", "How much it tells")) }
                select #level name="level" { @for (name, level) in LogLevel::NAMED {
                    option value=(name) selected[level == now] { (name) }
                } }
            }
            div { button.quiet { (visit.say("更改", "Change")) } }
        }
        p.hint { (visit.say(
            "立即生效，直到服务重启；日志中没有个人信息。",
            "At once, until the service starts again. No personal data is in the log.",
        )) }
    }
}
