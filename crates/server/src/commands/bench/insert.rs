//! `tongguan bench insert`: clearing beside nothing but inserting the same rows.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use tongguan_application::ports::Clock as _;
use tongguan_application::processes::ProcessKind;
use tongguan_storage::{Part, PutBy, Recorded, Target, Writer};

use super::clear::run::{Pace, run};
use super::clear::{a_second, opening};
use super::input::{Prepared, Wanted};
use super::table::write_table;
use super::{Flow, Sign, per};
use crate::clock::SystemClock;

/// Clear parcels, and insert the same rows without deciding anything, by turns.
///
/// The rows are those that the same messages left in a third database, of the ten tables that clearing an import
/// inserts into, in as many transactions as clearing took, each durable. On PostgreSQL every other transaction
/// inserts by COPY instead of by the statements that clearing uses.
#[derive(Debug, Args)]
pub struct Insert {
    /// How many parcels in each window.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    parcels: u64,
    /// How many windows of each.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=20))]
    windows: u64,
    /// How the messages are signed.
    #[arg(long, value_enum, default_value = "sm2")]
    sign: Sign,
    /// How many documents a message holds, 1 to 100.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100))]
    documents_per_message: u64,
    /// A new and empty PostgreSQL database to clear in; both are SQLite when absent.
    #[arg(long, value_name = "URL", requires = "beside")]
    database: Option<String>,
    /// Another one, new and empty, to insert into.
    #[arg(long, value_name = "URL", requires = "database")]
    beside: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result.
#[derive(Debug, Serialize)]
struct Measured {
    engine: &'static str,
    parcels_per_window: u64,
    documents_per_message: u64,
    sign: Sign,
    /// What the ten tables hold of a parcel.
    rows_per_parcel: f64,
    bytes_per_parcel: f64,
    windows: Vec<Window>,
}

#[derive(Debug, Serialize)]
struct Window {
    /// Signed messages in, released and billed.
    clear_per_second: f64,
    /// Of that the writer's thread, which loads, decides, writes and commits.
    commit_us: f64,
    /// The same rows and nothing else, a parcel, on one thread.
    insert_us: f64,
    insert_per_second: f64,
    /// By COPY, on PostgreSQL.
    copy_us: Option<f64>,
    /// The rate of clearing in parts of that of inserting.
    clear_to_insert: f64,
    /// The time to insert in parts of that by COPY.
    insert_to_copy: Option<f64>,
    transactions: u64,
}

impl Insert {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let target = |url: &Option<String>, name: &str| match url {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(folder.path().join(name)),
        };
        let source = Target::Sqlite(folder.path().join("source"));
        let (cleared, inserted) =
            (target(&self.database, "cleared"), target(&self.beside, "inserted"));
        let mut inputs = Vec::new();
        for window in 0..self.windows {
            let folder = folder.path().join(format!("window-{window}"));
            std::fs::create_dir(&folder)?;
            let prepared = self.wanted(window).prepare(&folder)?;
            self.clear(&source, &prepared)?;
            inputs.push(prepared);
        }
        let recorded = Recorded::read(&opening::store(&source)?)?;
        let mut writer = opening::store(&inserted)?.writer()?;
        let mut windows = Vec::new();
        for (prepared, n) in inputs.iter().zip(0..) {
            let seen = self.clear(&cleared, prepared)?;
            windows.push(self.insert(&recorded, &mut writer, n, seen)?);
        }
        let parcels = i64::try_from(self.parcels * self.windows)?;
        let amount = recorded.amount();
        let measured = Measured {
            engine: if self.database.is_some() { "postgres" } else { "sqlite" },
            parcels_per_window: self.parcels,
            documents_per_message: self.documents_per_message,
            sign: self.sign,
            rows_per_parcel: per(i64::try_from(amount.rows)?, parcels),
            bytes_per_parcel: per(i64::try_from(amount.bytes)?, parcels),
            windows,
        };
        measured.print(self.json)?;
        Ok(ExitCode::SUCCESS)
    }

