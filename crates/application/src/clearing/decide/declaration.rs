//! Declarations as they come in: lodged, changed, deleted.

use tongguan_domain::commerce::Stage;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{DeclarationId, ProvisionalNumber};
use tongguan_domain::status::ReturnStatus;

use super::admission::{Admission, admit};
use super::case::Case;
use super::declare::{declare, store};
use super::reply::Replying;
use super::{Circumstances, Undecidable, trade};
use crate::clearing::incoming::{FiledDocument, Lodging, Submitted};
use crate::clearing::outcome::Cause;
use crate::clearing::record::{DeclarationRecord, DocumentRecord, DocumentState};
use crate::clearing::working_set::Draft;

/// Decides a declaration (申报清单) that was found good by itself. `id` is taken for a new one.
pub fn lodge(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &Lodging,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let standing = draft.document(&filed.key).cloned();
    let earlier =
        standing.as_deref().and_then(|document| trade::declared_as(draft, document)).cloned();
    let fixed = earlier.as_deref().is_some_and(|earlier| !is_changeable(&earlier.state));
    match admit(standing.as_deref(), filed, fixed) {
        Admission::Repeat => trade::repeat(draft, submitted, filed, standing.as_deref()),
        Admission::Refuse(defect) => {
            let mut replying =
                Replying::to_submitted(circumstances, submitted, &filed.key, standing.as_deref());
            let earlier = earlier.as_deref().map(|earlier| &earlier.provisional_no);
            replying.number(provisional_no(circumstances, filed, earlier)?);
            replying.refuse(&[defect]);
            replying.send_aside(draft, &filed.key);
        }
        Admission::Delete => {
            if let Some(mut case) = earlier.and_then(|e| Case::reopen(draft, circumstances, &e)) {
                delete(draft, circumstances, submitted, filed, &mut case)?;
                case.close(draft, Cause::Document(submitted.source));
            }
        }
        Admission::Admit | Admission::Change => {
            // A change keeps the declaration's id and number; a new attempt is a new declaration.
            let kept =
                earlier.filter(|earlier| is_changeable(&earlier.state) && earlier.state.is_live());
            let mut case = match kept {
                Some(earlier) => {
                    let mut case = Case::reopen(draft, circumstances, &earlier)
                        .ok_or(Undecidable::NoSuchDeclaration(earlier.id))?;
                    case.take_back(draft, circumstances, &lodging.assessed)?;
                    case
                }
                None => open(circumstances, submitted, filed, lodging, standing.as_deref(), id)?,
            };
            take_in(&mut case, submitted, filed, lodging);
            let charged = match filed.filing.stage {
                Stage::Stored => store(draft, circumstances, &mut case, &lodging.assessed)?,
                Stage::Declared => {
                    let action = filed.filing.action;
                    declare(draft, circumstances, &mut case, action, &lodging.assessed)?;
                    None
                }
            };
            case.close(draft, Cause::of(submitted.source, charged));
        }
    }
    Ok(())
}

/// A change or deletion is possible until the declaration is entered, and after it has ended
/// without a release.
fn is_changeable(state: &ImportState) -> bool {
    matches!(state, ImportState::Stored(_) | ImportState::Waiting { .. }) || !state.is_live()
}

fn open(
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    lodging: &Lodging,
    standing: Option<&DocumentRecord>,
    id: DeclarationId,
) -> Result<Case, Undecidable> {
    let mut replying = Replying::to_submitted(circumstances, submitted, &filed.key, standing);
    let provisional_no = provisional_no(circumstances, filed, None)?;
    replying.number(provisional_no.clone());
    let document = trade::record(submitted, filed, circumstances.at);
    let record = DeclarationRecord {
        id,
        document: filed.key.clone(),
        provisional_no,
        facts: lodging.facts.clone(),
        state: ImportState::Stored(lodging.assessed.clone()),
        pack: lodging.pack,
        answer: submitted.answer.clone(),
        stock: Vec::new(),
    };
    Ok(Case { record, document, replying })
}

/// The document as submitted replaces what the case held of it.
fn take_in(case: &mut Case, submitted: &Submitted, filed: &FiledDocument, lodging: &Lodging) {
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.record.facts = lodging.facts.clone();
    case.record.pack = lodging.pack;
    case.record.answer = submitted.answer.clone();
    case.replying.answer_to(submitted);
}

fn delete(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    submitted: &Submitted,
    filed: &FiledDocument,
    case: &mut Case,
) -> Result<(), Undecidable> {
    case.document = trade::record(submitted, filed, case.document.replied_at);
    case.replying.answer_to(submitted);
    case.replying.say(ReturnStatus::Accepted, format!("清单删除申报成功[{}]", filed.filing.guid));
    case.end(draft, circumstances, ImportState::Deleted, DocumentState::Deleted)
}

/// The number that the port gave to what stands under the key, or a new one.
pub fn provisional_no(
    circumstances: &Circumstances<'_>,
    filed: &FiledDocument,
    standing: Option<&ProvisionalNumber>,
) -> Result<ProvisionalNumber, Undecidable> {
    Ok(match standing {
        Some(number) => number.clone(),
        None => {
            let partition = filed.key.dossier.partition;
            circumstances.serials.provisional_number(partition, circumstances.at)?
        }
    })
}
