//! `tongguan people`: who signs in to the pages, and as what.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table as Grid, presets};
use serde_json::{Value, json};
use tongguan_application::history::Cause;
use tongguan_application::people::{
    Invitation, NewPerson, add, change_standing, invite, people, shut_out,
};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::{SignIn, Standing};
use tongguan_web::views::people::PersonView;

use super::place::Place;
use crate::clock::SystemClock;

/// Read so many at a time.
const PAGE: i64 = 500;

/// Let people in who sign in to the pages, change what they may do, and shut them out.
#[derive(Debug, Args)]
pub struct People {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// Let somebody in. Prints a code with which the person chooses a password at /invitation/CODE.
    Add {
        /// The name to sign in with: 3 to 60 letters a to z, digits, and . _ - @.
        #[arg(value_parser = sign_in)]
        sign_in: SignIn,
        /// The name that others see.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        standing: StandingArgs,
        #[command(flatten)]
        at: At,
    },
    /// Let somebody choose password and second factor anew. Prints a code; all sessions end.
    Invite {
        /// The name to sign in with.
        #[arg(value_parser = sign_in)]
        sign_in: SignIn,
        #[command(flatten)]
        at: At,
    },
    /// Change what somebody may do. All sessions end.
    Change {
        /// The name to sign in with.
        #[arg(value_parser = sign_in)]
        sign_in: SignIn,
        #[command(flatten)]
        standing: StandingArgs,
        #[command(flatten)]
        at: At,
    },
    /// Shut somebody out. All sessions end.
    ShutOut {
        /// The name to sign in with.
        #[arg(value_parser = sign_in)]
        sign_in: SignIn,
        #[command(flatten)]
        at: At,
    },
    /// Let somebody in again who was shut out.
    LetIn {
        /// The name to sign in with.
        #[arg(value_parser = sign_in)]
        sign_in: SignIn,
        #[command(flatten)]
        at: At,
    },
    /// List everybody.
    List {
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Args)]
struct StandingArgs {
    /// As what: enterprise-administrator, clerk, reader, officer, examiner, risk-manager, supervisor,
    /// port-officer, facility-staff, authority-staff, auditor or system-administrator.
    #[arg(long)]
    role: String,
    /// For whom: the number of a registered party (`registry list`), the four digits of an office, or the
    /// name of an authority; nothing for auditor and system-administrator.
    #[arg(long, default_value = "")]
    organisation: String,
}

#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

fn sign_in(text: &str) -> Result<SignIn, String> {
    SignIn::parse(text).map_err(|error| error.to_string())
}

impl People {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let cause = |name: &str| Cause::Command(format!("people {name}"));
        match &self.command {
            PeopleCommand::Add { sign_in, name, standing, at } => {
                let standing = Standing::parse(&standing.role, &standing.organisation)?;
                let new = NewPerson { sign_in: sign_in.clone(), name: name.clone(), standing };
                let mut writer = at.place.open_known(now)?.writer()?;
                let invitation = add(&mut writer, &new, &cause("add"), now)?;
                at.tell_invitation(sign_in, &invitation)
            }
            PeopleCommand::Invite { sign_in, at } => {
                let mut writer = at.place.open_known(now)?.writer()?;
                let invitation = invite(&mut writer, sign_in, &cause("invite"), now)?;
                at.tell_invitation(sign_in, &invitation)
            }
            PeopleCommand::Change { sign_in, standing, at } => {
                let standing = Standing::parse(&standing.role, &standing.organisation)?;
                let mut writer = at.place.open_known(now)?.writer()?;
                change_standing(&mut writer, sign_in, standing, &cause("change"), now)?;
                at.tell(&json!({ "sign_in": sign_in.as_str() }), &format!("{sign_in}: {standing}"))
            }
            PeopleCommand::ShutOut { sign_in, at } => {
                let mut writer = at.place.open_known(now)?.writer()?;
                shut_out(&mut writer, sign_in, true, &cause("shut-out"), now)?;
                at.tell(&json!({ "sign_in": sign_in.as_str() }), &format!("{sign_in} is shut out"))
            }
            PeopleCommand::LetIn { sign_in, at } => {
                let mut writer = at.place.open_known(now)?.writer()?;
                shut_out(&mut writer, sign_in, false, &cause("let-in"), now)?;
                at.tell(&json!({ "sign_in": sign_in.as_str() }), &format!("{sign_in} is let in"))
            }
            PeopleCommand::List { at } => at.list(),
        }
    }
}

impl At {
    fn tell(&self, value: &Value, words: &str) -> anyhow::Result<ExitCode> {
        let mut out = std::io::stdout();
        if self.json {
            writeln!(out, "{value}")?
        } else {
            writeln!(out, "{words}")?
        }
        Ok(ExitCode::SUCCESS)
    }

    fn tell_invitation(&self, name: &SignIn, invitation: &Invitation) -> anyhow::Result<ExitCode> {
        let Invitation { code, expires_at } = invitation;
        let value = json!({
            "sign_in": name.as_str(), "code": code, "expires_at": expires_at.to_string(),
        });
        let words = format!(
            "{name} chooses a password at /invitation/{code} until {expires_at}; the code is shown this once"
        );
        self.tell(&value, &words)
    }

    fn list(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = store.read(|view| people(view, None, &after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = last.sign_in.to_string();
            all.extend(page);
        }
        let mut out = std::io::stdout();
        if self.json {
            writeln!(out, "{}", json!(all.iter().map(PersonView::of).collect::<Vec<_>>()))?;
        } else {
            let mut grid = Grid::new();
            grid.load_style(presets::NOTHING);
            grid.set_header([
                "sign-in",
                "name",
                "role",
                "organisation",
                "password",
                "second factor",
                "access",
            ]);
            for person in &all {
                let yes = |is: bool| if is { "yes" } else { "no" };
                grid.add_row([
                    person.sign_in.as_str(),
                    &person.name,
                    person.standing.role().name(),
                    &person.standing.organisation(),
                    yes(person.has_password),
                    yes(person.has_second_factor),
                    if person.is_shut_out { "shut out" } else { "let in" },
                ]);
            }
            writeln!(out, "{grid}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
