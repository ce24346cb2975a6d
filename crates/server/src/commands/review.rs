//! `tongguan review`: what waits for an officer, what the officer decides, and declaring what is
//! stored.

mod cancellation;
pub(super) mod view;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::json;
use tongguan_application::ports::Clock;
use tongguan_application::registry;
use tongguan_application::review::{
    self, Decided, Decision, Direction, Filter, Found, Place as Behind,
};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::status::ReturnStatus;
use tongguan_storage::Store;
use tongguan_web::views::declaration::{DecidedView, DeclarationView};
use tongguan_web::views::queue::QueuedView;

use super::deciding::Deciding;
use super::message::signing_key;
use super::place::Place;
use crate::clock::SystemClock;
use crate::product::trust;

/// Review declarations, imports and exports: list what waits for an officer, look at one, decide; declare
/// a stored one.
///
/// A declaration goes by its 清单编号 (invtNo), 预录入编号 (preNo), 订单编号 (orderNo) or id.
#[derive(Debug, Args)]
pub struct Review {
    #[command(subcommand)]
    command: ReviewCommand,
}

#[derive(Debug, Subcommand)]
enum ReviewCommand {
    List(List),
    Show(Show),
    Decide(Decide),
    Declare(Declare),
    Cancellations(cancellation::Cancellations),
    Cancel(cancellation::Cancel),
}

