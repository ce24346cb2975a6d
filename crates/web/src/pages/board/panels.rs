//! The panels of the board: what is drawn together, and which alerts are about it.

use maud::{Markup, html};
use tongguan_application::board::{Figure, Measure, State, Subject};

use super::chart::{Line, chart, table};
use super::words::{Unit, tag};
use super::{Looked, runbook};
use crate::pages::shell::Visit;

/// Figures in one unit over one time.
pub struct Panel {
    id: &'static str,
    title: (&'static str, &'static str),
    subject: Option<Subject>,
    unit: Unit,
    lines: &'static [Line],
}

const fn line(title: (&'static str, &'static str), figure: Figure) -> Line {
    Line { title, figure }
}

/// All of them, in the order in which somebody looks who was woken.
pub const PANELS: &[Panel] = &[
    Panel {
        id: "arrivals",
        title: ("报文与清单", "Messages and declarations"),
        subject: None,
        unit: Unit::PerSecond,
        lines: &[
            line(("接受的报文", "messages taken"), Figure::Rate(Measure::Taken)),
            line(("清单", "declarations"), Figure::Rate(Measure::Declarations)),
            line(("入信箱的回执", "responses into mailboxes"), Figure::Rate(Measure::Letters)),
        ],
    },
    Panel {
        id: "answers",
        title: ("/ceb 应答时间", "How fast /ceb answers"),
        subject: Some(Subject::Answers),
        unit: Unit::Seconds,
        lines: &[
            line(("半数以内（p50）", "half within (p50)"), Figure::Within(0.5)),
            line(("百分之九十九以内（p99）", "99 of 100 within (p99)"), Figure::Within(0.99)),
        ],
    },
    Panel {
        id: "waiting",
        title: ("等待", "What waits"),
        subject: Some(Subject::Waiting),
        unit: Unit::Count,
        lines: &[
            line(
                ("待接收的报文", "messages to be taken up"),
                Figure::Level(Measure::MessagesWaiting),
            ),
            line(
                ("未能审结的单证", "documents that could not be decided"),
                Figure::Level(Measure::Held),
            ),
        ],
    },
    Panel {
        id: "refusals",
        title: ("拒收，按原因", "Refusals, by reason"),
        subject: Some(Subject::Refused),
        unit: Unit::PerSecond,
        lines: &[
            line(
                ("整份退回（报文有误）", "refused as a whole: the message is wrong"),
                Figure::Rate(Measure::RefusedWhole),
            ),
            line(
                ("请求有误（4xx）", "the request is wrong (4xx)"),
                Figure::Rate(Measure::CallersWrong),
            ),
            line(
                ("无法接收（5xx）", "turned away: full or away (5xx)"),
                Figure::Rate(Measure::TurnedAway),
            ),
            line(("未能保存", "could not be kept"), Figure::Rate(Measure::NotKept)),
        ],
    },
    Panel {
        id: "errors",
        title: ("其他页面与接口的错误", "Errors of pages and operations"),
        subject: None,
        unit: Unit::PerSecond,
        lines: &[line(("5xx", "5xx"), Figure::Rate(Measure::Errors))],
    },
    Panel {
        id: "batches",
        title: ("每批用时", "How long a batch takes"),
        subject: Some(Subject::Batches),
        unit: Unit::Micros,
        lines: &[line(
            ("读取、审结、写入与提交", "loading, deciding, writing and committing"),
            Figure::Each(Measure::BatchMicros, Measure::Batches),
        )],
    },
    Panel {
        id: "batch-size",
        title: ("每批单证数", "How much a batch holds"),
        subject: None,
        unit: Unit::Count,
        lines: &[line(("单证", "documents"), Figure::Each(Measure::Documents, Measure::Batches))],
    },
    Panel {
        id: "behind",
        title: ("后台任务落后", "How far jobs are behind"),
        subject: Some(Subject::Followers),
        unit: Unit::Seconds,
        lines: &[
            line(
                ("审结收到的报文", "deciding what was received"),
                Figure::Level(Measure::Undecided),
            ),
            line(
                ("分发回执到信箱", "responses into mailboxes"),
                Figure::Level(Measure::Undistributed),
            ),
            line(("包裹列表", "lists of parcels"), Figure::Level(Measure::Unlisted)),
            line(("审计", "the audit"), Figure::Level(Measure::Unaudited)),
        ],
    },
    Panel {
        id: "log",
        title: ("可验证日志", "The verifiable log"),
        subject: Some(Subject::Log),
        unit: Unit::Seconds,
        lines: &[
            line(("落后", "behind"), Figure::Level(Measure::Unsigned)),
            line(("树头签发至今", "age of the signed head"), Figure::Level(Measure::HeadAge)),
        ],
    },
    Panel {
        id: "database",
        title: ("数据库", "Database"),
        subject: Some(Subject::Database),
        unit: Unit::Bytes,
        lines: &[
            line(("数据库文件", "the file"), Figure::Level(Measure::DatabaseBytes)),
            line(("预写日志", "its write-ahead log"), Figure::Level(Measure::WriteAheadBytes)),
        ],
    },
    Panel {
        id: "disk",
        title: ("磁盘剩余", "Room on the disk"),
        subject: Some(Subject::Disk),
        unit: Unit::Bytes,
        lines: &[line(("剩余", "free"), Figure::Level(Measure::DiskFree))],
    },
    Panel {
        id: "memory",
        title: ("内存", "Memory"),
        subject: None,
        unit: Unit::Bytes,
        lines: &[
            line(("本进程", "this process"), Figure::Level(Measure::Resident)),
            line(("接收中的报文", "messages in flight"), Figure::Level(Measure::BytesInFlight)),
        ],
    },
    Panel {
        id: "connections",
        title: ("连接", "Connections"),
        subject: None,
        unit: Unit::Count,
        lines: &[line(("打开的", "open"), Figure::Level(Measure::Connections))],
    },
    Panel {
        id: "upstream",
        title: ("转发", "Upstream"),
        subject: Some(Subject::Upstream),
        unit: Unit::Count,
        lines: &[line(("待转发", "to be sent"), Figure::Level(Measure::RelayWaiting))],
    },
    Panel {
        id: "backups",
        title: ("备份", "Backups"),
        subject: Some(Subject::Backups),
        unit: Unit::Seconds,
        lines: &[line(("最近备份至今", "age of the newest"), Figure::Level(Measure::BackupAge))],
    },
];

