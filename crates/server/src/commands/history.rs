//! What was changed of a register, as people and machines read it: for the commands that change one.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use tongguan_application::digest::sha256;
use tongguan_application::history::{Actor, Cause, ChangeKind, Event, Field, Subject, Way, events};
use tongguan_application::registry::{Registered, fingerprint};
use tongguan_domain::ids::PartyId;
use tongguan_storage::{About, Register, Store};

use super::place::Place;

/// Which page of a history, from where, and how.
#[derive(Debug, Args)]
pub struct Page {
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Go on where the last page ended: what it printed as next.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    after: Option<(i64, i64)>,
    #[command(flatten)]
    pub place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// The cause of what an officer does at the machine itself, who is believed for his name.
pub fn at_the_machine(officer: &str) -> Cause {
    Cause::Person(Actor { name: officer.to_owned(), ..Actor::at_the_machine() })
}

/// The cause of what is imported from a file.
pub fn file(path: &Path, bytes: &[u8]) -> Cause {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Cause::File { name, digest: sha256(bytes) }
}

impl Page {
    /// Prints the page; `who` names the parties that are registered now. Where there is no database
    /// nothing was changed.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn print<'r>(
        &self,
        store: Option<&Store>,
        register: Register,
        about: About<'_>,
        who: impl Fn(PartyId) -> Option<&'r Registered>,
    ) -> anyhow::Result<ExitCode> {
        // One more, to know whether there is a next page.
        let limit = usize::try_from(self.limit)?;
        let mut found = match store {
            Some(store) => store.read(|view| {
                events(view, register, about, self.after, i64::from(self.limit) + 1)
            })?,
            None => Vec::new(),
        };
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(shown_place);
        let mut out = io::stdout().lock();
        if self.json {
            let events: Vec<_> = found.iter().map(|event| event_json(event, &who)).collect();
            writeln!(out, "{}", json!({ "events": events, "next": next }))?;
            return Ok(ExitCode::SUCCESS);
        }
        for event in &found {
            write_event(&mut out, event, &who)?;
        }
        if let Some(next) = next {
            writeln!(out, "\nmore: --after {next}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write_event<'r>(
    out: &mut impl io::Write,
    event: &Event,
    who: impl Fn(PartyId) -> Option<&'r Registered>,
) -> io::Result<()> {
    let sign = match event.entry.change {
        ChangeKind::Added => '+',
        ChangeKind::Changed => '~',
        ChangeKind::Ended => '-',
        ChangeKind::Shown => '?',
        ChangeKind::Refused => '!',
    };
    let party = |id| match who(id) {
        Some(one) => format!("{}  {}", one.code_list(), one.party.name),
        None => format!("#{id}"),
    };
    let subject = match &event.entry.subject {
        Subject::Party(id) => party(*id),
        Subject::Guarantee(id) => format!("guarantee of {}", party(*id)),
        Subject::Setting { scope, name } => format!("{}  {name}", office(scope)),
        Subject::CodeRow { table, id } => format!("{table}  {id}"),
        Subject::AccountBook(book) => format!("account book {book}"),
        Subject::AccountItem { book, item } => format!("account book {book}  {item}"),
        Subject::Person(name) => format!("person {name}"),
        Subject::AccessKey(number) => format!("access key {number}"),
        Subject::Declaration(id) => format!("declaration {id}"),
        Subject::Unmasking(number) => format!("unmasking {number}"),
        Subject::Letter { mailbox, n, place } => format!("{mailbox}  {n}/{place}"),
        Subject::Filing { party: of, id } => format!("filing {id} of {}", party(*of)),
        Subject::Goods { party: of, item } => format!("goods {item} of {}", party(*of)),
        Subject::SealingKey(name) => format!("key {name}"),
        Subject::Place(code) => format!("place {code}"),
        other => other.place(),
    };
    let cause = match &event.cause {
        Cause::File { name, digest } => format!("{name} (sha256 {})", fingerprint(digest)),
        Cause::Command(name) => format!("`{name}`"),
        Cause::Person(actor) => from(actor),
    };
    writeln!(out, "{sign} {subject}")?;
    writeln!(out, "    {} by {cause}, revision {}", event.at, event.revision)?;
    for Field { name, before, after } in &event.entry.fields {
        writeln!(out, "    {name}: `{before}` -> `{after}`")?;
    }
    Ok(())
}

fn event_json<'r>(event: &Event, who: impl Fn(PartyId) -> Option<&'r Registered>) -> Value {
    let party = |kind, id: PartyId| {
        let one = who(id);
        json!({
            "kind": kind,
            "party": id.0,
            "codes": one.map(|one| one.party.codes.iter().map(|code| code.as_str()).collect::<Vec<_>>()),
            "name": one.map(|one| &one.party.name),
        })
    };
    let subject = match &event.entry.subject {
        Subject::Party(id) => party("party", *id),
        Subject::Guarantee(id) => party("guarantee", *id),
        Subject::Setting { scope, name } => {
            json!({ "kind": "setting", "office": office(scope), "name": name })
        }
        Subject::CodeRow { table, id } => json!({ "kind": "row", "table": table, "id": id }),
        Subject::AccountBook(book) => json!({ "kind": "account-book", "book": book }),
        Subject::AccountItem { book, item } => {
            json!({ "kind": "account-item", "book": book, "item": item })
        }
        Subject::Person(name) => json!({ "kind": "person", "sign_in": name }),
        Subject::AccessKey(number) => json!({ "kind": "access key", "number": number }),
        Subject::Declaration(id) => json!({ "kind": "declaration", "id": id.0 }),
        Subject::Unmasking(number) => json!({ "kind": "unmasking", "number": number }),
        Subject::Letter { mailbox, n, place } => {
            json!({ "kind": "letter", "mailbox": mailbox, "n": n, "place": place })
        }
        Subject::Filing { party: of, id } => {
            let mut filing = party("filing", *of);
            filing["number"] = json!(id.to_string());
            filing
        }
        Subject::Goods { party: of, item } => {
            let mut goods = party("goods", *of);
            goods["item_no"] = json!(item);
            goods
        }
        Subject::SealingKey(name) => json!({ "kind": "sealing key", "key": name }),
        other => json!({ "kind": "record", "place": other.place() }),
    };
    let fields =
        event.entry.fields.iter().map(
            |field| json!({ "field": field.name, "before": field.before, "after": field.after }),
        );
    json!({
        "place": shown_place(event),
        "revision": event.revision,
        "at": event.at.to_string(),
        "subject": subject,
        "change": event.entry.change.name(),
        "cause": match &event.cause {
            Cause::File { name, digest } => json!({ "file": name, "sha256": fingerprint(digest) }),
            Cause::Command(name) => json!({ "command": name }),
            Cause::Person(Actor { name, standing, origin }) => json!({
                "person": name,
                "standing": standing,
                "address": origin.address,
                "request": origin.request,
                "way": origin.way.map(Way::name),
            }),
        },
        "fields": fields.collect::<Vec<_>>(),
    })
}

/// Who did it, and from which address.
fn from(Actor { name, origin, .. }: &Actor) -> String {
    match &origin.address {
        Some(address) => format!("{name} from {address}"),
        None => name.clone(),
    }
}

/// An office as the command line names it.
fn office(scope: &str) -> &str {
    scope.strip_prefix("office:").unwrap_or("all")
}

fn shown_place(event: &Event) -> String {
    format!("{}:{}", event.revision, event.n)
}

fn place(text: &str) -> Result<(i64, i64), String> {
    let numbers = text
        .split_once(':')
        .and_then(|(revision, n)| Some((revision.parse().ok()?, n.parse().ok()?)));
    numbers.ok_or_else(|| "expected what a page printed as next, such as 7:0".to_owned())
}
