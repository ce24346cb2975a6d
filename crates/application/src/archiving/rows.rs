//! Rows of the archive, from what the database holds. No person, and no mark of one, has a column.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use tongguan_archive::column::{Row, Value};
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::facts::{ExportItemFacts, ItemFacts};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage as storage;

use super::ArchivingError;
use crate::clearing::record::{DeclarationRecord, ExportRecord};
use crate::clearing::rows::{read_declaration, read_export};
use crate::numbering::made_at;

/// The currency of imports, whose amounts are yuan (人民币).
const YUAN: &str = "142";

/// A declaration with its goods, as rows.
pub(super) struct Archived {
    pub(super) parcel: Row,
    pub(super) lines: Vec<Row>,
    /// The documents that are beside it.
    pub(super) key: (storage::Partition, String),
    pub(super) id: DeclarationId,
}

/// An import.
pub(super) fn import(row: storage::Declaration) -> Result<Archived, ArchivingError> {
    let changed_at = row.updated_at;
    let key = (row.partition, row.order_no.as_str().to_owned());
    let DeclarationRecord { id, provisional_no, facts, state, pack, .. } = read_declaration(row)?;
    let exact = |number: Decimal| exact(id, number);
    let released_at = match &state {
        ImportState::Released(release) | ImportState::Closed(release) => Some(release.released_at),
        _ => None,
    };
    let tax = state.tax();
    let fen = |of: Option<Money>| of.map_or(Value::Absent, |money| Value::Fen(money.fen()));
    let parcel = vec![
        Value::Whole(id.0),
        word("import"),
        instant(made_at(id.0)),
        instant(changed_at),
        Value::Whole(i64::from(state.status().number())),
        text(&facts.office),
        text(&facts.port),
        word(facts.mode.to_wire()),
        text(&facts.order_no),
        text(&facts.waybill_no),
        text(&provisional_no),
        maybe(state.number()),
        maybe(facts.reference.as_ref()),
        party(facts.platform),
        party(facts.merchant),
        party(facts.carrier),
        party(facts.declarant),
        party(facts.guarantor),
        maybe(facts.account_book.as_ref()),
        day(facts.declared_on)?,
        released_at.map_or(Value::Absent, instant),
        Value::Absent,
        Value::Absent,
        exact(facts.freight.value())?,
        exact(facts.insurance.value())?,
        Value::Absent,
        exact(facts.net_weight_kg)?,
        fen(tax.map(|tax| tax.dutiable)),
        fen(tax.map(|tax| tax.duty)),
        fen(tax.map(|tax| tax.vat)),
        fen(tax.map(|tax| tax.consumption_tax)),
        Value::Text(hex(&pack)),
    ];
    let lines = facts.items.iter().map(|item| import_line(id, item)).collect::<Result<_, _>>()?;
    Ok(Archived { parcel, lines, key, id })
}

/// An export.
pub(super) fn export(row: storage::Export) -> Result<Archived, ArchivingError> {
    let changed_at = row.updated_at;
    let key = (row.partition, row.order_no.as_str().to_owned());
    let record: ExportRecord = read_export(row)?;
    let (id, facts) = (record.id, &record.facts);
    let exact = |number: Decimal| exact(id, number);
    let (released_at, departed_at) = match &record.state {
        ExportState::Closed { release, departed_at } => {
            (Some(release.released_at), Some(*departed_at))
        }
        ExportState::Released(release) | ExportState::Withdrawn(release) => {
            (Some(release.released_at), None)
        }
        _ => (None, None),
    };
    let parcel = vec![
        Value::Whole(id.0),
        word("export"),
        instant(made_at(id.0)),
        instant(changed_at),
        Value::Whole(i64::from(record.state.status().number())),
        text(&facts.office),
        text(&facts.port),
        word(facts.mode.to_wire()),
        text(&facts.order_no),
        text(&facts.waybill_no),
        text(&record.provisional_no),
        maybe(record.state.number()),
        text(&facts.reference),
        facts.parties.platform.map_or(Value::Absent, party),
        party(facts.parties.merchant),
        party(facts.parties.carrier),
        party(facts.parties.declarant),
        Value::Absent,
        maybe(facts.account_book.as_ref()),
        day(facts.exported_on)?,
        released_at.map_or(Value::Absent, instant),
        departed_at.map_or(Value::Absent, instant),
        text(&facts.destination_country),
        Value::Absent,
        Value::Absent,
        exact(facts.gross_weight_kg)?,
        exact(facts.net_weight_kg)?,
        Value::Absent,
        Value::Absent,
        Value::Absent,
        Value::Absent,
        Value::Text(hex(&record.pack)),
    ];
    let lines = facts.items.iter().map(|item| export_line(id, item)).collect::<Result<_, _>>()?;
    Ok(Archived { parcel, lines, key, id })
}