impl Panel {
    /// That of the processes, which has no figures of its own.
    pub const PROCESSES: Self = Self {
        id: "processes",
        title: ("进程", "Processes"),
        subject: Some(Subject::Processes),
        unit: Unit::Count,
        lines: &[],
    };

    /// That of the mailboxes, which are a table.
    pub const MAILBOXES: Self = Self {
        id: "unfetched",
        title: ("未取回执", "Mailboxes that nobody fetches"),
        subject: Some(Subject::Mailboxes),
        ..Self::PROCESSES
    };

    /// How it stands with the alerts that are about it: the worst; nothing where none is.
    pub fn state(&self, looked: &Looked) -> State {
        let about = looked.verdicts.iter().filter(|it| Some(it.alert.subject) == self.subject);
        about.map(|it| it.state).max().unwrap_or(State::Unknown)
    }

    /// Its state, its figures now, as lines, and as a table.
    pub fn shown(&self, visit: &Visit, looked: &Looked) -> Markup {
        let samples = looked.history.samples(looked.span);
        let about = looked.verdicts.iter().filter(|it| Some(it.alert.subject) == self.subject);
        let title = visit.language.of(self.title);
        html! {
            section aria-labelledby=(self.id) {
                h2 id=(self.id) {
                    (title)
                    @if self.subject.is_some() { " " (tag(visit, self.state(looked))) }
                }
                @for verdict in about.filter(|it| it.state > State::Good) {
                    p { (visit.language.of(super::meaning(verdict.alert))) " " (runbook(verdict)) }
                }
                @if samples.is_empty() {
                    p.hint { (visit.say("尚无数据。", "Nothing was measured yet.")) }
                } @else {
                    (chart(visit, (self.id, title), self.unit, self.lines, (samples, looked.span)))
                    (table(visit, title, self.unit, self.lines, (samples, looked.span)))
                }
            }
        }
    }
}
