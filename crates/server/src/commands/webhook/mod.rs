//! `tongguan webhook`: addresses that the messages of a mailbox are pushed to.

mod view;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tongguan_application::history::Cause;
use tongguan_application::mailboxes::Mailboxes;
use tongguan_application::ports::Clock as _;
use tongguan_application::webhooks::{
    self, Courier, NewWebhook, Sent, WebhookError, WebhookNumber,
};
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;
use tongguan_storage::seal::Keyring;

use super::place::{KeyFile, Place};
use super::serve::config::Config;
use crate::clock::SystemClock;

/// Push the messages of a mailbox to an address of its owner: add it, try it, pause it, replay.
///
/// `serve` delivers. docs/reference/webhooks.md says what a receiver gets, and how it verifies that.
#[derive(Debug, Args)]
pub struct Webhook {
    #[command(subcommand)]
    command: WebhookCommand,
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Add an address. The secret that signs what it is sent is shown once.
    Add(Add),
    /// List webhooks, with how far each has come and what went wrong.
    List {
        /// Those of this mailbox alone.
        #[arg(long, value_parser = mailbox)]
        mailbox: Option<DxpId>,
        #[command(flatten)]
        at: At,
    },
    /// Deliver nothing until it is resumed. Letters under way may still arrive.
    Pause(One),
    /// Deliver again, at once, where it stopped; also after its receiver said that it is gone.
    Resume(One),
    /// Give it a new secret, which is shown once. For a day the one before it signs too.
    Rotate(One),
    /// Remove it, with its dead letters.
    Remove(One),
    /// Send it a test at once, and tell what it answers.
    Test(One),
    /// Deliver again what lies behind a place of the mailbox.
    Replay {
        #[command(flatten)]
        one: One,
        /// The place.
        #[arg(long, value_name = "N")]
        after: i64,
    },
    /// List the letters that it did not take in three days, or send one again.
    Dead {
        #[command(flatten)]
        one: One,
        /// Send the letter of this place again, at once.
        #[arg(long, value_name = "N")]
        send: Option<i64>,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// The mailbox (dxpId).
    #[arg(long, value_parser = mailbox)]
    mailbox: DxpId,
    /// The address.
    #[arg(long)]
    url: String,
    /// Send messages of this type alone, such as CEB622; may be given several times.
    #[arg(long = "message", value_name = "TYPE")]
    messages: Vec<String>,
    /// Begin behind this place of the mailbox, 0 for all of it; behind the last one when absent.
    #[arg(long, value_name = "N")]
    after: Option<i64>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct One {
    /// Its number, as `webhook list` shows it.
    number: WebhookNumber,
    #[command(flatten)]
    at: At,
}

/// Where it is done, and how it is told.
#[derive(Debug, Args)]
struct At {
    /// The settings of `serve`: where the database is, and where may be sent to.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What a command works with.
struct Opened {
    store: Store,
    keyring: Arc<Keyring>,
    config: Config,
    now: Moment,
}

/// What audit events name.
fn by(command: &str) -> Cause {
    Cause::Command(format!("webhook {command}"))
}

fn mailbox(text: &str) -> Result<DxpId, String> {
    DxpId::parse(text).map_err(|error| error.to_string())
}

impl Webhook {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            WebhookCommand::Add(add) => add.run(),
            WebhookCommand::List { mailbox, at } => list(mailbox.as_ref(), at),
            WebhookCommand::Pause(one) => {
                let opened = one.at.open()?;
                let (mut writer, by) = (opened.store.writer()?, by("pause"));
                one.tell(&webhooks::pause(&mut writer, one.number, &by, opened.now)?)
            }
            WebhookCommand::Resume(one) => {
                let opened = one.at.open()?;
                let (mut writer, by) = (opened.store.writer()?, by("resume"));
                one.tell(&webhooks::resume(&mut writer, one.number, &by, opened.now)?)
            }
            WebhookCommand::Rotate(one) => {
                let Opened { store, keyring, now, .. } = one.at.open()?;
                let mut writer = store.writer()?;
                let (webhook, secret) =
                    webhooks::rotate(&mut writer, &keyring, one.number, &by("rotate"), now)?;
                one.at.tell_secret(&webhook, &secret)
            }
            WebhookCommand::Remove(one) => {
                let opened = one.at.open()?;
                let (mut writer, by) = (opened.store.writer()?, by("remove"));
                one.tell(&webhooks::remove(&mut writer, one.number, &by, opened.now)?)
            }
            WebhookCommand::Test(one) => {
                let sent = one.at.open()?.courier()?.test(one.number)?;
                one.at.tell_sent(&[sent])
            }
            WebhookCommand::Replay { one, after } => {
                let opened = one.at.open()?;
                let (mut writer, by) = (opened.store.writer()?, by("replay"));
                one.tell(&webhooks::replay(&mut writer, one.number, *after, &by, opened.now)?)
            }
            WebhookCommand::Dead { one, send: Some(n) } => {
                let courier = one.at.open()?.courier()?;
                one.at.tell_sent(&courier.send_dead_letter(one.number, *n, &by("dead"))?)
            }
            WebhookCommand::Dead { one, send: None } => dead(one),
        }
    }
}

impl Add {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let Opened { store, keyring, config, now } = self.at.open()?;
        let new = NewWebhook {
            mailbox: self.mailbox.clone(),
            url: self.url.clone(),
            message_types: self.messages.clone(),
            after: self.after,
        };
        let sender = config.webhooks.sender()?;
        let (webhook, secret) =
            webhooks::add(&mut store.writer()?, &keyring, &sender, &new, &by("add"), now)?;
        self.at.tell_secret(&webhook, &secret)
    }
}

