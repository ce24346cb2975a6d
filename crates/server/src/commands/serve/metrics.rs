//! What is measured while the service runs, for Prometheus, on a listener of its own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Deserialize;
use tongguan_application::board::ANSWER_BOUNDS;
use tongguan_application::enquiry::StandbyStanding;
use tongguan_application::mailboxes::unfetched;
use tongguan_application::operating::{Lags, Standing, lags, processes};
use tongguan_application::processes::ProcessKind;
use tongguan_domain::time::Moment;
use tongguan_storage::StorageError;
use tongguan_web::Access;

use crate::backups::made_at;
use crate::memory::{OWN_STATUS, resident_kib};

/// How often durations are counted that nobody asks for.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// How often mailboxes are looked through for what nobody fetches, in seconds: what is told is days old.
const MAILBOXES_EVERY_SECONDS: i64 = 60;

/// The settings under `[metrics]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Where to listen.
    pub listen: SocketAddr,
}

/// What is measured.
pub struct Metrics(PrometheusHandle);

/// What is looked at when somebody asks, or when it is time for a sample.
pub struct Looked {
    handle: PrometheusHandle,
    access: Access,
    /// When mailboxes were looked through last.
    mailboxes_at: Mutex<Option<Moment>>,
}

impl Metrics {
    /// Measures from now on, or goes on measuring: a process counts once.
    ///
    /// # Errors
    /// When somebody else measures already.
    pub fn start() -> anyhow::Result<Self> {
        static COUNTING: OnceLock<PrometheusHandle> = OnceLock::new();
        if let Some(handle) = COUNTING.get() {
            return Ok(Self(handle.clone()));
        }
        let recorder = PrometheusBuilder::new().set_buckets(&ANSWER_BOUNDS)?;
        let handle = recorder.install_recorder().context("cannot measure")?;
        let counted = COUNTING.get_or_init(|| handle).clone();
        let handle = counted.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::park_timeout(COUNT_EVERY);
                counted.run_upkeep();
            }
        });
        Ok(Self(handle))
    }

    /// Looks at this service besides.
    pub fn of(self, access: Access) -> Arc<Looked> {
        Arc::new(Looked { handle: self.0, access, mailboxes_at: Mutex::default() })
    }
}

/// `GET /metrics`.
pub fn routes(looked: Arc<Looked>) -> Router {
    Router::new().route("/metrics", get(metrics_now)).with_state(looked)
}

async fn metrics_now(State(looked): State<Arc<Looked>>) -> Response {
    let looked = tokio::task::spawn_blocking(move || looked.look()).await;
    let text = looked.unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

impl Looked {
    /// Everything that is measured, in the form that Prometheus reads.
    pub fn look(&self) -> String {
        let Access { reception, enquiries, clock, machine, .. } = &self.access;
        let now = clock.now();
        gauge!("tongguan_messages_waiting").set(whole(reception.waiting()));
        gauge!("tongguan_resident_bytes").set(exact(resident_kib(OWN_STATUS) << 10));
        if let Some(disk) = machine.disk() {
            gauge!("tongguan_disk_free_bytes").set(exact(disk.free));
            let of_database = |name: &str| ["tongguan.db", "tongguan.db-wal"].contains(&name);
            for (name, long) in disk.files.into_iter().filter(|(name, _)| of_database(name)) {
                gauge!("tongguan_database_bytes", "file" => name).set(exact(long));
            }
        }
        tell_standbys(&enquiries.standbys());
        let backups = machine.backups();
        if backups.directory.is_some() {
            let newest = backups.made.first().and_then(|(name, _)| made_at(name));
            let known = newest.map_or(f64::NAN, |at| age(Some(at), now));
            gauge!("tongguan_backup_seconds").set(known);
        }
        let seen = enquiries
            .store()
            .read(|view| Ok::<_, StorageError>((lags(view, now)?, processes(view, now)?)));
        gauge!("tongguan_database_answers").set(if seen.is_ok() { 1.0 } else { 0.0 });
        // A database that is away says nothing of its age.
        if let Ok((lags, processes)) = seen {
            self.tell_lags(&lags, now);
            tell_processes(&processes);
            self.tell_unfetched(now);
        }
        self.handle.render()
    }

    /// Where nobody tells anew, what was told stays.
    fn tell_unfetched(&self, now: Moment) {
        let mut last = self.mailboxes_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = last
            .is_some_and(|last| (0..MAILBOXES_EVERY_SECONDS).contains(&now.since(last).as_secs()));
        if is_known {
            return;
        }
        if let Ok(seen) = self.access.enquiries.store().read(|view| unfetched(view, now)) {
            gauge!("tongguan_unfetched_mailboxes").set(whole(seen.late));
            *last = Some(now);
        }
    }

    fn tell_lags(&self, lags: &Lags, now: Moment) {
        gauge!("tongguan_undecided_seconds").set(age(lags.undecided_since, now));
        gauge!("tongguan_undistributed_seconds").set(age(lags.undistributed_since, now));
        gauge!("tongguan_unlisted_seconds").set(age(lags.unlisted_since, now));
        gauge!("tongguan_unaudited_seconds").set(age(lags.unaudited_since, now));
        gauge!("tongguan_documents_held").set(exact(lags.held.unsigned_abs()));
        // Where this process keeps no log, another one may, or nobody any more.
        if self.access.attestor.is_some() {
            gauge!("tongguan_unsigned_seconds").set(age(lags.unsigned_since, now));
            if let Some(head) = lags.head {
                gauge!("tongguan_head_seconds").set(age(Some(head.signed_at), now));
            }
        }
    }
}

fn tell_standbys(standbys: &[StandbyStanding]) {
    for standby in standbys {
        let name = standby.name.clone();
        let is_left_out = if standby.trouble.is_some() { 1.0 } else { 0.0 };
        gauge!("tongguan_standby_left_out", "standby" => name.clone()).set(is_left_out);
        let behind = standby.behind.map_or(f64::NAN, |behind| behind.as_secs_f64());
        gauge!("tongguan_standby_behind_seconds", "standby" => name.clone()).set(behind);
        counter!("tongguan_standby_reads_total", "standby" => name.clone()).absolute(standby.reads);
        counter!("tongguan_standby_asked_again_total", "standby" => name)
            .absolute(standby.asked_again);
    }
}

fn tell_processes(processes: &[Standing]) {
    for kind in ProcessKind::ALL {
        let stand = processes.iter().filter(|it| it.stands && it.kind == kind).count();
        gauge!("tongguan_processes", "kind" => kind.name()).set(whole(stand));
    }
    let lapsed = processes.iter().filter(|it| !it.stands).count();
    gauge!("tongguan_processes_lapsed").set(whole(lapsed));
}

/// How long ago that was, in seconds; 0 where nothing was.
fn age(since: Option<Moment>, now: Moment) -> f64 {
    since.map_or(0.0, |since| now.since(since).as_secs_f64()).max(0.0)
}

/// A count, for Prometheus.
fn whole(count: usize) -> f64 {
    exact(u64::try_from(count).unwrap_or(u64::MAX))
}

/// A count or bytes, for Prometheus.
#[expect(clippy::cast_precision_loss, reason = "exact far beyond what is counted")]
const fn exact(count: u64) -> f64 {
    count as f64
}