fn import_line(id: DeclarationId, item: &ItemFacts) -> Result<Row, ArchivingError> {
    let (second_unit, second_quantity) = second(id, item.second.as_ref())?;
    Ok(vec![
        Value::Whole(id.0),
        Value::Whole(i64::from(item.number)),
        text(&item.hs_code),
        text(&item.name),
        maybe(item.item_no.as_ref()),
        maybe(item.item_name.as_ref()),
        maybe(item.account_item.as_ref()),
        Value::Absent,
        word(YUAN),
        text(&item.unit),
        exact(id, item.quantity)?,
        text(&item.statutory_unit),
        exact(id, item.statutory_quantity)?,
        second_unit,
        second_quantity,
        exact(id, item.price.value())?,
        exact(id, item.total_price.value())?,
    ])
}

fn export_line(id: DeclarationId, item: &ExportItemFacts) -> Result<Row, ArchivingError> {
    let (second_unit, second_quantity) = second(id, item.second.as_ref())?;
    Ok(vec![
        Value::Whole(id.0),
        Value::Whole(i64::from(item.number)),
        text(&item.hs_code),
        text(&item.name),
        text(&item.item_no),
        maybe(item.item_name.as_ref()),
        maybe(item.account_item.as_ref()),
        text(&item.destination_country),
        text(&item.currency),
        text(&item.unit),
        exact(id, item.quantity)?,
        text(&item.statutory_unit),
        exact(id, item.statutory_quantity)?,
        second_unit,
        second_quantity,
        Value::Absent,
        exact(id, item.total_price.value())?,
    ])
}

fn second(
    id: DeclarationId,
    second: Option<&(Box<str>, Decimal)>,
) -> Result<(Value, Value), ArchivingError> {
    match second {
        None => Ok((Value::Absent, Value::Absent)),
        Some((unit, quantity)) => Ok((text(unit), exact(id, *quantity)?)),
    }
}

/// A document beside a declaration.
pub(super) fn document(id: DeclarationId, row: &storage::Document) -> Row {
    vec![
        Value::Whole(id.0),
        Value::Whole(row.kind),
        party(row.party_id),
        word(&row.number),
        text(&row.guid),
        instant(row.app_time),
        Value::Whole(row.state),
        Value::Whole(row.message_id.0),
        Value::Whole(row.ordinal),
    ]
}

fn text(of: &impl ToString) -> Value {
    Value::Text(of.to_string())
}

pub(super) fn word(of: &str) -> Value {
    Value::Text(of.to_owned())
}

pub(super) fn maybe<T: ToString>(of: Option<&T>) -> Value {
    of.map_or(Value::Absent, text)
}

const fn party(id: PartyId) -> Value {
    Value::Whole(id.0)
}

pub(super) const fn instant(at: Moment) -> Value {
    Value::Instant(at.micros())
}

fn day(on: Date) -> Result<Value, ArchivingError> {
    let days = on.since(date(1970, 1, 1)).map(|span| span.get_days());
    days.map(Value::Day).map_err(|_| ArchivingError::NoDay(on))
}

fn exact(id: DeclarationId, number: Decimal) -> Result<Value, ArchivingError> {
    Value::exact(number).ok_or(ArchivingError::Unexact { declaration: id, number })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
