//! Declarations as people and programs read them.

use std::io::{self, Write};

use serde_json::{Value, json};
use tongguan_application::clearing::record::{DocumentKind, DocumentRecord, DocumentState, Facts};
use tongguan_application::review::{Decided, Matching, Picture, Queued, Told};
use tongguan_domain::allowance::LimitedQuantity;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::{DeclarationFacts, ItemFacts};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::registry::Registry;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_storage::TaxBill;

/// A line of the list, for programs.
pub fn queued(row: &Queued, registry: &Registry) -> Value {
    json!({
        "id": row.id.to_string(),
        "pre_no": row.provisional_no.as_str(),
        "invt_no": row.number.as_ref().map(ToString::to_string),
        "order_no": row.order_no.as_str(),
        "office": row.office.to_string(),
        "status": row.status.number(),
        "since": row.since.to_string(),
        "reason": row.reason,
        "dutiable": row.dutiable.to_string(),
        "tax": row.tax.map(|tax| tax.to_string()),
        "merchant": party(registry, row.merchant),
    })
}

/// A line of the list, for people.
pub fn queued_cells(row: &Queued, registry: &Registry) -> [String; 9] {
    [
        row.status.to_string(),
        row.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.provisional_no.to_string(),
        row.office.to_string(),
        row.since.to_string(),
        row.dutiable.to_string(),
        row.tax.map_or_else(|| "no rate".to_owned(), |tax| tax.to_string()),
        registry.party(row.merchant).map(|party| party.name.to_string()).unwrap_or_default(),
        row.reason.clone().unwrap_or_default(),
    ]
}

/// Everything about one declaration.
pub fn picture(picture: &Picture, registry: &Registry) -> Value {
    let record = &picture.record;
    json!({
        "id": record.id.to_string(),
        "pre_no": record.provisional_no.as_str(),
        "invt_no": record.state.number().map(ToString::to_string),
        "status": record.state.status().number(),
        "lodged_at": picture.lodged_at.to_string(),
        "since": picture.since.to_string(),
        "dutiable": picture.dutiable.to_string(),
        "tax": picture.tax.map(|tax| tax.to_string()),
        "pack": hex(&record.pack),
        "mailbox": record.answer.mailbox.as_str(),
        "facts": facts(&record.facts, registry),
        "state": state(&record.state),
        "documents": picture.documents.iter().map(|d| document(d, registry)).collect::<Vec<_>>(),
        "matching": matching(&picture.matching),
        "responses": picture.told.iter().map(told).collect::<Vec<_>>(),
        "tax_bills": picture.bills.iter().map(bill).collect::<Vec<_>>(),
    })
}

/// What a decision led to, or declaring.
pub fn decided(id: DeclarationId, decided: &Decided) -> Value {
    json!({
        "id": id.to_string(),
        "status": decided.status.number(),
        "assessed": decided.assessed.as_ref().map(tax),
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

fn facts(facts: &DeclarationFacts, registry: &Registry) -> Value {
    json!({
        "order_no": facts.order_no.as_str(),
        "waybill_no": facts.waybill_no.as_str(),
        "reference": facts.reference.as_ref().map(ToString::to_string),
        "mode": facts.mode.to_wire(),
        "office": facts.office.to_string(),
        "declared_on": facts.declared_on.to_string(),
        "platform": named(registry, facts.platform),
        "merchant": named(registry, facts.merchant),
        "carrier": named(registry, facts.carrier),
        "declarant": named(registry, facts.declarant),
        "guarantor": named(registry, facts.guarantor),
        "freight": facts.freight.to_string(),
        "insurance": facts.insurance.to_string(),
        "net_weight_kg": facts.net_weight_kg.to_string(),
        "items": facts.items.iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &ItemFacts) -> Value {
    json!({
        "line": item.number,
        "hs": item.hs_code,
        "name": item.name,
        "quantity": item.quantity.to_string(),
        "unit": item.unit,
        "price": item.price.to_string(),
        "total_price": item.total_price.to_string(),
    })
}

fn state(state: &ImportState) -> Value {
    match state {
        ImportState::Stored(of) => json!({
            "identity_certified": of.certified,
            "limited_quantities": quantities(&of.quantities),
            "taxes": of.tax.as_ref().map(tax),
        }),
        ImportState::Waiting { lodged, expires_at } => json!({
            "identity_certified": lodged.certified,
            "expires_at": expires_at.to_string(),
            "allowance_year": lodged.reservation.key.year,
            "limited_quantities": quantities(&lodged.reservation.quantities),
            "taxes": lodged.tax.as_ref().map(tax),
        }),
        ImportState::InReview(entered)
        | ImportState::UnderExamination(entered)
        | ImportState::AwaitingGuarantee(entered)
        | ImportState::Suspended(entered)
        | ImportState::Detained { entered, .. } => json!({
            "identity_certified": entered.lodged.certified,
            "allowance_year": entered.lodged.reservation.key.year,
            "limited_quantities": quantities(&entered.lodged.reservation.quantities),
            "taxes": entered.lodged.tax.as_ref().map(tax),
        }),
        ImportState::Released(release) | ImportState::Closed(release) => json!({
            "released_at": release.released_at.to_string(),
            "allowance_year": release.used.key.year,
            "limited_quantities": quantities(&release.used.quantities),
            "taxes": tax(&release.tax),
        }),
        ImportState::ShippedBack(_) | ImportState::Refused | ImportState::Deleted => json!({}),
    }
}

/// What is taken of lines of the positive list whose quantity is limited for a person and year.
fn quantities(quantities: &[LimitedQuantity]) -> Value {
    let one = |quantity: &LimitedQuantity| {
        json!({
            "line": quantity.line.to_string(),
            "quantity": quantity.amount.to_string(),
            "limit": quantity.limit.to_string(),
            "unit": quantity.measure.unit(),
        })
    };
    quantities.iter().map(one).collect()
}

fn tax(tax: &TaxDue) -> Value {
    let line = |line: &TaxLine| {
        json!({
            "line": line.number,
            "hs": line.hs_code,
            "dutiable": line.dutiable.to_string(),
            "duty": line.duty.to_string(),
            "vat": line.vat.to_string(),
            "consumption_tax": line.consumption_tax.to_string(),
        })
    };
    json!({
        "duty": tax.duty.to_string(),
        "vat": tax.vat.to_string(),
        "consumption_tax": tax.consumption_tax.to_string(),
        "total": tax.total.to_string(),
        "lines": tax.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn document(document: &DocumentRecord, registry: &Registry) -> Value {
    let amount = match document.facts.as_deref() {
        Some(Facts::Order(order)) => Some(order.paid.to_string()),
        Some(Facts::Payment(payment)) => Some(payment.amount.to_string()),
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

fn bill(bill: &TaxBill) -> Value {
    json!({
        "tax_no": bill.tax_no,
        "at": bill.at.to_string(),
        "duty": bill.duty.to_string(),
        "vat": bill.vat.to_string(),
        "consumption_tax": bill.consumption_tax.to_string(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
