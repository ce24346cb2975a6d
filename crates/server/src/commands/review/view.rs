//! Declarations as people and programs read them.

pub mod export;
mod import;

use std::io::{self, Write};

use serde_json::{Value, json};
use tongguan_application::clearing::record::{DocumentKind, DocumentRecord, DocumentState, Facts};
use tongguan_application::review::{Decided, Matching, Particulars, Picture, Queued, Told, Worth};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::registry::Registry;

/// A line of the list, for programs.
pub fn queued(row: &Queued, registry: &Registry) -> Value {
    let mut line = json!({
        "id": row.id.to_string(),
        "direction": row.direction.name(),
        "pre_no": row.provisional_no.as_str(),
        "invt_no": row.number.as_ref().map(ToString::to_string),
        "order_no": row.order_no.as_str(),
        "office": row.office.to_string(),
        "status": row.status.number(),
        "since": row.since.to_string(),
        "reason": row.reason,
        "merchant": party(registry, row.merchant),
    });
    match &row.worth {
        Worth::Dutiable { value, tax } => {
            line["dutiable"] = value.to_string().into();
            line["tax"] = tax.map(|tax| tax.to_string()).into();
        }
        Worth::Declared(totals) => line["value"] = export::value(totals),
    }
    line
}

/// A line of the list, for people.
pub fn queued_cells(row: &Queued, registry: &Registry) -> [String; 10] {
    let (value, tax) = match &row.worth {
        Worth::Dutiable { value, tax } => {
            (value.to_string(), tax.map_or_else(|| "no rate".to_owned(), |tax| tax.to_string()))
        }
        Worth::Declared(totals) => (export::value_in_words(totals), String::new()),
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

/// Everything about one declaration.
pub fn picture(picture: &Picture, registry: &Registry) -> Value {
    let mut shown = match &picture.particulars {
        Particulars::Import { record, dutiable, tax, bills } => {
            import::particulars(record, *dutiable, *tax, bills, registry)
        }
        Particulars::Export { record, value, arrived_at, quarantine, transit } => {
            let mut shown = export::particulars(record, value, *arrived_at, registry);
            shown["quarantine"] = quarantine.map(Quarantine::name).into();
            shown["transit"] = transit.as_ref().map(export::transit).into();
            shown
        }
    };
    shown["lodged_at"] = picture.lodged_at.to_string().into();
    shown["since"] = picture.since.to_string().into();
    shown["documents"] = picture.documents.iter().map(|d| document(d, registry)).collect();
    shown["matching"] = matching(&picture.matching);
    shown["responses"] = picture.told.iter().map(told).collect();
    shown
}

/// What a decision led to, or declaring.
pub fn decided(id: DeclarationId, decided: &Decided) -> Value {
    json!({
        "id": id.to_string(),
        "status": decided.status.number(),
        "assessed": decided.assessed.as_ref().map(import::tax),
        "responses": decided.told.iter().map(told).collect::<Vec<_>>(),
    })
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

fn party(registry: &Registry, id: PartyId) -> Value {
    let party = registry.party(id);
    json!({
        "code": party.and_then(|party| party.codes.first()).map(|code| code.as_str().to_owned()),
        "name": party.map(|party| party.name.to_string()),
    })
}

fn named(registry: &Registry, id: PartyId) -> String {
    let Some(party) = registry.party(id) else { return format!("party {id}, not registered") };
    let code = party.codes.first().map(|code| code.as_str()).unwrap_or_default();
    format!("{code} {}", party.name)
}

fn document(document: &DocumentRecord, registry: &Registry) -> Value {
    let amount = match document.facts.as_deref() {
        Some(Facts::Order(order)) => Some(order.paid.to_string()),
        Some(Facts::Payment(payment)) => Some(payment.amount.to_string()),
        Some(Facts::ExportOrder(order)) => {
            Some(format!("{} {}", order.goods_value, order.currency))
        }
        _ => None,
    };
    let number = Some(&*document.key.number).filter(|number| !number.is_empty());
    json!({
        "document": kind(document.key.kind),
        "state": match document.state {
            DocumentState::Stored => "stored",
            DocumentState::Entered => "entered",
            DocumentState::Refused => "refused",
            DocumentState::Deleted => "deleted",
            DocumentState::Pending => "pending",
        },
        "party": named(registry, document.key.party),
        "number": number,
        "paid": amount,
        "guid": document.guid.as_str(),
        "sent_at": document.sent_at.to_string(),
        "message": document.source.message.to_string(),
    })
}

const fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Order => "order",
        DocumentKind::Payment => "payment",
        DocumentKind::Waybill => "waybill",
        DocumentKind::Delivery => "delivery",
        DocumentKind::Declaration => "declaration",
        DocumentKind::ExportOrder => "export-order",
        DocumentKind::Collection => "collection",
        DocumentKind::ExportWaybill => "export-waybill",
        DocumentKind::Export => "export-declaration",
        DocumentKind::Arrival => "arrival-report",
        DocumentKind::Departure => "departure-report",
        DocumentKind::ExportReturn => "export-return",
        DocumentKind::ReturnTally => "return-tally",
        DocumentKind::Cancellation => "cancellation",
        DocumentKind::Return => "return",
        DocumentKind::ExportCancellation => "export-cancellation",
        DocumentKind::MasterBill => "master-bill-link",
        DocumentKind::Consolidation => "consolidation-request",
        DocumentKind::WarehouseEntry => "warehouse-entry",
    }
}

fn matching(matching: &Matching) -> Value {
    match matching {
        Matching::Missing(kinds) => {
            json!({ "missing": kinds.iter().map(|missing| kind(*missing)).collect::<Vec<_>>() })
        }
        Matching::Compared(defects) => json!({
            "missing": [],
            "mismatches": defects
                .iter()
                .map(|defect| json!({
                    "code": defect.rule.code,
                    "message_zh": defect.message_zh(),
                    "message_en": defect.message_en(),
                }))
                .collect::<Vec<_>>(),
        }),
    }
}

fn told(told: &Told) -> Value {
    json!({ "at": told.at.to_string(), "status": told.status, "text": told.text })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
