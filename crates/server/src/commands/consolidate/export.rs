//! `tongguan consolidate export`: a formal declaration as a file.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_application::clearing::rows::read_formal;
use tongguan_application::numbering::partition_of_number;
use tongguan_application::ports::Clock;
use tongguan_domain::formal::{FormalLine, Measured};
use tongguan_domain::party::NamedParty;
use tongguan_messages::formal::{self, FormalDocument};

use super::Place;
use crate::clock::SystemClock;

/// Print a formal declaration for the general-trade system.
#[derive(Debug, Args)]
pub struct Export {
    /// Its 报关单编号: 18 digits.
    number: String,
    /// How it is written; docs/reference/formal-declaration.md describes both.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Xml,
}

impl Export {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let store = self.place.open_known(SystemClock.now())?;
        let bucket = partition_of_number(&self.number);
        let keys: Vec<_> =
            bucket.map(|bucket| (bucket, self.number.as_str())).into_iter().collect();
        let row = store.read(|view| view.formal_declarations(&keys))?.pop().with_context(|| {
            format!("{}: there is no formal declaration of this number", self.number)
        })?;
        let formal = read_formal(row)?;
        let mut out = std::io::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{:#}", view(&formal))?,
            Format::Xml => out.write_all(formal::write(document(&formal)).as_bytes())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn document(formal: &FormalRecord) -> FormalDocument<'_> {
    FormalDocument {
        number: &formal.number,
        consolidated_no: &formal.consolidated_no,
        request: &formal.request,
        made_at: formal.made_at,
        office: formal.office,
        parties: [&formal.declarant, &formal.merchant, &formal.formal_declarant],
        form: &formal.form,
    }
}

fn view(formal: &FormalRecord) -> Value {
    let party = |party: &NamedParty| json!({ "code": party.code.as_str(), "name": party.name });
    let head = &formal.form.head;
    let lines =
        formal.form.lines.iter().zip(1..).map(|(formal_line, number)| line(formal_line, number));
    json!({
        "number": formal.number.as_str(),
        "consolidatedNo": formal.consolidated_no.as_str(),
        "requestNo": formal.request.as_str(),
        "madeAt": formal.made_at.to_string(),
        "office": formal.office.to_string(),
        "declarant": party(&formal.declarant),
        "merchant": party(&formal.merchant),
        "formalDeclarant": party(&formal.formal_declarant),
        "producer": head.producer,
        "transportMode": head.transport_mode,
        "arrivalCountry": head.arrival_country,
        "exitOffice": head.exit_office.to_string(),
        "grossWeightKg": formal.form.gross_weight_kg.to_string(),
        "netWeightKg": formal.form.net_weight_kg.to_string(),
        "lines": lines.collect::<Vec<_>>(),
    })
}

fn line(line: &FormalLine, number: u32) -> Value {
    let measured = |measured: &Measured| json!({ "quantity": measured.quantity.to_string(), "unit": measured.unit });
    let sources = line
        .sources
        .iter()
        .map(|source| json!({ "declarationNo": source.declaration.as_str(), "line": source.line }));
    json!({
        "number": number,
        "hsCode": line.goods.hs_code,
        "name": line.goods.name,
        "itemName": line.goods.item_name,
        "destination": line.goods.destination,
        "currency": line.goods.currency,
        "value": line.value.value().to_string(),
        "declared": measured(&line.declared),
        "statutory": measured(&line.statutory),
        "second": line.second.as_ref().map(measured),
        "sources": sources.collect::<Vec<_>>(),
    })
}
