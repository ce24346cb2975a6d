//! Filling: parcels that nobody signed, made up by other processes while they are cleared like all others.

use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_application::processes::ProcessKind;
use tongguan_domain::time::Moment;
use tongguan_storage::Target;

use super::super::run::{Pace, run};
use super::super::{Clear, a_second, opening};
use crate::clock::SystemClock;
use crate::commands::bench::input::Wanted;
use crate::commands::bench::memory::Memory;
use crate::commands::bench::{Flow, Sign, per};
use crate::memory::{OWN_STATUS, resident_kib};

/// How many documents a message holds; the most.
const DOCUMENTS_PER_MESSAGE: u64 = 100;
/// How often it is told how far it has come, in seconds.
const TELLING: u64 = 10;

/// How the database was filled.
#[derive(Debug, Serialize)]
pub struct Filling {
    pub parcels: u64,
    pub seconds: f64,
    pub parcels_per_second: f64,
    /// The same for each tenth of the way, the processes that make up parcels on the same cores.
    pub parcels_per_second_of_tenths: Vec<f64>,
    pub commit_us: f64,
    pub longest_commit_ms: f64,
    pub rss_mib: Memory,
}

/// Stores so many more parcels behind so many.
///
/// # Errors
/// When the database cannot be opened, or a message was not stored.
pub fn fill(clear: &Clear, target: &Target, stored: u64, more: u64) -> anyhow::Result<Filling> {
    let more = more.next_multiple_of(DOCUMENTS_PER_MESSAGE);
    let product = opening::product(opening::store(target)?, Sign::None)?;
    let pipeline = product.start((ProcessKind::Command, None), clear.workers)?;
    let wanted = Wanted {
        flow: Flow::Import,
        after: stored,
        parcels: more,
        sign: Sign::None,
        documents_per_message: DOCUMENTS_PER_MESSAGE,
        at: SystemClock.now(),
    };
    let mut seen = Seen::new(stored, more);
    let pace = Pace {
        documents_per_message: DOCUMENTS_PER_MESSAGE,
        rate: None,
        progress: &mut |parcels| seen.came(parcels),
    };
    let through = run(pipeline, product.clock.clone(), &mut wanted.stream()?, pace)?;
    Ok(Filling {
        parcels: more,
        seconds: per(through.span, 1_000_000),
        parcels_per_second: a_second(more, through.span),
        parcels_per_second_of_tenths: seen.tenths,
        commit_us: per(through.times.commit_us, i64::try_from(more)?),
        longest_commit_ms: per(through.times.longest_commit_us, 1000),
        rss_mib: Memory::of_kib(&seen.resident_kib),
    })
}

/// What is seen on the way.
struct Seen {
    /// Parcels that were there before, and that are to come.
    stored: u64,
    more: u64,
    came: u64,
    began: Moment,
    /// When the last tenth ended.
    tenth: Moment,
    tenths: Vec<f64>,
    resident_kib: Vec<u64>,
}

impl Seen {
    fn new(stored: u64, more: u64) -> Self {
        let began = SystemClock.now();
        let (tenths, resident_kib) = (Vec::new(), Vec::new());
        Self { stored, more, came: 0, began, tenth: began, tenths, resident_kib }
    }

    fn came(&mut self, parcels: u64) {
        self.came += parcels;
        let now = SystemClock.now();
        let ended = self.tenths.len() as u64 + 1;
        if self.came >= self.more * ended / 10 {
            self.tenths.push(a_second(self.more / 10, now.micros() - self.tenth.micros()));
            self.tenth = now;
        }
        let span = now.micros() - self.began.micros();
        let seconds = span.unsigned_abs() / 1_000_000;
        if seconds > self.resident_kib.len() as u64 {
            self.resident_kib.push(resident_kib(OWN_STATUS));
            if seconds.is_multiple_of(TELLING) {
                self.tell(span, seconds);
            }
        }
    }

    fn tell(&self, span: i64, seconds: u64) {
        let left = (self.more - self.came.min(self.more)) * seconds / self.came.max(1);
        eprintln!(
            "{} of {} parcels stored, {} a second, {} min {} s left, {} MiB",
            self.stored + self.came,
            self.stored + self.more,
            a_second(self.came, span),
            left / 60,
            left % 60,
            self.resident_kib.last().map_or(0, |kib| kib / 1024)
        );
    }
}
