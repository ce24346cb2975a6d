//! The words of the board.

#![expect(clippy::float_arithmetic, reason = "figures as people read them")]

use maud::{Markup, html};
use tongguan_application::board::{Alert, State};

use crate::pages::shell::Visit;

/// In what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// So many a second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// Microseconds.
    Micros,
    /// Bytes.
    Bytes,
    /// So many.
    Count,
}

impl Unit {
    /// A figure as people read it.
    pub fn written(self, visit: &Visit, value: f64) -> String {
        const KIB: f64 = 1_024.0;
        match self {
            Self::PerSecond if value > 0.0 && value < 0.05 => {
                visit.say("<0.1/秒", "<0.1/s").to_owned()
            }
            Self::PerSecond => format!("{value:.1}{}", visit.say("/秒", "/s")),
            Self::Count => format!("{value:.0}"),
            Self::Micros => Self::Seconds.written(visit, value / 1e6),
            Self::Seconds if value == 0.0 => visit.say("0秒", "0 s").to_owned(),
            Self::Seconds if value < 1.0 => {
                format!("{:.0} {}", value * 1e3, visit.say("毫秒", "ms"))
            }
            Self::Seconds if value < 120.0 => format!("{value:.1} {}", visit.say("秒", "s")),
            Self::Seconds if value < 7_200.0 => {
                format!("{:.0} {}", value / 60.0, visit.say("分", "min"))
            }
            Self::Seconds => format!("{:.1} {}", value / 3_600.0, visit.say("小时", "h")),
            Self::Bytes if value < KIB * KIB => format!("{:.0} KiB", value / KIB),
            Self::Bytes if value < KIB * KIB * KIB => format!("{:.1} MiB", value / KIB / KIB),
            Self::Bytes => format!("{:.1} GiB", value / KIB / KIB / KIB),
        }
    }
}

/// A state in a word, which says all that its colour says.
pub fn tag(visit: &Visit, state: State) -> Markup {
    let (class, title) = match state {
        State::Unknown => ("tag", ("未知", "not known")),
        State::Good => ("tag good", ("正常", "good")),
        State::Look => ("tag warn", ("请查看", "look")),
        State::ActNow => ("tag bad", ("立即处理", "act now")),
    };
    html! { span class=(class) { (visit.language.of(title)) } }
}

/// What is to be done at all.
pub const fn advice(worst: State) -> (&'static str, &'static str) {
    match worst {
        State::Unknown => ("数据还不足以判断。", "Too little was measured yet to say."),
        State::Good => ("没有需要处理的。", "Nothing has to be done."),
        State::Look => (
            "有需要在上班时查看的，或告警即将发出。",
            "Something should be looked at in the morning, or an alert is about to be raised.",
        ),
        State::ActNow => {
            ("有需要立即处理的：请按处置手册进行。", "Somebody has to act now: follow the runbook.")
        }
    }
}

/// What an alert says.
pub fn meaning(alert: &Alert) -> (&'static str, &'static str) {
    match alert.name {
        "TongguanDatabaseAway" => ("数据库没有应答", "the database does not answer"),
        "TongguanNothingCommitted" => {
            ("有报文等待，但没有一批提交", "messages wait, and no batch is committed")
        }
        "TongguanTurnsAway" => (
            "拒收报文：已满或无法保存",
            "messages are turned away: it is full, or cannot store them",
        ),
        "TongguanMessagesNotKept" => ("报文未能保存", "messages could not be stored"),
        "TongguanNoRoom" => ("磁盘剩余不足1 GiB", "less than 1 GiB is left on the disk"),
        "TongguanResponsesLate" => {
            ("回执超过一分钟未入信箱", "a response lies in no mailbox for over a minute")
        }
        "TongguanDecisionsLate" => (
            "收到的报文超过十五分钟未审结",
            "what was received waits to be decided for over 15 minutes",
        ),
        "TongguanDocumentsHeld" => ("有未能审结的单证", "documents could not be decided"),
        "TongguanRoomScarce" => ("磁盘剩余不足10 GiB", "less than 10 GiB is left on the disk"),
        "TongguanCommitsSlow" => {
            ("每批平均超过半秒", "a batch takes more than half a second on the average")
        }
        "TongguanErrors" => ("页面或接口出错", "pages or operations answer with errors"),
        "TongguanListsLate" => {
            ("包裹列表落后超过十五分钟", "the lists of parcels are over 15 minutes behind")
        }
        "TongguanAuditLate" => ("审计落后超过十五分钟", "the audit is over 15 minutes behind"),
        "TongguanHeadLate" => {
            ("可验证日志落后超过一分钟", "the verifiable log is over a minute behind")
        }
        "TongguanRelayWaits" => {
            ("有报文待转发，但没有一份发出", "messages wait to be sent upstream, and none is")
        }
        "TongguanRelayGivenUp" => ("已放弃转发报文", "messages to upstream were given up"),
        "TongguanLogGrows" => {
            ("预写日志超过1 GiB", "the write-ahead log has over 1 GiB and is not brought in")
        }
        "TongguanConnectionsFull" => ("连接超过700个", "there are over 700 connections"),
        "TongguanMailUnfetched" => {
            ("有回执超过一天无人收取", "answers have waited for over a day to be fetched")
        }
        "TongguanProcessLapsed" => (
            "有进程的租约已过期且未移除",
            "a process has not renewed its lease, and nobody has removed it",
        ),
        "TongguanStandbyLeftOut" => {
            ("有备库超过五分钟未用于查询", "a standby has not been read from for over five minutes")
        }
        "TongguanBackupOld" => ("最近的备份超过36小时", "the newest backup is over 36 hours old"),
        _ => ("服务没有应答", "the service does not answer"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tongguan_application::board::ALERTS;

    use super::*;

    #[test]
    fn every_alert_says_something_of_its_own() {
        let said: BTreeSet<_> = ALERTS.iter().map(meaning).collect();
        assert_eq!(said.len(), ALERTS.len());
    }
}
