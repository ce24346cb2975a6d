//! Returns of exported goods (出口退货): requests, tallies, and where they meet.
//!
//! A request and a tally name the same parcel by carrier and waybill number and come in any order, so they
//! meet at the parcel, which is a claim of its own. What differs between them is told to both sides, and an
//! officer decides.

mod case;
mod meeting;
mod request;
mod tally;
mod transport;

use tongguan_domain::ids::{OrderNumber, ProvisionalNumber};
use tongguan_domain::readmission::{ExportReturnId, ExportReturnStep};
use tongguan_domain::status::ReturnStatus;

use super::declaration::provisional_no;
use super::{Circumstances, Undecidable};
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::incoming::{ExportReturnRuling, FiledDocument};
use crate::clearing::outcome::{Cause, Entry, Subject};
use crate::clearing::record::{DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;
use crate::numbering::partition_of;
use case::ExportReturnCase;

pub(super) use request::request;
pub(super) use tally::tally;
pub(super) use transport::{carried_back, is_awaited};

/// Applies an officer's ruling to a return.
pub(super) fn rule(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: ExportReturnId,
    ruling: ExportReturnRuling,
    officer: String,
    reason: String,
) -> Result<(), Undecidable> {
    let case = ExportReturnCase::reopen(draft, circumstances, id);
    let mut case = case.ok_or(Undecidable::NoSuchExportReturn(id))?;
    case.leave_parcel(draft);
    let (status, text) = match ruling {
        ExportReturnRuling::Accept => {
            case.take(ExportReturnStep::Accept(circumstances.at))?;
            (ReturnStatus::Reviewed, format!("审结; {reason}"))
        }
        ExportReturnRuling::Refuse => {
            case.take(ExportReturnStep::Refuse)?;
            case.document.state = DocumentState::Refused;
            (ReturnStatus::Refused, format!("退单; {reason}"))
        }
    };
    case.tell(Some(&reason));
    let cause = Cause::Ruling { officer, reason };
    if let Some(place) = case.record.tally.clone() {
        meeting::tell_tally(draft, circumstances, &place, (status, text), cause.clone());
    }
    case.close(draft, cause);
    Ok(())
}

/// Notes the order by which returned goods are exchanged (换货).
pub(super) fn exchange(
    draft: &mut Draft<'_>,
    id: ExportReturnId,
    order_no: &OrderNumber,
) -> Result<(), Undecidable> {
    let record = draft.export_return(id).ok_or(Undecidable::NoSuchExportReturn(id))?;
    let exchange = Some(order_no.clone());
    let record = ExportReturnRecord { exchange, ..ExportReturnRecord::clone(record) };
    draft.note(Entry {
        partition: partition_of(id.declaration.0),
        subject: Subject::ExportReturn(id),
        cause: Cause::Command,
        statuses: Vec::new(),
    });
    draft.set_export_return(record);
    Ok(())
}

/// The number that the port gave to the request that stands under the key, or a new one.
pub(super) fn number(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&DocumentRecord>,
) -> Result<ProvisionalNumber, Undecidable> {
    let known = standing.and_then(|standing| returned_as(draft, standing));
    provisional_no(circumstances, filed, known.map(|record| &record.provisional_no))
}

/// The return that a document asked for.
fn returned_as<'d>(
    draft: &'d Draft<'_>,
    document: &DocumentRecord,
) -> Option<&'d ExportReturnRecord> {
    match document.facts.as_deref() {
        Some(Facts::ExportReturn(id)) => draft.export_return(*id).map(|record| &**record),
        _ => None,
    }
}
