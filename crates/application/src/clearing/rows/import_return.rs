//! Between records of returns and their rows.

use std::sync::Arc;

use tongguan_domain::ids::{IdError, OfficeCode, OrderNumber, ProvisionalNumber};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::import_return::StoredReturn;
use tongguan_storage::{self as storage};

use super::answer::{read_answer, write_answer};
use super::{RowError, body, column};
use crate::clearing::record::{DocumentKey, DocumentKind, DossierKey, ReturnRecord};

const TABLE: &str = "import_return";

/// A return from its row.
pub fn read_return(row: storage::ImportReturn) -> Result<ReturnRecord, RowError> {
    let stored = StoredReturn::decode(&row.body).map_err(body(TABLE))?;
    let lines = stored.returned_lines().map_err(body(TABLE))?;
    Ok(ReturnRecord {
        id: row.return_id,
        declaration: row.declaration_id,
        document: DocumentKey {
            dossier: DossierKey {
                partition: row.partition,
                order_no: row.order_no.as_str().into(),
            },
            kind: DocumentKind::Return,
            party: row.declarant_id,
            number: row.number.into(),
        },
        office: OfficeCode::parse(&row.office).map_err(column(TABLE, "office"))?,
        provisional_no: ProvisionalNumber::parse(&row.pre_no).map_err(column(TABLE, "pre_no"))?,
        lines,
        state: stored.state.into(),
        answer: Arc::new(read_answer(stored.answer).map_err(column(TABLE, "answer"))?),
    })
}

/// A return as a row.
pub fn write_return(
    import_return: &ReturnRecord,
    at: Moment,
) -> Result<storage::ImportReturn, StoredError> {
    let stored = StoredReturn {
        lines: StoredReturn::stored_lines(&import_return.lines),
        state: (&import_return.state).into(),
        answer: write_answer(&import_return.answer),
    };
    let DocumentKey { dossier, party, number, .. } = &import_return.document;
    Ok(storage::ImportReturn {
        partition: dossier.partition,
        declaration_id: import_return.declaration,
        return_id: import_return.id,
        order_no: OrderNumber::parse(&dossier.order_no).map_err(damaged)?,
        declarant_id: *party,
        number: number.to_string(),
        office: import_return.office.to_string(),
        pre_no: import_return.provisional_no.to_string(),
        state: i64::from(import_return.state.status().number()),
        open: !import_return.state.is_final(),
        late_from: import_return.state.late_from(),
        updated_at: at,
        body: stored.encode()?,
    })
}

fn damaged(error: IdError) -> StoredError {
    StoredError::Damaged { form: TABLE, reason: error.to_string() }
}
