//! `tongguan keys`: the ring of keys that messages and secrets are sealed with.

mod view;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tongguan_application::history::Cause;
use tongguan_application::keys::{self, Cipher, KeyId, KeyState, Progress, SealedBy};
use tongguan_application::ports::Clock as _;
use tongguan_application::transparency::standing;
use tongguan_storage::{About, Register, Store};

use self::view::{as_json, tell_resealed};
use super::history::Page;
use super::place::{KeyFile, Place};
use crate::clock::SystemClock;

/// Change the keys that messages and secrets are sealed with, while everything runs.
///
/// A new key seals from `rotate` on; `reseal` seals anew what older ones sealed; a key that seals nothing any more is
/// retired, and then it may be destroyed: docs/reference/keys.md
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List the keys, which one seals, and what each has sealed.
    List(At),
    /// Add a key to key file and ring. It waits, so that the file can be copied to other machines first.
    Add(New),
    /// Let another key seal from now on: the last one that waits, or a new one. Running processes hear of it.
    Rotate(New),
    /// Seal anew what older keys sealed, while everything runs. Stopped, it goes on where it was.
    Reseal(At),
    /// Take a key out of use for good, where it seals nothing any more.
    Retire(One),
    /// Take a retired key out of the key file. Copies of the database that it sealed cannot be read without it.
    Destroy(One),
    /// Show what the verifiable log is called, and the public key that its heads are signed by.
    Log(At),
    /// Show how the ring was changed, the newest change first.
    History(Page),
}

/// Which ring.
#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct New {
    /// By what the key seals: aes-256-gcm or sm4-gcm; as the one that seals now when absent.
    #[arg(long, value_parser = cipher)]
    cipher: Option<Cipher>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct One {
    /// The key, as `keys list` shows it: eight hexadecimal digits.
    #[arg(value_parser = key)]
    key: KeyId,
    #[command(flatten)]
    at: At,
}

fn cipher(text: &str) -> Result<Cipher, String> {
    let names = || Cipher::ALL.map(Cipher::name).join(" or ");
    Cipher::named(text).ok_or_else(|| format!("expected {}", names()))
}

fn key(text: &str) -> Result<KeyId, String> {
    KeyId::parse(text).ok_or_else(|| "expected eight hexadecimal digits".to_owned())
}

/// Database and key file of a command.
struct Opened {
    store: Store,
    path: PathBuf,
}

impl Keys {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            KeysCommand::List(at) => at.list(),
            KeysCommand::Add(new) => new.add(),
            KeysCommand::Rotate(new) => new.rotate(),
            KeysCommand::Reseal(at) => at.reseal(),
            KeysCommand::Retire(one) => one.retire(),
            KeysCommand::Destroy(one) => one.destroy(),
            KeysCommand::Log(at) => at.log(),
            KeysCommand::History(page) => {
                let store = page.place.open_existing(SystemClock.now())?;
                page.print(store.as_ref(), Register::Keys, About::Everything, |_| None)
            }
        }
    }
}

impl At {
    fn open(&self) -> anyhow::Result<Opened> {
        let store = self.place.open_known(SystemClock.now())?;
        Ok(Opened { store, path: self.key_file.named(&self.place)? })
    }

    /// As [`Self::open`], where there is a ring from now on.
    fn open_ring(&self) -> anyhow::Result<Opened> {
        let now = SystemClock.now();
        let opened =
            Opened { store: self.place.open(now)?, path: self.key_file.named(&self.place)? };
        keys::open(&opened.store, &opened.path, now)?;
        Ok(opened)
    }

