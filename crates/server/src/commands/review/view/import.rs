//! Import declarations as people and programs read them.

use serde_json::{Value, json};
use tongguan_application::clearing::record::DeclarationRecord;
use tongguan_application::review::Direction;
use tongguan_domain::allowance::LimitedQuantity;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facts::{DeclarationFacts, ItemFacts};
use tongguan_domain::money::Money;
use tongguan_domain::registry::Registry;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_storage::TaxBill;

use super::{hex, named};

/// What an import says, where it stands, and what it owes.
pub fn particulars(
    record: &DeclarationRecord,
    dutiable: Money,
    tax: Option<Money>,
    bills: &[TaxBill],
    registry: &Registry,
) -> Value {
    json!({
        "id": record.id.to_string(),
        "direction": Direction::Import.name(),
        "pre_no": record.provisional_no.as_str(),
        "invt_no": record.state.number().map(ToString::to_string),
        "status": record.state.status().number(),
        "dutiable": dutiable.to_string(),
        "tax": tax.map(|tax| tax.to_string()),
        "pack": hex(&record.pack),
        "mailbox": record.answer.mailbox.as_str(),
        "facts": facts(&record.facts, registry),
        "state": state(&record.state),
        "tax_bills": bills.iter().map(bill).collect::<Vec<_>>(),
    })
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
        | ImportState::AwaitingEntry(entered)
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
        ImportState::ShippedBack(_)
        | ImportState::Cancelled(_)
        | ImportState::Refused
        | ImportState::Deleted => json!({}),
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

/// What is owed, line by line.
pub fn tax(tax: &TaxDue) -> Value {
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

fn bill(bill: &TaxBill) -> Value {
    json!({
        "tax_no": bill.tax_no,
        "status": bill.status,
        "at": bill.at.to_string(),
        "duty": bill.duty.to_string(),
        "vat": bill.vat.to_string(),
        "consumption_tax": bill.consumption_tax.to_string(),
    })
}
