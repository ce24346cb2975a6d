//! How the service stands.

use serde::Serialize;
use tongguan_application::enquiry::StandbyStanding;
use tongguan_application::numbering::made_at;
use tongguan_application::operating::Condition;
use tongguan_application::ports::{Backups, Machine};
use utoipa::ToSchema;

/// How the service stands (系统状态).
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemView {
    /// The queues of declarations that have anything in them.
    queues: Vec<QueueDepthView>,
    /// How many declarations wait for documents.
    waiting_for_documents: i64,
    /// How many messages and commands wait to be taken up.
    waiting_messages: usize,
    /// Since when what was received first waits to be decided.
    undecided_since: Option<String>,
    /// When the oldest response was decided that lies in no mailbox yet.
    undistributed_since: Option<String>,
    /// When the oldest decision was made that the lists of parcels do not show yet.
    unlisted_since: Option<String>,
    /// When the oldest decision was made that the audit has not taken up yet.
    unaudited_since: Option<String>,
    /// How many documents could not be decided.
    held: i64,
    /// Webhooks whose receivers fail, are gone, or have dead letters.
    troubled_webhooks: Vec<TroubledView>,
    /// How much the log tells: `error`, `warn`, `info` or `debug`.
    log_level: &'static str,
    /// The files of the database, where they lie on this machine.
    files: Vec<FileView>,
    /// Bytes that are free beside them.
    free_bytes: Option<u64>,
    /// The backups.
    backups: BackupsView,
    /// The version of the database's tables.
    schema: i64,
    /// Standbys that pages and reports are read from.
    standbys: Vec<StandbyView>,
    /// What the service was started with.
    settings: Vec<SettingShownView>,
}

/// A standby that pages and reports are read from.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandbyView {
    /// Its host, port and database.
    name: String,
    /// Why it is left out; nothing where it is used.
    trouble: Option<String>,
    /// How many seconds it is behind the primary at most.
    behind_seconds: Option<u64>,
    /// How often it was read from since the service started.
    reads: u64,
    /// How often it broke off what it was asked, and the primary was asked again.
    asked_again: u64,
}

/// A queue of declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueDepthView {
    /// Which: 300, 500 and so on.
    queue: i64,
    /// How many stand in it.
    length: i64,
    /// When the one was lodged that was lodged first.
    oldest_lodged_at: String,
}

/// A webhook in trouble.
#[derive(Debug, Serialize, ToSchema)]
pub struct TroubledView {
    /// Its number.
    number: String,
    /// Its mailbox.
    mailbox: String,
    /// How many dead letters it has.
    dead_letters: usize,
    /// Since when it fails.
    failing_since: Option<String>,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    /// Its name.
    name: String,
    /// How long it is.
    bytes: u64,
}

/// The backups.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupsView {
    /// Those that are whole, the newest first.
    made: Vec<FileView>,
    /// Since when one is being made.
    since: Option<String>,
    /// Why the last one failed.
    failure: Option<String>,
}

/// A setting of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingShownView {
    /// Its name.
    name: &'static str,
    /// Its value.
    value: String,
}

impl SystemView {
    /// Of a service in this condition.
    pub fn of(
        condition: &Condition,
        standbys: &[StandbyStanding],
        waiting_messages: usize,
        machine: &dyn Machine,
    ) -> Self {
        let disk = machine.disk();
        let free_bytes = disk.as_ref().map(|disk| disk.free);
        Self {
            queues: condition
                .queues
                .iter()
                .map(|queue| QueueDepthView {
                    queue: queue.queue,
                    length: queue.length,
                    oldest_lodged_at: made_at(queue.first.0).to_string(),
                })
                .collect(),
            waiting_for_documents: condition.waiting,
            waiting_messages,
            undecided_since: condition.lags.undecided_since.map(|at| at.to_string()),
            undistributed_since: condition.lags.undistributed_since.map(|at| at.to_string()),
            unlisted_since: condition.lags.unlisted_since.map(|at| at.to_string()),
            unaudited_since: condition.lags.unaudited_since.map(|at| at.to_string()),
            held: condition.lags.held,
            troubled_webhooks: condition
                .troubled
                .iter()
                .map(|(webhook, dead_letters)| TroubledView {
                    number: webhook.number.to_string(),
                    mailbox: webhook.mailbox.to_string(),
                    dead_letters: *dead_letters,
                    failing_since: webhook.failing.as_ref().map(|it| it.since.to_string()),
                })
                .collect(),
            log_level: machine.log_level().name(),
            files: files(disk.map(|disk| disk.files).unwrap_or_default()),
            free_bytes,
            backups: BackupsView::of(machine.backups()),
            schema: condition.schema,
            standbys: standbys.iter().map(StandbyView::of).collect(),
            settings: machine
                .settings()
                .into_iter()
                .map(|(name, value)| SettingShownView { name, value })
                .collect(),
        }
    }
}

impl StandbyView {
    fn of(standby: &StandbyStanding) -> Self {
        Self {
            name: standby.name.clone(),
            trouble: standby.trouble.as_ref().map(ToString::to_string),
            behind_seconds: standby.behind.map(|behind| behind.as_secs()),
            reads: standby.reads,
            asked_again: standby.asked_again,
        }
    }
}

impl BackupsView {
    /// Of the backups of a service.
    pub fn of(backups: Backups) -> Self {
        Self {
            made: files(backups.made),
            since: backups.since.map(|at| at.to_string()),
            failure: backups.failure,
        }
    }
}

fn files(files: Vec<(String, u64)>) -> Vec<FileView> {
    files.into_iter().map(|(name, bytes)| FileView { name, bytes }).collect()
}
