//! Returns of exported goods, and the parcels in which they come back, between record and row.

use std::sync::Arc;

use tongguan_domain::ids::{
    DeclarationId, FunctionalReference, OrderNumber, PartyId, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::readmission::{ExportReturnId, ExportReturnState};
use tongguan_domain::time::Moment;
use tongguan_storage as storage;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::export_return::{
    StoredExportReturn, StoredReturnParcel, StoredTallyPlaceV1,
};

use super::answer::{read_answer, write_answer};
use super::{RowError, body, column};
use crate::clearing::export_return::{
    ExportReturnRecord, ReturnParcel, ReturnParcelKey, TallyPlace,
};
use crate::numbering::partition_of;

const TABLE: &str = "export_return";
const PARCEL: &str = "return_parcel";

/// A return from its row.
pub fn read_export_return(row: storage::ExportReturn) -> Result<ExportReturnRecord, RowError> {
    let stored = StoredExportReturn::decode(&row.body).map_err(body(TABLE))?;
    let exchange = stored.exchange.as_deref().map(OrderNumber::parse).transpose();
    Ok(ExportReturnRecord {
        id: ExportReturnId { declaration: row.declaration_id, n: row.n },
        provisional_no: ProvisionalNumber::parse(&row.pre_no).map_err(column(TABLE, "pre_no"))?,
        facts: Arc::new(stored.facts.try_into().map_err(body(TABLE))?),
        state: stored.state.try_into().map_err(body(TABLE))?,
        tally: stored.tally.map(|tally| read_tally(TABLE, tally)).transpose()?,
        exchange: exchange.map_err(column(TABLE, "exchange"))?,
        pack: stored.pack,
        answer: Arc::new(read_answer(stored.answer).map_err(column(TABLE, "answer"))?),
    })
}

/// A return as a row.
pub fn write_export_return(
    record: &ExportReturnRecord,
    at: Moment,
) -> Result<storage::ExportReturn, StoredError> {
    let facts = &*record.facts;
    let stored = StoredExportReturn {
        facts: facts.into(),
        state: (&record.state).into(),
        tally: record.tally.as_ref().map(write_tally),
        exchange: record.exchange.as_ref().map(ToString::to_string),
        pack: record.pack,
        answer: write_answer(&record.answer),
    };
    let status = i64::from(record.state.status().number());
    let is_queued = matches!(record.state, ExportReturnState::UnderExamination(_));
    Ok(storage::ExportReturn {
        partition: partition_of(record.id.declaration.0),
        declaration_id: record.id.declaration,
        n: record.id.n,
        merchant_id: facts.merchant,
        declarant_id: facts.declarant,
        office: facts.office.to_string(),
        pre_no: record.provisional_no.to_string(),
        invt_no: facts.declaration_no.to_string(),
        reference: facts.reference.to_string(),
        state: status,
        queue: is_queued.then_some(status),
        updated_at: at,
        body: stored.encode()?,
    })
}

/// A parcel from its row.
pub fn read_return_parcel(row: storage::ReturnParcel) -> Result<ReturnParcel, RowError> {
    let stored = StoredReturnParcel::decode(&row.body).map_err(body(PARCEL))?;
    let waybill_no = WaybillNumber::parse(&row.waybill_no);
    let tallies = stored.tallies.into_iter().map(|tally| read_tally(PARCEL, tally));
    let id = |(declaration, n)| ExportReturnId { declaration: DeclarationId(declaration), n };
    Ok(ReturnParcel {
        key: ReturnParcelKey {
            carrier: row.carrier_id,
            waybill_no: waybill_no.map_err(column(PARCEL, "waybill_no"))?,
        },
        awaited: stored.awaited.into_iter().map(id).collect(),
        tallies: tallies.collect::<Result<_, _>>()?,
    })
}

/// A parcel as a row.
pub fn write_return_parcel(parcel: &ReturnParcel) -> Result<storage::ReturnParcel, StoredError> {
    let stored = StoredReturnParcel {
        awaited: parcel.awaited.iter().map(|id| (id.declaration.0, id.n)).collect(),
        tallies: parcel.tallies.iter().map(write_tally).collect(),
    };
    Ok(storage::ReturnParcel {
        bucket: parcel.key.bucket(),
        carrier_id: parcel.key.carrier,
        waybill_no: parcel.key.waybill_no.to_string(),
        body: stored.encode()?,
    })
}

fn read_tally(table: &'static str, stored: StoredTallyPlaceV1) -> Result<TallyPlace, RowError> {
    let StoredTallyPlaceV1 { operator, reference, provisional_no, entered_at, answer } = stored;
    Ok(TallyPlace {
        operator: PartyId(operator),
        reference: FunctionalReference::parse(&reference).map_err(column(table, "reference"))?,
        provisional_no: ProvisionalNumber::parse(&provisional_no)
            .map_err(column(table, "pre_no"))?,
        entered_at: Moment::from_micros(entered_at),
        answer: Arc::new(read_answer(answer).map_err(column(table, "answer"))?),
    })
}

fn write_tally(tally: &TallyPlace) -> StoredTallyPlaceV1 {
    StoredTallyPlaceV1 {
        operator: tally.operator.0,
        reference: tally.reference.to_string(),
        provisional_no: tally.provisional_no.to_string(),
        entered_at: tally.entered_at.micros(),
        answer: write_answer(&tally.answer),
    }
}
