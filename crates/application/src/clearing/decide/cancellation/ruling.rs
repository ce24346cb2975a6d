//! Requests to cancel that wait for an officer, decided.

use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::status::ReturnStatus;

use super::{cancel_export, cancel_import, export_may_be_cancelled, may_be_cancelled};
use crate::clearing::decide::matching::declaration_of;
use crate::clearing::decide::reply::Replying;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::incoming::CancellationCommand;
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{DocumentKind, DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;

/// Approves a request that waits, and cancels its declaration if that can still be cancelled; or refuses
/// it, and the declaration goes on.
pub fn rule(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    command: &CancellationCommand,
) -> Result<(), Undecidable> {
    let CancellationCommand { request: key, approves, officer, reason } = command;
    let waits = draft.document(key).filter(|one| one.state == DocumentState::Pending).cloned();
    let unknown = || Undecidable::NoSuchCancellation(key.number.to_string());
    let document = waits.ok_or_else(unknown)?;
    let Some(Facts::Cancellation(asked)) = document.facts.as_deref() else { return Err(unknown()) };
    let mut replying = Replying::to_stored(circumstances, &document, &asked.answer);
    replying.number(asked.provisional_no.clone());
    let cause = Cause::Ruling { officer: officer.clone(), reason: reason.clone() };
    let state = if *approves {
        replying.say(ReturnStatus::Reviewed, "审结");
        DocumentState::Entered
    } else {
        replying.say(ReturnStatus::Refused, format!("撤销申请不予批准，{reason}"));
        DocumentState::Refused
    };
    let replied_at = replying.send(draft, key, Subject::Document(key.clone()), cause.clone());
    draft.set_document(DocumentRecord { state, replied_at, ..DocumentRecord::clone(&document) });
    if *approves {
        cancel(draft, circumstances, &document, cause)?;
    }
    Ok(())
}

/// Cancels the declaration that a request names. It may have gone on since the request came.
fn cancel(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    request: &DocumentRecord,
    cause: Cause,
) -> Result<(), Undecidable> {
    let key = &request.key;
    let too_late =
        |why: String| Undecidable::CancelledTooLate { number: key.number.to_string(), why };
    let gone = || too_late("its order has another".to_owned());
    let number = DeclarationNumber::parse(&key.number).map_err(|_| gone())?;
    if key.kind == DocumentKind::ExportCancellation {
        let export = draft.export_numbered(&number).cloned().ok_or_else(gone)?;
        if !export_may_be_cancelled(circumstances, &export) {
            return Err(too_late(format!("it stands at {}", export.state.status())));
        }
        return cancel_export(draft, circumstances, &export, &request.guid, cause);
    }
    let declaration = declaration_of(draft, &key.dossier, key.party)
        .filter(|declaration| declaration.state.number() == Some(&number))
        .cloned()
        .ok_or_else(gone)?;
    if !may_be_cancelled(circumstances, &declaration) {
        return Err(too_late(format!("it stands at {}", declaration.state.status())));
    }
    cancel_import(draft, circumstances, &declaration, &request.guid, cause)
}
