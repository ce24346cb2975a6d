//! The command line: many seeds, or one with its trace.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use crate::{Outcome, Tally, simulate};

/// So much of the trace of a seed that does not hold is shown at once.
const LAST_LINES: usize = 25;

/// Simulates the product under faults.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask simulate")]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// This seed alone.
    #[arg(long)]
    seed: Option<u64>,
    /// Prints everything that happened.
    #[arg(long)]
    trace: bool,
    /// Seed after seed for so many hours.
    #[arg(long)]
    hours: Option<u64>,
    /// One line of JSON for each seed.
    #[arg(long)]
    json: bool,
    /// Plants a bug, or `all` of them one after the other, each until it is found.
    #[cfg(feature = "planted")]
    #[arg(long)]
    planted: Option<String>,
}

/// Runs the command line.
pub fn command() -> ExitCode {
    let arguments = Arguments::parse();
    #[cfg(feature = "planted")]
    if let Some(name) = &arguments.planted {
        return planted(name, &arguments);
    }
    match run(&arguments) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to go on is asked for in hours")]
fn run(arguments: &Arguments) -> u64 {
    let begun = Instant::now();
    let (first, count) = match arguments.seed {
        Some(seed) => (seed, 1),
        None => (arguments.from, arguments.seeds),
    };
    let hours = arguments.hours.map(|hours| Duration::from_secs(hours * 3_600));
    let (mut done, mut failed, mut total) = (0, 0, Tally::default());
    for seed in first.. {
        let is_over = hours.map_or(done >= count, |hours| begun.elapsed() >= hours);
        if is_over {
            break;
        }
        done += 1;
        if !one(seed, arguments, &mut total) {
            failed += 1;
        }
        if !arguments.json && done % 50 == 0 {
            eprintln!("{done} seeds, {failed} failed, {} s", begun.elapsed().as_secs());
        }
    }
    if !arguments.json {
        println!("{done} seeds, {failed} failed, {} s: {total:?}", begun.elapsed().as_secs());
    }
    failed
}

/// Whether all is well with a seed.
fn one(seed: u64, arguments: &Arguments, total: &mut Tally) -> bool {
    let outcome = match simulate(seed) {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("seed {seed}: {error}: {:?}", std::error::Error::source(&error));
            return false;
        }
    };
    total.add(outcome.tally);
    if arguments.json {
        println!("{}", line(&outcome));
    }
    if arguments.trace {
        // Whoever listens may have heard enough.
        drop(std::io::stdout().write_all(outcome.trace.as_bytes()));
    }
    if outcome.violations.is_empty() {
        return true;
    }
    eprintln!("seed {seed} does not hold:");
    outcome.violations.iter().for_each(|violation| eprintln!("  {violation}"));
    if !arguments.json && !arguments.trace {
        let lines: Vec<&str> = outcome.trace.lines().collect();
        let first = lines.iter().position(|line| line.contains("WRONG: "));
        let end = first.map_or(lines.len(), |first| first + 1);
        let last = lines.get(end.saturating_sub(LAST_LINES)..end).unwrap_or_default();
        last.iter().for_each(|line| eprintln!("  | {line}"));
    }
    eprintln!("  see all of it again: cargo xtask simulate --seed {seed} --trace");
    false
}

fn line(outcome: &Outcome) -> serde_json::Value {
    let Outcome { seed, violations, digest, tally, .. } = outcome;
    let Tally { parcels, acknowledged, letters, acts, faults, deaths, outages } = tally;
    serde_json::json!({
        "seed": seed, "violations": violations, "digest": digest, "parcels": parcels,
        "acknowledged": acknowledged, "letters": letters, "acts": acts, "faults": faults,
        "deaths": deaths, "outages": outages,
    })
}

/// Plants one bug after the other and says at which seed each is found.
#[cfg(feature = "planted")]
fn planted(name: &str, arguments: &Arguments) -> ExitCode {
    use tongguan_storage::planted::Bug;

    let bugs = Bug::NAMED.iter().filter(|(known, _)| name == "all" || name == *known);
    let mut missed = 0;
    for (name, bug) in bugs {
        match crate::found(*bug, arguments.from..arguments.from + arguments.seeds) {
            Some((seed, violation)) => println!("{name}: found by seed {seed}: {violation}"),
            None => {
                missed += 1;
                println!("{name}: not found within {} seeds", arguments.seeds);
            }
        }
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
