//! Declarations as people read them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;
use tongguan_application::review::{Queued, Worth};
use tongguan_domain::money::Amount;
use tongguan_domain::registry::Registry;

/// A line of the list, for people.
pub fn queued_cells(row: &Queued, registry: &Registry) -> [String; 10] {
    let (value, tax) = match &row.worth {
        Worth::Dutiable { value, tax } => {
            (value.to_string(), tax.map_or_else(|| "no rate".to_owned(), |tax| tax.to_string()))
        }
        Worth::Declared(totals) => (value_in_words(totals), String::new()),
    };
    [
        row.status.to_string(),
        row.direction.name().to_owned(),
        row.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.provisional_no.to_string(),
        row.office.to_string(),
        row.since.to_string(),
        value,
        tax,
        registry.party(row.merchant).map(|party| party.name.to_string()).unwrap_or_default(),
        row.reason.clone().unwrap_or_default(),
    ]
}

/// Writes a JSON value for people: a line for each field, indented by depth; what is absent is left
/// out.
pub fn write(out: &mut impl Write, value: &Value, depth: usize) -> io::Result<()> {
    let Value::Object(fields) = value else { return Ok(()) };
    for (name, field) in fields {
        let margin = "  ".repeat(depth);
        match field {
            Value::Null => {}
            Value::Object(_) => {
                writeln!(out, "{margin}{name}")?;
                write(out, field, depth + 1)?;
            }
            Value::Array(all) if all.is_empty() => writeln!(out, "{margin}{name:<16} none")?,
            Value::Array(all) => {
                writeln!(out, "{margin}{name}")?;
                for one in all {
                    match one {
                        Value::Object(fields) => {
                            let line: Vec<_> = fields
                                .iter()
                                .filter(|(_, value)| !value.is_null())
                                .map(|(name, value)| format!("{name} {}", plain(value)))
                                .collect();
                            writeln!(out, "{margin}  - {}", line.join(", "))?;
                        }
                        other => writeln!(out, "{margin}  - {}", plain(other))?,
                    }
                }
            }
            plainly => writeln!(out, "{margin}{name:<16} {}", plain(plainly))?,
        }
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The total of each currency.
fn value_in_words(totals: &BTreeMap<Box<str>, Amount>) -> String {
    let each: Vec<_> =
        totals.iter().map(|(currency, total)| format!("{total} {currency}")).collect();
    each.join(", ")
}
