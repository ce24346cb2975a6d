//! `tongguan access`: the keys by which programs read a mailbox.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use tongguan_application::access::{
    AccessKey, NewKey, Rotation, Scopes, Shown, issue, keys, register, rotate, withdraw,
};
use tongguan_application::history::Cause;
use tongguan_application::ports::Clock as _;
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::ClientCertificate;
use tongguan_web::views::access::AccessKeyView;

use super::place::Place;
use crate::clock::SystemClock;

/// Give, list and withdraw the keys by which programs read a mailbox.
#[derive(Debug, Args)]
pub struct Access {
    #[command(subcommand)]
    command: AccessCommand,
}

#[derive(Debug, Subcommand)]
enum AccessCommand {
    /// Give a key for a mailbox. It is shown once; only its digest is kept.
    Issue(Issue),
    /// List the keys that were given.
    List {
        #[command(flatten)]
        place: Place,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let a certificate stand for a key: a program that shows it to TLS needs none.
    Register(Register),
    /// Give a new key in the place of one, for the same purpose and with the same permissions; the old one is good
    /// a while longer.
    Rotate(Rotate),
    /// Withdraw a key; it opens nothing from now on.
    Withdraw {
        /// Its number, as `access list` shows it.
        number: String,
        #[command(flatten)]
        place: Place,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Issue {
    /// The mailbox that it opens (dxpId).
    #[arg(long, value_parser = mailbox)]
    mailbox: DxpId,
    /// What it is for, such as the program that will use it.
    #[arg(long)]
    purpose: String,
    /// Restrict it to a permission: read-mail, read-parcels, read-accounts, declare, file. May be given several
    /// times; everything that a program may when absent.
    #[arg(long = "scope", value_name = "PERMISSION")]
    scopes: Vec<String>,
    /// For how many days it is valid.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Register {
    /// The certificate, in PEM.
    certificate: PathBuf,
    #[command(flatten)]
    issue: Issue,
}

#[derive(Debug, Args)]
struct Rotate {
    /// The old key's number, as `access list` shows it.
    number: String,
    /// For how many hours the old key is good beside the new one.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(0..=720))]
    overlap_hours: u16,
    /// For how many days the new key is valid.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

fn mailbox(text: &str) -> Result<DxpId, String> {
    DxpId::parse(text).map_err(|error| error.to_string())
}

impl Access {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            AccessCommand::Issue(issue) => issue.run(),
            AccessCommand::Register(register) => register.run(),
            AccessCommand::Rotate(rotate) => rotate.run(),
            AccessCommand::List { place, json } => list(place, *json),
            AccessCommand::Withdraw { number, place, json } => {
                let now = SystemClock.now();
                let cause = Cause::Command("access withdraw".to_owned());
                let mut writer = place.open_known(now)?.writer()?;
                let key = withdraw(&mut writer, number, None, &cause, now)?;
                tell(&key, now, *json)
            }
        }
    }
}

impl Issue {
    fn scopes(&self) -> anyhow::Result<Scopes> {
        Ok(Scopes::parse(self.scopes.iter().map(String::as_str))?)
    }

    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let expires_at = now.plus_days(self.days.into());
        let scopes = self.scopes()?;
        let store = self.place.open(now)?;
        let new =
            NewKey { mailbox: &self.mailbox, purpose: &self.purpose, scopes: &scopes, expires_at };
        let cause = Cause::Command("access issue".to_owned());
        let (key, secret) =
            issue(&mut store.writer()?, new, &cause, now).context("no key was given")?;
        show_once(&key, &secret, now, self.json)
    }
}

impl Register {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let (now, path) = (SystemClock.now(), self.certificate.display());
        let text = std::fs::read_to_string(&self.certificate)
            .with_context(|| format!("cannot read {path}"))?;
        let certificate = ClientCertificate::from_pem(&text)
            .with_context(|| format!("{path} holds no certificate in PEM"))?;
        let Issue { mailbox, purpose, place, json, .. } = &self.issue;
        let scopes = self.issue.scopes()?;
        let expires_at = now.plus_days(self.issue.days.into());
        let new = NewKey { mailbox, purpose, scopes: &scopes, expires_at };
        let cause = Cause::Command("access register".to_owned());
        let mut writer = place.open_known(now)?.writer()?;
        let key = register(&mut writer, &certificate, new, &cause, now)?;
        tell(&key, now, *json)
    }
}

impl Rotate {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let rotation = Rotation {
            number: &self.number,
            of: None,
            old_until: now.plus_millis(i64::from(self.overlap_hours) * 3_600_000),
            expires_at: now.plus_days(self.days.into()),
        };
        let mut writer = self.place.open_known(now)?.writer()?;
        let cause = Cause::Command("access rotate".to_owned());
        let (key, secret) = rotate(&mut writer, rotation, &cause, now)?;
        show_once(&key, &secret, now, self.json)
    }
}

fn show_once(
    key: &AccessKey,
    secret: &str,
    now: Moment,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        let mut shown = json!(AccessKeyView::of(key, now));
        shown["key"] = json!(secret);
        writeln!(out, "{shown}")?;
    } else {
        writeln!(out, "{secret}")?;
        eprintln!(
            "key {} for mailbox {}, valid until {}; it is not shown again",
            key.number, key.mailbox, key.expires_at
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn list(place: &Place, as_json: bool) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let keys = place.open_known(now)?.read(keys)?;
    let mut out = std::io::stdout().lock();
    if as_json {
        let keys: Vec<_> = keys.iter().map(|key| AccessKeyView::of(key, now)).collect();
        writeln!(out, "{}", json!(keys))?;
        return Ok(ExitCode::SUCCESS);
    }
    if keys.is_empty() {
        writeln!(out, "no access key was given yet; `access issue` gives one")?;
    }
    for key in &keys {
        writeln!(out, "{}", line(key, now))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(key: &AccessKey, now: Moment, as_json: bool) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!(AccessKeyView::of(key, now)))?;
    } else {
        writeln!(out, "{}", line(key, now))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(key: &AccessKey, now: Moment) -> String {
    let AccessKey { number, mailbox, purpose, .. } = key;
    let kind = match key.shown {
        Shown::Secret => "key",
        Shown::Certificate => "certificate",
    };
    format!("{number}  {mailbox}  {kind}  {}  {purpose}", standing(key, now))
}

/// Where a key stands, in words.
fn standing(key: &AccessKey, now: Moment) -> String {
    match key.withdrawn_at {
        Some(at) => format!("withdrawn {at}"),
        None if key.is_valid_at(now) => format!("valid until {}", key.expires_at),
        None => format!("expired {}", key.expires_at),
    }
}
