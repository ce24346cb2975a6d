//! Everything that a service does beside its routes, by a process that has none.

use anyhow::ensure;
use tokio::sync::watch;
use tongguan_application::processes::ProcessKind;

use super::config::Config;
use super::metrics::Metrics;
use super::{Ending, Served, measure, measured, threads};
use crate::traces::TraceSettings;

/// Works as `config` says, until it is told to end. Once everything is open, `tell` is called.
///
/// # Errors
/// That the database is none that processes share; what cannot be opened, or did not end well.
pub fn work(config: &Config, tell: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    ensure!(
        config.place().embedded().is_none(),
        "a worker works beside services on one PostgreSQL, and the settings name a directory: set `database`; \
         a service with a directory does all of the work itself"
    );
    let runtime = threads()?;
    let asked = measured(config)?;
    let metrics = asked.is_some().then(Metrics::start).transpose()?;
    // Ends last, so that what is traced until then is told.
    let _traces = config.traces.as_ref().map(TraceSettings::start).transpose()?;
    let served = Served::start(config, (ProcessKind::Worker, None))?;
    let entered = runtime.enter();
    // Whoever is told that it works may at once tell it to end.
    let ending = Ending::watched()?;
    tell()?;
    // Held until the worker has ended, so that its end can be watched.
    let (_measuring, unmeasured) = watch::channel(());
    if let Some((listener, metrics)) = asked.zip(metrics) {
        let looked = metrics.of(served.access.clone());
        measure(&runtime, (listener, looked), config, unmeasured)?;
    }
    let mut ended = served.ended.clone();
    runtime.block_on(async {
        tokio::select! {
            () = ending.asked() => {}
            _ = ended.changed() => {}
        }
    });
    drop(entered);
    drop(runtime);
    served.finish()
}