fn list(mailbox: Option<&DxpId>, at: &At) -> anyhow::Result<ExitCode> {
    let all = at.open()?.store.read(|view| webhooks::list(view, mailbox))?;
    let mut out = std::io::stdout().lock();
    if at.json {
        writeln!(out, "{}", Value::from_iter(all.iter().map(view::webhook)))?;
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        writeln!(out, "there is no webhook yet; `webhook add` adds one")?;
    }
    for webhook in &all {
        writeln!(out, "{}", view::line(webhook))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn dead(one: &One) -> anyhow::Result<ExitCode> {
    let store = one.at.open()?.store;
    let letters = store.read(|view| webhooks::dead_letters(view, one.number))?;
    let mut out = std::io::stdout().lock();
    if one.at.json {
        writeln!(out, "{}", Value::from_iter(letters.iter().map(view::dead_letter)))?;
        return Ok(ExitCode::SUCCESS);
    }
    if letters.is_empty() {
        writeln!(out, "it has taken everything")?;
    }
    for letter in &letters {
        let (at, why) = (letter.given_up_at, &letter.why);
        writeln!(out, "{}  given up {at} after {} attempts: {why}", letter.n, letter.attempts)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl One {
    fn tell(&self, webhook: &webhooks::Webhook) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        if self.at.json {
            writeln!(out, "{}", view::webhook(webhook))?;
        } else {
            writeln!(out, "{}", view::line(webhook))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl At {
    fn open(&self) -> anyhow::Result<Opened> {
        let now = SystemClock.now();
        let config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        let configured = (config.place(), config.key_file());
        let place = if self.place.is_named() { &self.place } else { &configured.0 };
        let store = place.open_known(now)?;
        let key_file = if self.key_file.is_named() { &self.key_file } else { &configured.1 };
        let keyring = Arc::new(key_file.keyring(place, &store)?);
        Ok(Opened { store, keyring, config, now })
    }

    fn tell_secret(&self, webhook: &webhooks::Webhook, secret: &str) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let mut shown = view::webhook(webhook);
            shown["secret"] = json!(secret);
            writeln!(out, "{shown}")?;
        } else {
            writeln!(out, "{secret}")?;
            eprintln!("webhook {}; the secret is not shown again", view::line(webhook));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Succeeds where all was taken.
    fn tell_sent(&self, sent: &[Sent]) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", Value::from_iter(sent.iter().map(view::sent)))?;
        } else {
            for sent in sent {
                writeln!(out, "{}", view::sent_line(sent))?;
            }
        }
        let all_taken = sent.iter().all(Sent::is_taken);
        Ok(if all_taken { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Opened {
    /// What sends by the settings, from this process.
    fn courier(&self) -> anyhow::Result<Courier> {
        let Self { store, keyring, config, .. } = self;
        let mailboxes = Mailboxes::open(store, keyring.clone(), config.parcel_numbers)?;
        let sender = Arc::new(config.webhooks.sender()?);
        let clock = Arc::new(SystemClock);
        let opened = Courier::open(store, Arc::new(mailboxes), keyring.clone(), sender, clock);
        Ok(opened.map_err(WebhookError::from)?)
    }
}