    fn wanted(&self, window: u64) -> Wanted {
        let Self { parcels, sign, documents_per_message, .. } = *self;
        let (flow, after, at) = (Flow::Import, window * parcels, SystemClock.now());
        Wanted { flow, after, parcels, sign, documents_per_message, at }
    }

    /// Gives the rate, the writer's microseconds a parcel, and how many transactions it made.
    fn clear(&self, target: &Target, prepared: &Prepared) -> anyhow::Result<(f64, f64, u64)> {
        let product = opening::product(opening::store(target)?, self.sign)?;
        let pipeline = product.start((ProcessKind::Command, None), 2)?;
        let documents_per_message = self.documents_per_message;
        let pace = Pace { documents_per_message, rate: None, progress: &mut |_| {} };
        let clock = product.clock.clone();
        let through = run(pipeline, clock, &mut prepared.open(u64::MAX)?, pace)?;
        let commit_us = per(through.times.commit_us, i64::try_from(self.parcels)?);
        Ok((a_second(self.parcels, through.span), commit_us, through.times.batches))
    }

    /// Inserts the rows of a window.
    #[expect(clippy::float_arithmetic, reason = "for people to read")]
    fn insert(
        &self,
        recorded: &Recorded,
        writer: &mut Writer,
        window: usize,
        (clear_per_second, commit_us, transactions): (f64, f64, u64),
    ) -> anyhow::Result<Window> {
        let each = usize::try_from(transactions.max(2))?;
        let of = each * usize::try_from(self.windows)?;
        let (mut took, mut times) = ([0, 0], [0, 0]);
        for n in window * each..(window + 1) * each {
            let by =
                if self.database.is_some() && n % 2 == 1 { PutBy::Copy } else { PutBy::Statements };
            let began = SystemClock.now();
            recorded.put(writer, Part { n, of }, by)?;
            let which = usize::from(by == PutBy::Copy);
            let micros = SystemClock.now().micros() - began.micros();
            if let (Some(took), Some(times)) = (took.get_mut(which), times.get_mut(which)) {
                *took += micros;
                *times += 1;
            }
        }
        let a_parcel = |took: i64, times: i64| {
            per(
                took * i64::try_from(each).unwrap_or(1),
                times * i64::try_from(self.parcels).unwrap_or(1),
            )
        };
        let insert_us = a_parcel(took[0], times[0]);
        ensure!(insert_us > 0.0, "nothing was inserted");
        let copy_us = (times[1] > 0).then(|| a_parcel(took[1], times[1]));
        let insert_per_second = (1e6 / insert_us).round();
        Ok(Window {
            clear_per_second,
            commit_us,
            insert_us,
            insert_per_second,
            copy_us,
            clear_to_insert: quotient(clear_per_second, insert_per_second),
            insert_to_copy: copy_us.map(|copy_us| quotient(insert_us, copy_us)),
            transactions,
        })
    }
}

#[expect(clippy::float_arithmetic, reason = "for people to read")]
fn quotient(amount: f64, of: f64) -> f64 {
    (amount / of * 100.0).round() / 100.0
}

impl Measured {
    fn print(&self, as_json: bool) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if as_json {
            writeln!(out, "{}", serde_json::to_string(self)?)?;
            return Ok(());
        }
        writeln!(
            out,
            "{} parcels in each window ({}); a parcel: {} rows, {} bytes\n",
            self.parcels_per_window, self.engine, self.rows_per_parcel, self.bytes_per_parcel
        )?;
        let columns = [
            "cleared a second",
            "µs to commit",
            "inserted a second",
            "µs to insert",
            "µs by COPY",
            "clear to insert",
            "insert to COPY",
            "transactions",
        ];
        let rows: Vec<_> = self.windows.iter().map(Window::cells).collect();
        Ok(write_table(&mut out, &columns, &rows)?)
    }
}

impl Window {
    fn cells(&self) -> Vec<String> {
        let told = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            self.clear_per_second.to_string(),
            self.commit_us.to_string(),
            self.insert_per_second.to_string(),
            self.insert_us.to_string(),
            told(self.copy_us),
            self.clear_to_insert.to_string(),
            told(self.insert_to_copy),
            self.transactions.to_string(),
        ]
    }
}
