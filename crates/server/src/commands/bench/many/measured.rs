//! What was measured, and how it is told.

use std::io::{self, Write as _};
use std::thread;

use serde::Serialize;
use tongguan_domain::time::Moment;
use tongguan_storage::Holdings;

use super::super::{Percentiles, Sign, per};
use super::Many;
use super::breaking::{Broken, FailedOver};
use super::sending::Seen;

/// The result.
#[derive(Debug, Serialize)]
pub struct Measured {
    services: u8,
    workers: u8,
    /// Processes that were killed, and started anew.
    killed: u64,
    /// Each time that the primary was killed and a standby took over.
    failed_over: Vec<Recovery>,
    /// Those that were acknowledged, and so those that were released with a tax bill: or the command fails.
    parcels: u64,
    seconds: f64,
    parcels_per_second: f64,
    /// From a client's first attempt to the acknowledgement, attempts at killed services included.
    answer_ms: Percentiles,
    /// The longest time without any acknowledgement.
    longest_silence_ms: f64,
    messages: u64,
    /// Attempts that broke off or were turned away.
    failed_attempts: u64,
    /// Answers in mailboxes: each that was given, once.
    letters: i64,
    /// From which every balance was computed anew, and found as it stands: or the command fails.
    postings: u64,
    balances: u64,
    cores: usize,
    sign: Sign,
    documents_per_message: u64,
}

/// What the database holds at the end.
pub struct Kept {
    /// Rows.
    pub holdings: Holdings,
    /// From which balances follow.
    pub postings: u64,
    /// Those that agree with their postings.
    pub balances: u64,
}

/// How long it took until the service was back after its primary had been killed.
#[derive(Debug, Serialize, PartialEq)]
struct Recovery {
    /// From the kill until the standby could be written to.
    promoted_ms: f64,
    /// From then to the first acknowledgement; none came where it is absent.
    acknowledged_ms: Option<f64>,
    /// The longest time without any acknowledgement, of all that ended between this kill and the next one.
    longest_silence_ms: f64,
}

impl Many {
    #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "for people to read")]
    pub(super) fn measured(
        &self,
        seen: Seen,
        parcels: u64,
        kept: Kept,
        broken: &Broken,
    ) -> Measured {
        let silences = Silences { begin: seen.begin, acknowledged_at: &seen.acknowledged_at };
        Measured {
            services: self.serve,
            workers: self.workers,
            killed: broken.killed,
            failed_over: silences.recoveries(&broken.failed_over),
            parcels,
            seconds: per(seen.micros, 1_000_000),
            parcels_per_second: (parcels as f64 * 1e6 / seen.micros.max(1) as f64).round(),
            messages: seen.answered.len() as u64,
            longest_silence_ms: silences.longest(|_| true),
            answer_ms: Percentiles::of_micros(seen.answered),
            failed_attempts: seen.failed,
            letters: kept.holdings.letters,
            postings: kept.postings,
            balances: kept.balances,
            cores: thread::available_parallelism().map_or(1, usize::from),
            sign: self.sign,
            documents_per_message: self.documents_per_message,
        }
    }
}

impl Measured {
    /// Prints it, for people or as JSON.
    ///
    /// # Errors
    /// When nobody takes it.
    pub fn print(&self, as_json: bool) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if as_json {
            writeln!(out, "{}", serde_json::to_string(self)?)?;
            return Ok(());
        }
        let Self { parcels, seconds, parcels_per_second, answer_ms, .. } = self;
        writeln!(
            out,
            "{parcels} parcels by {} services and {} workers in {seconds} s: {parcels_per_second} a second",
            self.services, self.workers
        )?;
        writeln!(
            out,
            "{} processes killed; longest without an acknowledgement {} ms; {} attempts failed and were made again",
            self.killed, self.longest_silence_ms, self.failed_attempts
        )?;
        for recovery in &self.failed_over {
            let Recovery { promoted_ms, acknowledged_ms, longest_silence_ms } = recovery;
            let acknowledged = acknowledged_ms
                .map_or("never acknowledged again".to_owned(), |ms| {
                    format!("acknowledged again {ms} ms later")
                });
            writeln!(
                out,
                "primary killed: standby promoted after {promoted_ms} ms, {acknowledged}; longest without an \
                 acknowledgement {longest_silence_ms} ms"
            )?;
        }
        writeln!(
            out,
            "answer ms: p50 {}, p99 {}, max {}; {} messages",
            answer_ms.p50, answer_ms.p99, answer_ms.max, self.messages
        )?;
        writeln!(
            out,
            "nothing lost, nothing doubled: {} letters; {} balances are what {} postings make them",
            self.letters, self.balances, self.postings
        )?;
        Ok(())
    }
}

/// The times between acknowledgements.
struct Silences<'s> {
    begin: Moment,
    /// In order.
    acknowledged_at: &'s [Moment],
}

impl Silences<'_> {
    /// The longest of those that ended at such moments, in milliseconds.
    fn longest(&self, ended: impl Fn(Moment) -> bool) -> f64 {
        let begins = std::iter::once(&self.begin).chain(self.acknowledged_at);
        let silences = begins.zip(self.acknowledged_at).filter(|(_, end)| ended(**end));
        per(silences.map(|(begin, end)| end.micros() - begin.micros()).max().unwrap_or(0), 1_000)
    }

    fn recoveries(&self, failed_over: &[FailedOver]) -> Vec<Recovery> {
        let next = failed_over.iter().skip(1).map(|next| Some(next.killed_at));
        let pairs = failed_over.iter().zip(next.chain([None]));
        let recovery = |(one, next): (&FailedOver, Option<Moment>)| {
            let again = self.acknowledged_at.iter().find(|at| **at >= one.promoted_at);
            Recovery {
                promoted_ms: between(one.killed_at, one.promoted_at),
                acknowledged_ms: again.map(|at| between(one.promoted_at, *at)),
                longest_silence_ms: self
                    .longest(|end| end >= one.killed_at && next.is_none_or(|next| end < next)),
            }
        };
        pairs.map(recovery).collect()
    }
}

fn between(begin: Moment, end: Moment) -> f64 {
    per(end.micros() - begin.micros(), 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Moment {
        Moment::from_micros(millis * 1_000)
    }

    #[test]
    fn a_recovery_ends_with_the_first_acknowledgement_behind_the_promotion() {
        // The one at 21 was under way when the primary died.
        let acknowledged_at = [5, 21, 100, 101, 300].map(at);
        let silences = Silences { begin: at(0), acknowledged_at: &acknowledged_at };
        let failed_over = [(20, 60), (200, 400)].map(|(killed, promoted)| FailedOver {
            killed_at: at(killed),
            promoted_at: at(promoted),
        });
        let told = silences.recoveries(&failed_over);
        let recovery = |promoted_ms, acknowledged_ms, longest_silence_ms| Recovery {
            promoted_ms,
            acknowledged_ms,
            longest_silence_ms,
        };
        assert_eq!(told, [recovery(40.0, Some(40.0), 79.0), recovery(200.0, None, 199.0)]);
        assert!((silences.longest(|_| true) - 199.0).abs() < f64::EPSILON);
    }
}