/// List what waits: for review (300), for a guarantee (399), for examination (500), detained (501 to
/// 599), suspended (600).
#[derive(Debug, Args)]
struct List {
    /// Only this status.
    #[arg(long, value_parser = queue)]
    status: Option<ReturnStatus>,
    /// Only this office.
    #[arg(long, value_parser = OfficeCode::parse)]
    office: Option<OfficeCode>,
    /// Only what goes this way: import or export.
    #[arg(long, value_parser = direction)]
    direction: Option<Direction>,
    /// How many, at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on where the last page ended: what it printed as next.
    #[arg(long, value_name = "PLACE", value_parser = behind)]
    after: Option<Behind>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show everything that is stored about a declaration.
#[derive(Debug, Args)]
struct Show {
    /// The declaration: invtNo, preNo, orderNo or id.
    number: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Decide about a declaration.
///
/// The command takes the partitions as a gateway does, so no gateway may be at work on the same
/// database; it gives them back when it ends. Its answer is delivered by the next gateway.
#[derive(Debug, Args)]
struct Decide {
    /// The declaration: invtNo, preNo, orderNo or id.
    number: String,
    /// accept, refuse, examine, detain-clearance, detain-investigation, detain-legal, detain-other,
    /// suspend or ship-back; of an export accept, refuse, examine, or after its release withdraw-on-site
    /// (退关: the goods were checked where they stand) or withdraw-unsealed (退关: the seals were opened
    /// before the goods went out).
    #[arg(value_parser = ruling)]
    ruling: Ruling,
    /// Why: a code (docs/reference/review.md lists them), or words that the declarant will read.
    #[arg(long, value_name = "CODE|TEXT")]
    reason: String,
    /// Who decides, for the audit.
    #[arg(long, value_name = "NAME")]
    officer: String,
    /// The second officer who agrees: accepting goods that customs keeps (501 to 599) takes two.
    #[arg(long, value_name = "NAME")]
    approver: Option<String>,
    #[command(flatten)]
    at: Deciding,
}

/// Declare a declaration that is only stored (status 1), as sending it again with appStatus 2 does.
///
/// It is signed with the key of its declarant, its merchant or a delegate of theirs, whose certificate is
/// registered (docs/reference/registry.md) and trusted.
/// Takes the partitions as `decide` does, and its answer is delivered by the next gateway.
#[derive(Debug, Args)]
struct Declare {
    /// The declaration: invtNo, preNo, orderNo or id.
    number: String,
    /// The secret key that signs: PKCS#8 in PEM, unencrypted.
    #[arg(long, value_name = "PEM")]
    key: PathBuf,
    /// The trusted authorities, as the gateway is told.
    #[arg(long, value_name = "DIR", default_value = "trust")]
    trust: PathBuf,
    #[command(flatten)]
    at: Deciding,
}

impl Review {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ReviewCommand::List(list) => list.run(),
            ReviewCommand::Show(show) => show.run(),
            ReviewCommand::Decide(decide) => decide.run(),
            ReviewCommand::Declare(declare) => declare.run(),
            ReviewCommand::Cancellations(list) => list.run(),
            ReviewCommand::Cancel(cancel) => cancel.run(),
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let (page, registry) = store.read(|view| {
            let limit = usize::from(self.limit);
            let Self { status, office, direction, .. } = *self;
            let page = review::queue(
                view,
                Filter { status, office, direction, ..Filter::default() },
                self.after,
                limit,
            )?;
            Ok::<_, review::ReviewError>((page, registry::snapshot(view)?))
        })?;
        let next = page.next.map(|next| format!("{}:{}", next.queue, next.after));
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows = page.rows.iter().map(|row| QueuedView::of(row, &registry));
            let rows: Vec<_> = rows.collect();
            writeln!(out, "{}", json!({ "declarations": rows, "next": next }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header([
            "status",
            "direction",
            "invtNo",
            "preNo",
            "office",
            "since",
            "value",
            "tax",
            "merchant",
            "reason",
        ]);
        for row in &page.rows {
            grid.add_row(view::queued_cells(row, &registry));
        }
        writeln!(out, "{grid}")?;
        match next {
            Some(next) => writeln!(out, "\nmore: --after {next}")?,
            None if page.rows.is_empty() => writeln!(out, "nothing waits")?,
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let id = find(&store, &self.number)?;
        let picture = review::picture(&store, id)?
            .with_context(|| format!("declaration {id} has just been deleted"))?;
        let registry = store.read(registry::snapshot)?;
        let shown = json!(DeclarationView::of(&picture, &registry));
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{shown}")?;
        } else {
            view::write(&mut out, &shown, 0)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Decide {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let decision = Decision {
            declaration: find(&store, &self.number)?,
            ruling: self.ruling,
            officer: self.officer.clone(),
            reason: self.reason.clone(),
            approver: self.approver.clone(),
            seen: None,
        };
        let decided =
            self.at.decide(&store, |decides, pack| review::decide(decides, pack, &decision))??;
        tell(&self.number, decision.declaration, &decided, self.at.json)
    }
}

impl Declare {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.open()?;
        let id = find(&store, &self.number)?;
        let key = signing_key(&self.key)?;
        let trust = trust(&self.trust)?;
        let declared = self.at.decide(&store, |decides, _| {
            review::declare(decides, SystemClock.now(), &trust, id, &key)
        })??;
        tell(&self.number, id, &declared, self.at.json)
    }
}

/// Says where a declaration stands now, and what was told.
pub(super) fn tell(
    number: &str,
    id: DeclarationId,
    decided: &Decided,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!(DecidedView::of(id, decided)))?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{number} stands at {}", decided.status)?;
    if let Some(tax) = &decided.assessed {
        writeln!(out, "  assessed again: {}", tax.total)?;
    }
    for told in &decided.told {
        writeln!(out, "  {} {} {}", told.at, told.status, told.text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The one declaration that a number names.
pub(super) fn find(store: &Store, number: &str) -> anyhow::Result<DeclarationId> {
    match review::find(store, number, SystemClock.now())? {
        Found::One(id) => Ok(id),
        Found::Nothing => anyhow::bail!(
            "no declaration is known as `{number}`: give its invtNo, preNo, orderNo or id"
        ),
        Found::Several(ids) => {
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            anyhow::bail!(
                "several platforms have an order `{number}`: give the id of one of its \
                 declarations instead: {}",
                ids.join(", ")
            )
        }
    }
}

fn queue(text: &str) -> Result<ReturnStatus, String> {
    let status = text.parse().ok().and_then(ReturnStatus::from_number);
    status.filter(|status| review::QUEUES.contains(status)).ok_or_else(|| {
        let known: Vec<_> = review::QUEUES.iter().map(ToString::to_string).collect();
        format!("the queues are {}", known.join(", "))
    })
}

fn direction(text: &str) -> Result<Direction, String> {
    Direction::named(text).ok_or_else(|| "a direction is import or export".to_owned())
}

fn behind(text: &str) -> Result<Behind, String> {
    let malformed = || "expected a place that an earlier page printed, such as 300:123".to_owned();
    let (status, id) = text.split_once(':').ok_or_else(malformed)?;
    let after = id.parse().map(DeclarationId).map_err(|_| malformed())?;
    Ok(Behind { queue: queue(status)?, after })
}

fn ruling(text: &str) -> Result<Ruling, String> {
    Ruling::named(text).ok_or_else(|| {
        let names = Ruling::NAMES.map(|(name, _)| name);
        format!("the rulings are {}", names.join(", "))
    })
}
