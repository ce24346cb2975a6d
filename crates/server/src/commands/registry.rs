//! `tongguan registry`: who may take part, in which roles, and with what guarantee.

mod goods;
mod view;

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::history::Cause;
use tongguan_application::ports::Clock;
use tongguan_application::registry::file::{self, Contents, Format};
use tongguan_application::registry::{
    GrantError, ImportError, ImportReport, Registered, change_granted, compare,
    compare_with_nothing, exact_money, import_file, places, registered,
};
use tongguan_domain::defect::Defect;
use tongguan_domain::money::Money;
use tongguan_domain::party::{PartyCode, Role};
use tongguan_storage::{About, Register, Store};
use tongguan_web::views::registry::{PartyView, PlaceView};

use crate::clock::SystemClock;
use crate::commands::defects::{self, DefectView};
use crate::commands::history::{self, Page};
use crate::commands::place::Place;

/// The largest registry file that is read.
const LARGEST: u64 = 64 << 20;
/// The largest certificate file that is read.
const LARGEST_CERTIFICATE: u64 = 1 << 20;

/// Register parties: their codes, roles, certificates, mailboxes and guarantees.
///
/// A party is registered once and used in every role and message, by its customs code as well as by
/// its unified social credit code.
#[derive(Debug, Args)]
pub struct Registry {
    #[command(subcommand)]
    command: RegistryCommand,
}

#[derive(Debug, Subcommand)]
enum RegistryCommand {
    Import(Import),
    List(List),
    Show(Show),
    Guarantee(Guarantee),
    Goods(goods::Goods),
    Places(Places),
    History(History),
}

/// Register the parties and supervised places of a TOML or CSV file, or bring them up to date.
///
/// A party is found by any of its codes, a place by its code. The file says all about the parties it names; others stay
/// as they are. All of the file is imported, or nothing: the exit status is 1 when there is a defect,
/// and every defect is named by line and field. Importing a file again changes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = "Example of a file:\n\n  \
    [[party]]\n  \
    name = \"某某跨境电商平台有限公司\"\n  \
    codes = [\"3301960A2B\", \"91350100M000100Y43\"]\n  \
    roles = [\"platform\", \"merchant\"]\n  \
    mailbox = \"DXPENT0000000001\"\n  \
    certificates = [\"certificates/platform.pem\"]\n\n  \
    [party.guarantee]\n  \
    granted = \"500000.00\"\n\n  \
    [[place]]\n  \
    code = \"CNNGB2916\"\n  \
    name = \"某某监管作业场所\"\n  \
    office = \"2916\"\n  \
    operator = \"3301960A2B\"\n\n\
    All fields, and the columns of a CSV file: docs/reference/registry.md")]
struct Import {
    /// The file, UTF-8; its name ends in .toml or .csv. Files of certificates are named relative to it.
    file: PathBuf,
    /// Print what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List the registered parties.
#[derive(Debug, Args)]
struct List {
    /// Only parties with this role: platform, merchant, payment-institution, carrier, declarant,
    /// facility-operator or guarantor.
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show all about one party.
///
/// The exit status is 1 when there is none.
#[derive(Debug, Args)]
struct Show {
    /// Any of its codes.
    #[arg(value_parser = code)]
    code: PartyCode,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Raise or lower the sum of a party's guarantee.
///
/// The sum cannot fall below what is held against it for released parcels.
#[derive(Debug, Args)]
struct Guarantee {
    /// Any code of the party.
    #[arg(value_parser = code)]
    code: PartyCode,
    /// The new sum in yuan, such as 500000.00.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    granted: Money,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// List the registered supervised places.
#[derive(Debug, Args)]
struct Places {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Show what was changed of parties, guarantees and places, by what and when, the newest first.
#[derive(Debug, Args)]
struct History {
    /// What happened to filings and registered goods instead.
    #[arg(long)]
    filings: bool,
    /// Only what was changed of this party, by any of its codes.
    #[arg(value_parser = code)]
    code: Option<PartyCode>,
    #[command(flatten)]
    page: Page,
}

impl Registry {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            RegistryCommand::Import(import) => import.run(),
            RegistryCommand::List(list) => list.run(),
            RegistryCommand::Show(show) => show.run(),
            RegistryCommand::Guarantee(guarantee) => guarantee.run(),
            RegistryCommand::Goods(goods) => goods.run(),
            RegistryCommand::Places(places) => places.run(),
            RegistryCommand::History(history) => history.run(),
        }
    }
}

impl Import {
    fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.file.display();
        let format = self.file.to_str().and_then(Format::of).with_context(|| {
            format!("cannot tell how {name} is written: its name must end in .toml or .csv")
        })?;
        let text = read_at_most(LARGEST, &self.file)
            .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
            .with_context(|| format!("cannot read {name} as UTF-8 text"))?;
        let cause = history::file(&self.file, text.as_bytes());
        let directory = self.file.parent().unwrap_or(Path::new(""));
        let files = |path: &str| read_at_most(LARGEST_CERTIFICATE, &directory.join(path));
        let contents = match file::read(&text, format, &files) {
            Ok(contents) => contents,
            Err(defects) => return self.refuse(&defects),
        };
        match self.apply(&contents, &cause)? {
            Ok(report) => {
                self.print(&report)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(defects) => self.refuse(&defects),
        }
    }

