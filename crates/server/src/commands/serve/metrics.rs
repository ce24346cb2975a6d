//! What is measured while the service runs, for Prometheus, on a listener of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
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
use tongguan_application::operating::{processes, unaudited_since};
use tongguan_application::processes::ProcessKind;
use tongguan_domain::time::Moment;
use tongguan_web::Access;

/// The bounds of what is counted of durations, in seconds.
const BOUNDS: &[f64] =
    &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
/// How often durations are counted that nobody asks for.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// The settings under `[metrics]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Where to listen.
    pub listen: SocketAddr,
}

/// What is measured.
pub struct Metrics(PrometheusHandle);

/// What is looked at when somebody asks.
struct Looked {
    handle: PrometheusHandle,
    access: Access,
    /// The directory of the embedded database.
    embedded: Option<PathBuf>,
}

impl Metrics {
    /// Measures from now on.
    ///
    /// # Errors
    /// When somebody else measures already.
    pub fn start() -> anyhow::Result<Self> {
        let recorder = PrometheusBuilder::new().set_buckets(BOUNDS)?;
        let handle = recorder.install_recorder().context("cannot measure")?;
        let counted = handle.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::park_timeout(COUNT_EVERY);
                counted.run_upkeep();
            }
        });
        Ok(Self(handle))
    }

    /// `GET /metrics`.
    pub fn routes(self, access: Access, embedded: Option<PathBuf>) -> Router {
        let looked = Looked { handle: self.0, access, embedded };
        Router::new().route("/metrics", get(metrics_now)).with_state(Arc::new(looked))
    }
}

async fn metrics_now(State(looked): State<Arc<Looked>>) -> Response {
    let looked = tokio::task::spawn_blocking(move || looked.look()).await;
    let text = looked.unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

impl Looked {
    fn look(&self) -> String {
        let Access { reception, mailboxes, enquiries, clock, .. } = &self.access;
        gauge!("tongguan_messages_waiting").set(whole(reception.waiting()));
        let age = |oldest: Option<Moment>| {
            let age = oldest.map(|oldest| clock.now().since(oldest).as_secs_f64());
            age.unwrap_or(0.0).max(0.0)
        };
        // A database that is away says nothing of its age; that it is away, `/ready` says.
        if let Ok(oldest) = mailboxes.oldest_undistributed() {
            gauge!("tongguan_undistributed_seconds").set(age(oldest));
        }
        if let Ok(oldest) = enquiries.store().read(unaudited_since) {
            gauge!("tongguan_unaudited_seconds").set(age(oldest));
        }
        if let Ok(processes) = enquiries.store().read(|view| processes(view, clock.now())) {
            for kind in ProcessKind::ALL {
                let stand = processes.iter().filter(|it| it.stands && it.kind == kind).count();
                gauge!("tongguan_processes", "kind" => kind.name()).set(whole(stand));
            }
            let lapsed = processes.iter().filter(|it| !it.stands).count();
            gauge!("tongguan_processes_lapsed").set(whole(lapsed));
        }
        for standby in enquiries.standbys() {
            let name = standby.name;
            let is_used = usize::from(standby.trouble.is_none());
            gauge!("tongguan_standby_used", "standby" => name.clone()).set(whole(is_used));
            let behind = standby.behind.map_or(f64::NAN, |behind| behind.as_secs_f64());
            gauge!("tongguan_standby_behind_seconds", "standby" => name.clone()).set(behind);
            counter!("tongguan_standby_reads_total", "standby" => name.clone())
                .absolute(standby.reads);
            counter!("tongguan_standby_asked_again_total", "standby" => name)
                .absolute(standby.asked_again);
        }
        let files = self.embedded.iter().flat_map(fs::read_dir).flatten().flatten();
        for file in files {
            let name = file.file_name().to_string_lossy().into_owned();
            if let ("tongguan.db" | "tongguan.db-wal", Ok(is)) = (name.as_str(), file.metadata()) {
                let bytes = usize::try_from(is.len()).unwrap_or(usize::MAX);
                gauge!("tongguan_database_bytes", "file" => name).set(whole(bytes));
            }
        }
        self.handle.render()
    }
}

/// A count, for Prometheus.
#[expect(clippy::cast_precision_loss, reason = "exact far beyond what is counted")]
fn whole(count: usize) -> f64 {
    count as f64
}
