//! `tongguan tax`: prices a basket, without a database.

mod output;

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use tongguan_codelists::Pack;
use tongguan_domain::defect::Defect;
use tongguan_domain::tax::assess;
use tongguan_web::views::basket;
use tongguan_web::views::tax::AssessmentView;

use crate::commands::defects::{self, DefectView};

/// The largest basket that is read: far above 99 lines.
const LARGEST: u64 = 8 << 20;

/// Price a basket: duty, consumption tax and value-added tax of a retail import.
///
/// Reads a basket as JSON, from a file or standard input, and says by which regime it is taxed and
/// what each line pays. Amounts and quantities are decimal strings; quantities, weights and volumes
/// are line totals. No database is needed.
///
/// The exit status is 0 whenever the basket could be judged, also when the answer is "refused": its
/// taxes are then 0.00, and `reason` says why. A tariff code without a rate is refused with reason
/// `no-rate` (it would go to manual review), never priced at 0 %. It is 1 when the input is not a
/// basket; every defect is named with a JSON pointer.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  \
    echo '{\"as_of\":\"2026-11-22\",\"mode\":\"9610\",\"annual_used\":\"0.00\",\"freight\":\"28.00\",\
    \"insurance\":\"0.00\",\"items\":[{\"line\":1,\"hs\":\"3304990029\",\"qty\":\"2\",\"unit\":\"011\",\
    \"total_price\":\"199.00\",\"net_weight_kg\":\"0.06\"}]}' | tongguan tax --json\n\n\
    Fields, reasons and rounding: docs/reference/tax.md")]
pub struct Tax {
    /// The basket; standard input when absent or `-`.
    file: Option<PathBuf>,
    /// The day whose law holds, instead of the basket's own `as_of`.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// Whose rules.
    #[arg(long, value_enum, default_value_t = Jurisdiction::Cn)]
    pack: Jurisdiction,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Whose rules a basket is priced by.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Jurisdiction {
    /// China.
    Cn,
}

impl Tax {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let pack = match self.pack {
            Jurisdiction::Cn => Pack::builtin(),
        };
        let text = self.read()?;
        let judged = basket::read(&text, self.as_of)
            .and_then(|basket| assess(&pack, &basket).map(|assessment| (basket, assessment)));
        match judged {
            Err(defects) => self.refuse(&defects),
            Ok((basket, assessment)) => {
                let mut out = std::io::stdout().lock();
                if self.json {
                    let view = AssessmentView::of(&pack, &basket, &assessment);
                    writeln!(out, "{}", serde_json::to_string(&view)?)?;
                } else {
                    write!(out, "{}", output::table(&basket, &assessment))?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        let mut text = Vec::new();
        match self.file.as_deref().filter(|file| *file != Path::new("-")) {
            None => std::io::stdin()
                .lock()
                .take(LARGEST + 1)
                .read_to_end(&mut text)
                .context("cannot read the basket from standard input")?,
            Some(file) => File::open(file)
                .and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut text))
                .with_context(|| format!("cannot read the basket from {}", file.display()))?,
        };
        anyhow::ensure!(text.len() as u64 <= LARGEST, "the basket is larger than 8 MiB");
        Ok(text)
    }

    fn refuse(&self, defects: &[Defect]) -> anyhow::Result<ExitCode> {
        if self.json {
            let views: Vec<DefectView> = defects.iter().map(DefectView::from).collect();
            writeln!(std::io::stdout(), "{}", serde_json::json!({ "defects": views }))?;
        } else {
            for defect in defects {
                eprintln!("error: {}", defects::line(defect));
            }
        }
        Ok(ExitCode::FAILURE)
    }
}