    fn apply(
        &self,
        contents: &Contents,
        cause: &Cause,
    ) -> anyhow::Result<Result<ImportReport, Vec<Defect>>> {
        let now = SystemClock.now();
        let outcome = if !self.dry_run {
            let mut writer = self.place.open(now)?.writer()?;
            import_file(&mut writer, contents, cause, now)
        } else if let Some(store) = self.place.open_existing(now)? {
            store.read(|view| compare(view, contents, now))
        } else {
            compare_with_nothing(contents, now)
        };
        match outcome {
            Ok(report) => Ok(Ok(report)),
            Err(ImportError::Refused(defects)) => Ok(Err(defects)),
            Err(ImportError::Storage(error)) => Err(error).with_context(|| {
                format!("cannot import into {}; importing again does no harm", self.place)
            }),
        }
    }

    fn print(&self, report: &ImportReport) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            return writeln!(out, "{}", view::report_json(report, self.dry_run));
        }
        view::write_report(&mut out, report)?;
        if self.dry_run { writeln!(out, "dry run: nothing was changed") } else { Ok(()) }
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

impl List {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut parties = all(&self.place)?;
        parties.retain(|one| self.role.is_none_or(|role| one.party.roles.contains(role)));
        let mut out = io::stdout().lock();
        if self.json {
            let parties: Vec<_> = parties.iter().map(PartyView::of).collect();
            writeln!(out, "{}", json!({ "parties": parties }))?;
        } else {
            writeln!(out, "{}", view::table(&parties))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Places {
    fn run(self) -> anyhow::Result<ExitCode> {
        let parties = all(&self.place)?;
        let places = existing(&self.place)?
            .read(places)
            .with_context(|| format!("cannot read {}", self.place))?;
        let mut out = io::stdout().lock();
        if self.json {
            let views: Vec<_> = places.iter().map(|place| PlaceView::of(place, &parties)).collect();
            writeln!(out, "{}", json!({ "places": views }))?;
        } else {
            writeln!(out, "{}", view::places(&places, &parties))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    fn run(self) -> anyhow::Result<ExitCode> {
        let parties = all(&self.place)?;
        let one = named(&parties, &self.code, &self.place)?;
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", json!(PartyView::of(one)))?;
        } else {
            view::write_party(&mut out, one)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl History {
    fn run(self) -> anyhow::Result<ExitCode> {
        let place = &self.page.place;
        let store = existing(place)?;
        let parties = store.read(registered).with_context(|| format!("cannot read {place}"))?;
        let group = match &self.code {
            None => None,
            Some(code) => Some(named(&parties, code, place)?.party.id.to_string()),
        };
        let about = group.as_deref().map_or(About::Everything, About::Group);
        let who = |id| parties.iter().find(|one| one.party.id == id);
        let register = if self.filings { Register::Filings } else { Register::Registry };
        self.page.print(Some(&store), register, about, who)
    }
}

impl Guarantee {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut writer = existing(&self.place)?.writer()?;
        let (cause, now) = (Cause::Command("registry guarantee".to_owned()), SystemClock.now());
        let changed = change_granted(&mut writer, &self.code, self.granted, &cause, now)
            .map_err(|error| self.explain(error))?;
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", view::regranted_json(&changed))?;
        } else {
            view::write_regranted(&mut out, &changed)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn explain(&self, error: GrantError) -> anyhow::Error {
        let place = &self.place;
        match error {
            GrantError::UnknownParty(_) => {
                anyhow!("{error} in {place}: `tongguan registry list` shows all")
            }
            GrantError::NoGuarantee(_) => {
                anyhow!("{error} in {place}: grant it one with `tongguan registry import`")
            }
            GrantError::BelowHeld { .. } => {
                anyhow!("{error}: it can fall when the tax of released parcels is paid")
            }
            GrantError::Storage(error) => anyhow::Error::new(error).context(format!(
                "cannot change the guarantee in {place}; doing it again does no harm"
            )),
        }
    }
}

fn existing(place: &Place) -> anyhow::Result<Store> {
    place.open_existing(SystemClock.now())?.with_context(|| {
        format!(
            "nothing is registered: {place} is not there; register parties with `tongguan registry \
             import FILE`, or say with --data or --database where they are"
        )
    })
}

fn named<'r>(
    parties: &'r [Registered],
    code: &PartyCode,
    place: &Place,
) -> anyhow::Result<&'r Registered> {
    parties.iter().find(|one| one.party.codes.contains(code)).with_context(|| {
        format!(
            "no party is registered under {code} in {place}: `tongguan registry list` shows all"
        )
    })
}

fn all(place: &Place) -> anyhow::Result<Vec<Registered>> {
    existing(place)?.read(registered).with_context(|| format!("cannot read {place}"))
}

fn read_at_most(limit: u64, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {} MiB", limit >> 20)));
    }
    Ok(bytes)
}

fn role(name: &str) -> Result<Role, String> {
    Role::named(name)
        .ok_or_else(|| format!("the roles are {}", Role::ALL.map(Role::name).join(", ")))
}

fn code(text: &str) -> Result<PartyCode, String> {
    PartyCode::parse(text).map_err(|error| error.to_string())
}

fn amount(text: &str) -> Result<Money, String> {
    exact_money(text)
        .ok_or_else(|| "expected yuan with at most two decimals, such as 500000.00".to_owned())
}
