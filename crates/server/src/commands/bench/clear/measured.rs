//! What a run without anything stored before gives.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::bench::{Flow, Percentiles, Sign};

/// The result.
#[derive(Debug, Serialize)]
pub struct Measured {
    pub(super) flow: Flow,
    pub(super) parcels: u64,
    /// Those that were released, imports with a tax bill, or that left the country.
    pub(super) cleared: u64,
    pub(super) seconds: f64,
    /// How many were cleared in a second.
    pub parcels_per_second: f64,
    pub(super) latency_ms: Percentiles,
    /// Microseconds of each stage for one parcel; refining runs on several threads side by side.
    pub(super) stages_us: Stages,
    pub(super) rows_per_parcel: f64,
    pub(super) wal_bytes_per_parcel: f64,
    /// How often the log was synced, where the engine tells.
    pub(super) fsyncs: Option<u64>,
    pub(super) batches: u64,
    pub(super) longest_commit_ms: f64,
    pub(super) peak_rss_mib: u64,
    pub(super) cores: usize,
    pub(super) engine: &'static str,
    pub(super) settings: Settings,
}

#[derive(Debug, Serialize)]
pub(super) struct Stages {
    pub(super) refine: f64,
    pub(super) commit: f64,
    pub(super) writer_idle: f64,
    /// To make leaves of the verifiable log of it, on one thread, when everything else was done.
    pub(super) log: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Settings {
    pub(super) sign: Sign,
    pub(super) documents_per_message: u64,
    pub(super) workers: usize,
    pub(super) rate: Option<u64>,
}

impl Measured {
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { parcels, seconds, parcels_per_second, latency_ms, stages_us, .. } = self;
        writeln!(
            out,
            "{parcels} parcels ({}) in {seconds} s: {parcels_per_second} a second ({})",
            self.flow.name(),
            self.engine
        )?;
        writeln!(
            out,
            "latency ms: p50 {}, p99 {}, max {}",
            latency_ms.p50, latency_ms.p99, latency_ms.max
        )?;
        writeln!(
            out,
            "µs a parcel: refine {} (over {} threads), commit {}, writer idle {}; log {} (afterwards, one thread)",
            stages_us.refine,
            self.settings.workers,
            stages_us.commit,
            stages_us.writer_idle,
            stages_us.log
        )?;
        writeln!(
            out,
            "a parcel: {} rows, {} bytes of log; {} batches, {} syncs, longest commit {} ms, {} MiB at most",
            self.rows_per_parcel,
            self.wal_bytes_per_parcel,
            self.batches,
            self.fsyncs.map_or_else(|| "?".to_owned(), |syncs| syncs.to_string()),
            self.longest_commit_ms,
            self.peak_rss_mib
        )
    }
}
