//! What was seen at each number of stored parcels, and how much that differs.

use std::io::{self, Write};

use serde::Serialize;

use super::super::Clear;
use super::filling::Filling;
use super::window::Window;
use crate::commands::bench::Sign;
use crate::commands::bench::table::write_table;

/// The result.
#[derive(Debug, Serialize)]
pub struct Levels {
    engine: &'static str,
    cores: usize,
    sign: Sign,
    documents_per_message: u64,
    workers: usize,
    parcels_per_window: u64,
    levels: Vec<Level>,
    /// The rate at the last number in parts of that at the first one, by their medians; where there is more than one.
    last_to_first: Option<f64>,
}

/// What was seen at one number of stored parcels.
#[derive(Debug, Serialize)]
pub struct Level {
    /// How many.
    pub stored: u64,
    /// How they came there, where they did in this run.
    pub filling: Option<Filling>,
    pub windows: Vec<Window>,
    /// The rate in parts of that in a new database, by turns, by their medians.
    pub to_new: Option<f64>,
    /// The same of the processor time a parcel: above one means dearer.
    pub cpu_to_new: Option<f64>,
    /// The bytes of the database when all windows are done, and the parcels in it.
    pub bytes: u64,
    pub holds: u64,
}

/// What was seen in the database that was filled, in parts of that in the new one, by their medians.
pub fn to_new(windows: &[Window], seen: fn(&Window) -> f64) -> Option<f64> {
    let (filled, new): (Vec<_>, Vec<_>) = windows.iter().partition(|it| it.place.is_filled());
    let middle = |of: &[&Window]| median(of.iter().map(|it| seen(it)).collect());
    quotient(middle(&filled)?, middle(&new)?)
}

impl Levels {
    /// Of what was seen.
    pub fn of(clear: &Clear, levels: Vec<Level>) -> Self {
        let rate = |level: Option<&Level>| {
            let of = level?.windows.iter().filter(|it| it.place.is_filled());
            median(of.map(|it| it.parcels_per_second).collect())
        };
        let last = levels.last().filter(|_| levels.len() > 1);
        let both = rate(last).zip(rate(levels.first()));
        Self {
            engine: clear.engine(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            sign: clear.sign,
            documents_per_message: clear.documents_per_message,
            workers: clear.workers,
            parcels_per_window: clear.parcels,
            last_to_first: both.and_then(|(last, first)| quotient(last, first)),
            levels,
        }
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} parcels in each window ({}, {} cores)\n",
            self.parcels_per_window, self.engine, self.cores
        )?;
        let windows = self.levels.iter().flat_map(|level| &level.windows);
        write_table(out, &WINDOW, &windows.map(Window::cells).collect::<Vec<_>>())?;
        writeln!(out)?;
        write_table(out, &LEVEL, &self.levels.iter().map(Level::cells).collect::<Vec<_>>())?;
        match self.last_to_first {
            Some(ratio) => writeln!(out, "\nthe last number to the first: {ratio}"),
            None => Ok(()),
        }
    }
}

const WINDOW: [&str; 13] = [
    "stored",
    "database",
    "parcels/s",
    "µs to refine",
    "µs to commit",
    "µs of processor",
    "rows written",
    "log bytes",
    "p50 ms",
    "p99 ms",
    "longest commit ms",
    "MiB",
    "start ms",
];

impl Window {
    fn cells(&self) -> Vec<String> {
        vec![
            self.stored.to_string(),
            self.place.name().to_owned(),
            self.parcels_per_second.to_string(),
            self.refine_us.to_string(),
            self.commit_us.to_string(),
            self.cpu_us.to_string(),
            self.rows_written_per_parcel.to_string(),
            self.log_bytes_per_parcel.to_string(),
            self.latency_ms.p50.to_string(),
            self.latency_ms.p99.to_string(),
            self.longest_commit_ms.to_string(),
            self.peak_rss_mib.to_string(),
            self.start_ms.to_string(),
        ]
    }
}

const LEVEL: [&str; 7] = [
    "stored",
    "rate to a new database",
    "processor to a new database",
    "bytes a parcel",
    "filled in s",
    "a second",
    "MiB, first and last quarter",
];

impl Level {
    fn cells(&self) -> Vec<String> {
        let filling = |told: fn(&Filling) -> String| self.filling.as_ref().map(told);
        let rest = [
            filling(|it| it.seconds.to_string()),
            filling(|it| it.parcels_per_second.to_string()),
            filling(|it| format!("{}, {}", it.rss_mib.first_quarter, it.rss_mib.last_quarter)),
        ];
        let first = [
            Some(self.stored.to_string()),
            self.to_new.map(|ratio| ratio.to_string()),
            self.cpu_to_new.map(|ratio| ratio.to_string()),
            self.bytes.checked_div(self.holds).map(|bytes| bytes.to_string()),
        ];
        first.into_iter().chain(rest).map(Option::unwrap_or_default).collect()
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[expect(clippy::float_arithmetic, reason = "for people to read")]
fn quotient(amount: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| (amount / of * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_counts_whatever_the_others_are() {
        assert_eq!(median(vec![9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(Vec::new()), None);
        assert_eq!((quotient(9.0, 10.0), quotient(1.0, 0.0)), (Some(0.9), None));
    }
}
