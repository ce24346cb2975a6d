//! Parties and changes as people and machines read them.

use std::io::{self, Write};

use comfy_table::{Table, presets};
use jiff::civil::Date;
use serde_json::{Value, json};
use tongguan_application::registry::{
    Change, FieldChange, ImportReport, PartyReport, PlaceReport, Registered, Regranted,
    fingerprint, last_day, standing_name,
};
use tongguan_domain::party::Standing;
use tongguan_domain::place::SupervisedPlace;
use tongguan_storage::{CertificateRow, Guarantee};
use tongguan_web::views::registry::{GuaranteeView, free};

/// The parties, a line each.
pub fn table(parties: &[Registered]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "codes",
        "name",
        "roles",
        "standing",
        "valid",
        "mailbox",
        "certificates",
        "guarantee",
    ]);
    for one in parties {
        let party = &one.party;
        table.add_row([
            one.code_list(),
            party.name.clone(),
            one.role_list(),
            standing_name(party.standing).to_owned(),
            term(party.valid_from, party.valid_to),
            party.mailbox.as_ref().map(ToString::to_string).unwrap_or_default(),
            one.certificate_digests().count().to_string(),
            one.guarantee.as_ref().map(free_of_granted).unwrap_or_default(),
        ]);
    }
    table
}

/// All about one party.
pub fn write_party(out: &mut impl Write, one: &Registered) -> io::Result<()> {
    let party = &one.party;
    let mut line = |name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "{name:>12}  {value}") }
    };
    line("name", &party.name)?;
    line("codes", &one.code_list())?;
    line("roles", &one.role_list())?;
    line("standing", standing_name(party.standing))?;
    line("valid", &term(party.valid_from, party.valid_to))?;
    line("mailbox", &party.mailbox.as_ref().map(ToString::to_string).unwrap_or_default())?;
    line("payment_url", &one.payment_url.as_ref().map(ToString::to_string).unwrap_or_default())?;
    for row in &one.certificates {
        line(if row.delegate { "delegate" } else { "certificate" }, &certificate(row))?;
    }
    let Some(guarantee) = &one.guarantee else { return Ok(()) };
    line("guarantee", &free_of_granted(guarantee))?;
    line("held", &guarantee.held.to_string())?;
    line("queued", &guarantee.queued.to_string())?;
    line("valid", &term(guarantee.valid_from.china_day(), last_day(guarantee)))?;
    if guarantee.suspended {
        line("standing", standing_name(Standing::Suspended))?;
    }
    line("reference", guarantee.reference.as_deref().unwrap_or_default())
}

/// What an import did, a party each and what changed of it.
pub fn write_report(out: &mut impl Write, report: &ImportReport) -> io::Result<()> {
    for PartyReport { after, change, .. } in &report.parties {
        let what = format!("{}  {}  {}", after.code_list(), after.party.name, after.role_list());
        write_change(out, &what, change)?;
    }
    for PlaceReport { after, change, .. } in &report.places {
        write_change(out, &format!("place {}  {}", after.code, after.name), change)?;
    }
    let [added, changed, unchanged] = report.counts();
    writeln!(out, "registry: {added} added, {changed} changed, {unchanged} unchanged")
}

fn write_change(out: &mut impl Write, what: &str, change: &Change) -> io::Result<()> {
    let (sign, fields) = match change {
        Change::Added => ("+", &[][..]),
        Change::Changed(fields) => ("~", &fields[..]),
        Change::Unchanged => return Ok(()),
    };
    writeln!(out, "{sign} {what}")?;
    for change in fields {
        writeln!(out, "    {}: `{}` -> `{}`", change.field, change.before, change.after)?;
    }
    Ok(())
}

/// The supervised places, a line each.
pub fn places(places: &[SupervisedPlace], parties: &[Registered]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["code", "name", "office", "operator", "valid"]);
    for place in places {
        let operator = parties.iter().find(|one| one.party.id == place.operator);
        table.add_row([
            place.code.to_string(),
            place.name.to_string(),
            place.office.to_string(),
            operator.map(|one| one.party.name.clone()).unwrap_or_default(),
            term(place.valid_from, place.valid_to),
        ]);
    }
    table
}

/// What an import did, as JSON.
pub fn report_json(report: &ImportReport, dry_run: bool) -> Value {
    let party = |PartyReport { line, after, change }: &PartyReport| {
        let (word, fields) = change_json(change);
        json!({
            "line": line,
            "party": after.party.id.0,
            "name": after.party.name,
            "codes": codes(after),
            "change": word,
            "fields": fields,
        })
    };
    let place = |PlaceReport { line, after, change }: &PlaceReport| {
        let (word, fields) = change_json(change);
        json!({
            "line": line,
            "code": after.code.as_str(),
            "name": after.name,
            "change": word,
            "fields": fields,
        })
    };
    let [added, changed, unchanged] = report.counts();
    json!({
        "dry_run": dry_run,
        "added": added,
        "changed": changed,
        "unchanged": unchanged,
        "parties": report.parties.iter().map(party).collect::<Vec<_>>(),
        "places": report.places.iter().map(place).collect::<Vec<_>>(),
        "defects": [],
    })
}

fn change_json(change: &Change) -> (&'static str, Vec<Value>) {
    let (word, fields) = match change {
        Change::Added => ("added", &[][..]),
        Change::Changed(fields) => ("changed", &fields[..]),
        Change::Unchanged => ("unchanged", &[][..]),
    };
    let field = |FieldChange { field, before, after }: &FieldChange| json!({ "field": field, "before": before, "after": after });
    (word, fields.iter().map(field).collect())
}

/// A changed sum.
pub fn write_regranted(out: &mut impl Write, changed: &Regranted) -> io::Result<()> {
    let Regranted { name, before, guarantee, .. } = changed;
    writeln!(out, "{name}: {before} -> {}", guarantee.granted)?;
    writeln!(out, "free {}, held {}, queued {}", free(guarantee), guarantee.held, guarantee.queued)
}

/// A changed sum as JSON.
pub fn regranted_json(changed: &Regranted) -> Value {
    json!({
        "party": changed.party.0,
        "name": changed.name,
        "before": changed.before.to_string(),
        "guarantee": GuaranteeView::of(&changed.guarantee),
    })
}

fn codes(one: &Registered) -> Vec<&str> {
    one.party.codes.iter().map(|code| code.as_str()).collect()
}

fn free_of_granted(row: &Guarantee) -> String {
    format!("{} free of {}", free(row), row.granted)
}

fn term(from: Date, to: Option<Date>) -> String {
    to.map_or_else(|| format!("from {from}"), |to| format!("{from} to {to}"))
}

fn certificate(row: &CertificateRow) -> String {
    let term = term(row.valid_from.china_day(), Some(row.valid_to.china_day()));
    let stopped = if row.revoked { ", stopped" } else { "" };
    format!("sha256 {} ({term}{stopped})", fingerprint(&row.digest))
}
