//! Export declarations as people and programs read them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongguan_application::clearing::record::ExportRecord;
use tongguan_application::review::Direction;
use tongguan_domain::declaration::{ExportEntry, ExportRelease, ExportState};
use tongguan_domain::facts::{ExportFacts, ExportItemFacts, ExportMode};
use tongguan_domain::money::Amount;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::{Transit, TransitState};

use super::{hex, named};

/// What an export says, where it stands, and where its parcel is.
pub fn particulars(
    record: &ExportRecord,
    totals: &BTreeMap<Box<str>, Amount>,
    arrived_at: Option<Moment>,
    registry: &Registry,
) -> Value {
    json!({
        "id": record.id.to_string(),
        "direction": Direction::Export.name(),
        "pre_no": record.provisional_no.as_str(),
        "invt_no": record.state.number().map(ToString::to_string),
        "status": record.state.status().number(),
        "value": value(totals),
        "pack": hex(&record.pack),
        "mailbox": record.answer.mailbox.as_str(),
        "facts": facts(&record.facts, registry),
        "needs_licence": record.licence,
        "arrived_at": arrived_at.map(|at| at.to_string()),
        "state": state(&record.state),
    })
}

/// How goods were sealed, and where they are.
pub fn transit(transit: &Transit) -> Value {
    let Transit { sealing, state } = transit;
    let mut shown = json!({
        "seal": sealing.seal.as_str(),
        "vehicle": sealing.vehicle.as_str(),
        "sealed_at": sealing.at.to_string(),
        "sealed_by": sealing.officer,
        "state": state.name(),
    });
    match state {
        TransitState::Sealed => {}
        TransitState::Checked(at) => shown["checked_at"] = at.to_string().into(),
        TransitState::Opened(at) => shown["opened_at"] = at.to_string().into(),
        TransitState::Stopped { at, anomalies } => {
            shown["stopped_at"] = at.to_string().into();
            shown["anomalies"] = anomalies.iter().map(|anomaly| anomaly.name()).collect();
        }
    }
    shown
}

/// The total of each currency, for programs.
pub fn value(totals: &BTreeMap<Box<str>, Amount>) -> Value {
    let mut shown = Vec::with_capacity(totals.len());
    for (currency, total) in totals {
        shown.push(json!({ "currency": currency, "total": total.to_string() }));
    }
    shown.into()
}

/// The total of each currency, for people.
pub fn value_in_words(totals: &BTreeMap<Box<str>, Amount>) -> String {
    let each: Vec<_> =
        totals.iter().map(|(currency, total)| format!("{total} {currency}")).collect();
    each.join(", ")
}

fn facts(facts: &ExportFacts, registry: &Registry) -> Value {
    let parties = facts.parties;
    json!({
        "order_no": facts.order_no.as_str(),
        "waybill_no": facts.waybill_no.as_str(),
        "reference": facts.reference.to_string(),
        "mode": facts.mode.to_wire(),
        "booking_no": booking(facts),
        "statistics": facts.statistics.to_wire(),
        "office": facts.office.to_string(),
        "port": facts.port.to_string(),
        "exported_on": facts.exported_on.to_string(),
        "platform": parties.platform.map(|platform| named(registry, platform)),
        "merchant": named(registry, parties.merchant),
        "carrier": named(registry, parties.carrier),
        "declarant": named(registry, parties.declarant),
        "producer": facts.producer,
        "account_book": facts.account_book,
        "transport_mode": facts.transport_mode,
        "bill_no": facts.bill_no,
        "licence": facts.licence,
        "destination_country": facts.destination_country,
        "packages": facts.packages,
        "gross_weight_kg": facts.gross_weight_kg.to_string(),
        "net_weight_kg": facts.net_weight_kg.to_string(),
        "items": facts.items.iter().map(item).collect::<Vec<_>>(),
    })
}

/// The number under which goods were booked into a warehouse abroad (海外仓订仓单): no other element of
/// order and declaration says anything of the warehouse.
fn booking(facts: &ExportFacts) -> Option<&str> {
    (facts.mode == ExportMode::OverseasWarehouse).then(|| facts.order_no.as_str())
}

fn item(item: &ExportItemFacts) -> Value {
    json!({
        "line": item.number,
        "hs": item.hs_code,
        "name": item.name,
        "quantity": item.quantity.to_string(),
        "unit": item.unit,
        "total_price": item.total_price.to_string(),
        "currency": item.currency,
        "destination_country": item.destination_country,
    })
}

fn state(state: &ExportState) -> Value {
    let entry = |entry: &ExportEntry, licence: bool| {
        json!({
            "arrived_at": entry.arrived_at.map(|at| at.to_string()),
            "licence_to_verify": licence,
        })
    };
    let release = |release: &ExportRelease| {
        json!({
            "arrived_at": release.arrived_at.to_string(),
            "released_at": release.released_at.to_string(),
        })
    };
    match state {
        ExportState::Waiting { expires_at } => json!({ "expires_at": expires_at.to_string() }),
        ExportState::InReview { entry: of, licence }
        | ExportState::UnderExamination { entry: of, licence } => entry(of, *licence),
        ExportState::Reviewed(of) => entry(of, false),
        ExportState::Released(of) => release(of),
        ExportState::Recalled(of) => json!({ "recalled": release(of) }),
        ExportState::Withdrawn(of) => json!({ "withdrawn": release(of) }),
        ExportState::Closed { release: of, departed_at } => {
            let mut shown = release(of);
            shown["departed_at"] = departed_at.to_string().into();
            shown
        }
        ExportState::Stored
        | ExportState::Cancelled(_)
        | ExportState::Refused
        | ExportState::Deleted => json!({}),
    }
}