    fn list(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, path } = self.open()?;
        let listed = keys::list(&store, &path)?;
        let mut all = Vec::with_capacity(listed.len());
        for one in listed {
            let sealed = keys::sealed_by(&store, one.row.key_id)?;
            all.push((one, sealed));
        }
        let mut out = std::io::stdout().lock();
        if self.json {
            let all: Vec<_> = all.iter().map(|(one, sealed)| as_json(one, sealed)).collect();
            writeln!(out, "{}", json!({ "keys": all }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if all.is_empty() {
            writeln!(
                out,
                "there is no key yet: the first start of a gateway or service makes one"
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["key", "cipher", "state", "since", "in the file", "seals"]);
        for (one, sealed) in all {
            let row = &one.row;
            let since = row.retired_at.or(row.seals_since).unwrap_or(row.added_at);
            let is_in_file = if one.is_in_file { "yes" } else { "no" };
            grid.add_row([
                row.key_id.to_string(),
                row.cipher.clone(),
                one.state().name().to_owned(),
                since.to_string(),
                is_in_file.to_owned(),
                sealed.to_string(),
            ]);
        }
        writeln!(out, "{grid}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn log(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let Some(log) = standing(&store)? else {
            anyhow::bail!("there is no verifiable log yet: `tongguan serve` begins one");
        };
        let mut out = std::io::stdout().lock();
        if self.json {
            let said = json!({
                "log": log.origin,
                "key": log.verifier,
                "leaves": log.size,
                "since": log.founded_at.to_string(),
            });
            writeln!(out, "{said}")?;
        } else {
            writeln!(out, "{}", log.verifier)?;
            eprintln!("log {} has {} leaves, since {}", log.origin, log.size, log.founded_at);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn reseal(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, path } = self.open()?;
        let keyring = keys::open(&store, &path, SystemClock.now())?;
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} bundles, {elapsed}") {
            bar.set_style(style);
        }
        let mut tell = |progress: Progress| {
            bar.set_length(progress.of.unsigned_abs());
            bar.set_position(progress.done.unsigned_abs());
        };
        let resealed = keys::reseal(&store, &keyring, &SystemClock, &mut tell)?;
        bar.finish_and_clear();
        let mut left = Vec::new();
        for one in keys::list(&store, &path)? {
            let sealed = keys::sealed_by(&store, one.row.key_id)?;
            if one.row.key_id != keyring.sealing() && !sealed.is_nothing() {
                left.push((one.row.key_id, sealed));
            }
        }
        tell_resealed(self.json, keyring.sealing(), &resealed, &left)?;
        Ok(if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl New {
    fn add(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, path } = self.at.open_ring()?;
        let cause = Cause::Command("keys add".to_owned());
        let mut writer = store.writer()?;
        let id = keys::add(&mut writer, &path, self.cipher, &cause, SystemClock.now())?;
        let todo = "copy the key file to every machine, then run `keys rotate`; back the file up";
        self.tell(&store, &path, id, todo)
    }

    fn rotate(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, path } = self.at.open_ring()?;
        let cause = Cause::Command("keys rotate".to_owned());
        let mut writer = store.writer()?;
        let id = keys::rotate(&mut writer, &path, self.cipher, &cause, SystemClock.now())?;
        let todo = "back the key file up; `keys reseal` seals anew what older keys sealed";
        self.tell(&store, &path, id, todo)
    }

    fn tell(&self, store: &Store, path: &Path, id: KeyId, todo: &str) -> anyhow::Result<ExitCode> {
        let all = keys::list(store, path)?;
        let Some(one) = all.into_iter().find(|one| one.row.key_id == id) else {
            anyhow::bail!("key {id} is gone again: see `keys history`");
        };
        let mut out = std::io::stdout().lock();
        if self.at.json {
            writeln!(out, "{}", as_json(&one, &SealedBy::default()))?;
        } else {
            let how = if one.state() == KeyState::Seals { "seals from now on" } else { "waits" };
            writeln!(out, "key {id} ({}) {how}", one.row.cipher)?;
            eprintln!("{todo}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl One {
    fn retire(&self) -> anyhow::Result<ExitCode> {
        let store = self.at.place.open_known(SystemClock.now())?;
        let cause = Cause::Command("keys retire".to_owned());
        let mut writer = store.writer()?;
        let row = keys::retire(&mut writer, self.key, &cause, SystemClock.now())?;
        let since = row.retired_at.unwrap_or(row.added_at);
        let mut out = std::io::stdout().lock();
        if self.at.json {
            let said = json!({ "key": row.key_id.to_string(), "retired_at": since.to_string() });
            writeln!(out, "{said}")?;
        } else {
            writeln!(out, "key {} is retired since {since}", row.key_id)?;
            eprintln!("copies of the database from before need it still; see `keys destroy`");
        }
        Ok(ExitCode::SUCCESS)
    }

    fn destroy(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, path } = self.at.open()?;
        let cause = Cause::Command("keys destroy".to_owned());
        let mut writer = store.writer()?;
        let was_there = keys::destroy(&mut writer, &path, self.key, &cause, SystemClock.now())?;
        let mut out = std::io::stdout().lock();
        if self.at.json {
            let said = json!({ "key": self.key.to_string(), "was_there": was_there });
            writeln!(out, "{said}")?;
        } else {
            let path = path.display();
            let how = if was_there { "is no longer" } else { "was not" };
            writeln!(out, "key {} {how} in {path}", self.key)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
