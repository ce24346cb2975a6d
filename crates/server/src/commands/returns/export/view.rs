//! Returns as people and programs read them.

use serde_json::{Value, json};
use tongguan_application::clearing::export_return::{ExportReturnRecord, TallyPlace};
use tongguan_application::export_returns::ToAmend;
use tongguan_domain::facts::ExportReturnItemFacts;
use tongguan_domain::readmission::{ExportReturnState, Relief, Tallied};

/// Everything about one return.
pub fn picture(record: &ExportReturnRecord) -> Value {
    let facts = &record.facts;
    json!({
        "return": name(record),
        "pre_no": record.provisional_no.as_str(),
        "reference": facts.reference.as_str(),
        "status": record.state.status().number(),
        "office": facts.office.to_string(),
        "mode": facts.mode,
        "waybill_no": facts.waybill_no.as_str(),
        "bill_no": facts.transport.bill_no,
        "from": facts.departure_country,
        "goods": tallied(&record.state).map(goods),
        "released_at": record.state.released_at().map(|at| at.to_string()),
        "tally": record.tally.as_ref().map(tally),
        "exchanged_by": record.exchange.as_ref().map(ToString::to_string),
        "items": facts.items.iter().map(item).collect::<Vec<_>>(),
    })
}

/// A line of a formal declaration that has to be amended.
pub fn to_amend(line: &ToAmend) -> Value {
    json!({
        "formal_declaration": line.formal.as_str(),
        "formal_line": line.formal_line,
        "line": line.line,
        "quantity": line.quantity.to_string(),
        "unit": line.unit,
    })
}

/// A line of the list, for people.
pub fn cells(record: &ExportReturnRecord) -> [String; 6] {
    let facts = &record.facts;
    [
        record.state.status().to_string(),
        name(record),
        facts.reference.to_string(),
        facts.office.to_string(),
        facts.waybill_no.to_string(),
        tallied(&record.state).map(differs).unwrap_or_default().join(", "),
    ]
}

/// By what a return is named on the command line.
fn name(record: &ExportReturnRecord) -> String {
    format!("{}/{}", record.facts.declaration_no, record.id.n)
}

const fn tallied(state: &ExportReturnState) -> Option<&Tallied> {
    match state {
        ExportReturnState::UnderExamination(tallied)
        | ExportReturnState::Completed { tallied, .. } => Some(tallied),
        ExportReturnState::Stored
        | ExportReturnState::Admitted
        | ExportReturnState::Refused
        | ExportReturnState::Deleted => None,
    }
}

fn differs(tallied: &Tallied) -> Vec<&'static str> {
    tallied.discrepancies.iter().map(|one| one.zh()).collect()
}

fn goods(tallied: &Tallied) -> Value {
    let relief = match &tallied.relief {
        Relief::Granted { until, row, except } => json!({
            "free": true, "until": until.to_string(), "row": row, "except_lines": except,
        }),
        Relief::Late { until, row } => json!({
            "free": false, "until": until.to_string(), "row": row,
        }),
        Relief::NoNotice => json!({ "free": false }),
    };
    json!({
        "came_at": tallied.at.to_string(),
        "differs_in": differs(tallied),
        "import_taxes": relief,
    })
}

fn tally(tally: &TallyPlace) -> Value {
    json!({
        "reference": tally.reference.as_str(),
        "pre_no": tally.provisional_no.as_str(),
        "entered_at": tally.entered_at.to_string(),
    })
}

fn item(item: &ExportReturnItemFacts) -> Value {
    json!({
        "line": item.number,
        "hs": item.hs_code,
        "name": item.name,
        "quantity": item.quantity.to_string(),
        "unit": item.unit,
        "statutory_quantity": item.statutory_quantity.to_string(),
        "statutory_unit": item.statutory_unit,
        "second_quantity": item.second.as_ref().map(|(_, quantity)| quantity.to_string()),
        "second_unit": item.second.as_ref().map(|(unit, _)| unit),
    })
}
