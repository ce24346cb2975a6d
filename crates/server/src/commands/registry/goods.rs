//! `tongguan registry goods`: the goods that are registered.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use serde_json::json;
use tongguan_application::codes;
use tongguan_application::filing::goods_file::{self, GoodsRow, MOST_BYTES};
use tongguan_application::filing::{GoodsError, goods_after, import_goods};
use tongguan_application::ports::Clock as _;
use tongguan_application::registry::snapshot;
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{FiledGoods, GoodsReader};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::PartyCode;
use tongguan_web::views::filing::GoodsView;

use super::{code, existing, read_at_most};
use crate::clock::SystemClock;
use crate::commands::defects::{self, DefectView};
use crate::commands::history;
use crate::commands::place::Place;

/// Register goods, or list those that are registered.
#[derive(Debug, Args)]
pub struct Goods {
    #[command(subcommand)]
    command: GoodsCommand,
}

#[derive(Debug, Subcommand)]
enum GoodsCommand {
    Import(Import),
    List(List),
}

/// Register the goods of a CSV or XLSX file, or bring them up to date, without a filing.
///
/// Goods are known by party and item number; those that the file does not name stay as they are. All of the file
/// is imported, or nothing: the exit status is 1 when a row is wrong, and every fault is named by row and column.
/// Importing a file again changes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = "The columns: docs/reference/registry.md")]
struct Import {
    /// The file: CSV in UTF-8 or GB18030, or XLSX.
    file: PathBuf,
    /// Whose goods: any code of the party.
    #[arg(long, value_name = "CODE", value_parser = code)]
    party: PartyCode,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List registered goods, by party and item number.
#[derive(Debug, Args)]
struct List {
    /// Only those of this party, by any of its codes.
    #[arg(value_parser = code)]
    party: Option<PartyCode>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Goods that are read at a time.
const PAGE: i64 = 1_000;

impl Goods {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            GoodsCommand::Import(import) => import.run(),
            GoodsCommand::List(list) => list.run(),
        }
    }
}

impl Import {
    fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.file.display();
        let bytes = read_at_most(MOST_BYTES as u64, &self.file)
            .with_context(|| format!("cannot read {name}"))?;
        let (store, now) = (existing(&self.place)?, SystemClock.now());
        let pack = store.read(codes::pack)?;
        let reader = GoodsReader::new(&pack, now.china_day());
        let goods = match goods_file::read(&bytes, &reader) {
            Ok(rows) => match all_good(rows) {
                Ok(goods) => goods,
                Err(defects) => return self.refuse(&defects),
            },
            Err(defects) => return self.refuse(&defects),
        };
        let cause = history::file(&self.file, &bytes);
        let counts = match import_goods(&store, &self.party, &goods, &cause, now) {
            Ok(counts) => counts,
            Err(error @ GoodsError::UnknownParty(_)) => {
                anyhow::bail!("{error} in {}: `tongguan registry list` shows all", self.place)
            }
            Err(GoodsError::Storage(error)) => {
                return Err(error).with_context(|| {
                    format!("cannot import into {}; importing again does no harm", self.place)
                });
            }
        };
        let [added, changed, unchanged] = counts;
        let mut out = io::stdout().lock();
        if self.json {
            let counts = json!({ "added": added, "changed": changed, "unchanged": unchanged });
            writeln!(out, "{counts}")?;
        } else {
            writeln!(out, "{added} added, {changed} changed, {unchanged} unchanged")?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn refuse(&self, defects: &[Defect]) -> anyhow::Result<ExitCode> {
        if self.json {
            let views: Vec<DefectView> = defects.iter().map(DefectView::from).collect();
            writeln!(io::stdout(), "{}", json!({ "defects": views }))?;
        } else {
            for defect in defects {
                eprintln!("error: {}: {}", self.file.display(), defects::line(defect));
            }
        }
        Ok(ExitCode::FAILURE)
    }
}

/// The goods of all rows; or all that is wrong, by row and column.
fn all_good(rows: Vec<GoodsRow>) -> Result<Vec<FiledGoods>, Vec<Defect>> {
    let (mut goods, mut wrong) = (Vec::with_capacity(rows.len()), Vec::new());
    for GoodsRow { row, goods: read, .. } in rows {
        match read {
            Ok(one) => goods.push(one),
            Err(defects) => wrong.extend(defects.into_iter().map(|defect| {
                let pointer = match defect.pointer.as_str() {
                    "" => format!("row {row}"),
                    column => format!("row {row}, {column}"),
                };
                Defect { pointer, ..defect }
            })),
        }
    }
    if wrong.is_empty() { Ok(goods) } else { Err(wrong) }
}

impl List {
    fn run(self) -> anyhow::Result<ExitCode> {
        let store = existing(&self.place)?;
        let registry = store.read(snapshot)?;
        let party = match &self.party {
            None => None,
            Some(code) => Some(registry.named(code).map(|party| party.id).with_context(|| {
                format!("no party is registered under {code}: `tongguan registry list` shows all")
            })?),
        };
        let mut all = Vec::new();
        let mut after = (PartyId(i64::MIN), String::new());
        loop {
            let page = store.read(|view| goods_after(view, party, (after.0, &after.1), PAGE))?;
            let Some(last) = page.last() else { break };
            after = (last.party, last.goods.item_no.to_string());
            all.extend(page);
        }
        let mut out = io::stdout().lock();
        if self.json {
            let goods: Vec<_> = all.iter().map(|one| GoodsView::of(one, &registry)).collect();
            writeln!(out, "{}", json!({ "goods": goods }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["party", "item", "name", "tariff code", "until", "filing"]);
        for one in &all {
            let code = registry.party(one.party).and_then(|party| party.codes.first());
            table.add_row([
                code.map_or_else(|| one.party.to_string(), ToString::to_string),
                one.goods.item_no.to_string(),
                one.goods.goods.name.to_string(),
                one.goods.goods.hs_code.to_string(),
                match (one.is_suspended, one.valid_to) {
                    (true, _) => "suspended".to_owned(),
                    (false, day) => day.map(|day| day.to_string()).unwrap_or_default(),
                },
                one.filing.map(|id| id.to_string()).unwrap_or_default(),
            ]);
        }
        writeln!(out, "{table}")?;
        Ok(ExitCode::SUCCESS)
    }
}
