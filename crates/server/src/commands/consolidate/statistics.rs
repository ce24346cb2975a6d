//! `tongguan consolidate statistics`: simplified declarations of a month, summed up.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use comfy_table::{Table as Grid, presets};
use serde_json::{Value, json};
use tongguan_application::consolidation::{Summarized, summarize};
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_domain::month::Month;
use tongguan_domain::party::PartyCode;
use tongguan_domain::registry::Registry;
use tongguan_web::views::code_of;

use super::{Place, merchant};
use crate::clock::SystemClock;

/// Sum up what was declared in simplified form (简化申报) and left in a month: it is not consolidated.
///
/// By merchant, chapter, country and currency. The sums are kept; running it again sums up again.
#[derive(Debug, Args)]
pub struct Statistics {
    /// The month in which the goods left: 2026-09
    #[arg(long, value_parser = Month::parse)]
    month: Month,
    /// Only this merchant's: its code.
    #[arg(long, value_name = "CODE", value_parser = PartyCode::parse)]
    merchant: Option<PartyCode>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Statistics {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let store = self.place.open_known(now)?;
        let Learned { registry, .. } = store.read(Learned::load)?;
        let only = merchant(&registry, self.merchant.as_ref())?;
        let all = summarize(&store, &registry, self.month, only, now, &mut |_| ())
            .with_context(|| format!("{} cannot be summed up", self.month))?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let merchants: Vec<_> = all.iter().map(|one| view(one, &registry)).collect();
            let month = self.month.to_string();
            writeln!(out, "{}", json!({ "month": month, "merchants": merchants }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if all.is_empty() {
            writeln!(out, "nothing left in {} in simplified form", self.month)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["merchant", "chapter", "country", "currency", "lines", "value"]);
        for Summarized { merchant, summary } in &all {
            for (key, group) in &summary.groups {
                grid.add_row([
                    code_of(&registry, *merchant),
                    key.chapter.to_string(),
                    key.destination.to_string(),
                    key.currency.to_string(),
                    group.lines.to_string(),
                    group.value.to_string(),
                ]);
            }
        }
        writeln!(out, "{grid}")?;
        Ok(ExitCode::SUCCESS)
    }
}

fn view(summarized: &Summarized, registry: &Registry) -> Value {
    let summary = &summarized.summary;
    let groups = summary.groups.iter().map(|(key, group)| {
        let quantities = group.quantities.iter();
        let quantities =
            quantities.map(|(unit, quantity)| (unit.to_string(), quantity.to_string()));
        json!({
            "chapter": key.chapter,
            "country": key.destination,
            "currency": key.currency,
            "lines": group.lines,
            "value": group.value.to_string(),
            "quantities": quantities.collect::<std::collections::BTreeMap<_, _>>(),
        })
    });
    json!({
        "merchant": code_of(registry, summarized.merchant),
        "declarations": summary.declarations,
        "grossWeightKg": summary.gross_weight_kg.to_string(),
        "netWeightKg": summary.net_weight_kg.to_string(),
        "groups": groups.collect::<Vec<_>>(),
    })
}
