//! Loading export declarations: by id, by number, and as reports move them.

use std::collections::BTreeSet;

use tongguan_domain::declaration::ExportState;
use tongguan_domain::ids::DeclarationId;
use tongguan_storage::Tx;

use crate::clearing::batch::BatchError;
use crate::clearing::incoming::{Filed, Incoming, Submitted};
use crate::clearing::record::{ClaimKey, DocumentKind, ExportRecord, Facts};
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;
use crate::numbering::{partition_of, partition_of_number};

use super::named::Named;
use super::{load_claims, load_dossiers};

/// Bills lead to the claims of their parcels.
pub(super) fn follow_bills(tx: &mut Tx<'_>, named: &mut Named) -> Result<(), BatchError> {
    for (carrier, bill_no) in &named.bills {
        let claims = tx.claims_under_bill(DocumentKind::ExportWaybill.code(), *carrier, bill_no)?;
        let keys = claims.iter().map(|claim| claim.number.as_str()).map(|number| ClaimKey {
            kind: DocumentKind::ExportWaybill,
            party: *carrier,
            number: number.into(),
        });
        named.moved.extend(keys);
    }
    Ok(())
}

/// A link that is changed or deleted leads to the parcels that it named before.
pub(super) fn load_linked(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
    batch: &[&Incoming],
) -> Result<(), BatchError> {
    let mut further = Named::default();
    let draft = set.draft();
    for incoming in batch {
        let Incoming::Document(Submitted { filed: Filed::Document(filed), .. }) = incoming else {
            continue;
        };
        if filed.key.kind != DocumentKind::MasterBill {
            continue;
        }
        let standing = draft.document(&filed.key).and_then(|standing| standing.facts.as_deref());
        if let Some(Facts::MasterBill(link)) = standing {
            further.moves(link.carrier, &link.waybills);
        }
    }
    further.moved.retain(|claim| !named.claims.contains(claim) && !named.moved.contains(claim));
    if further.moved.is_empty() {
        return Ok(());
    }
    load_claims(tx, set, &mut further)?;
    named.moved_exports.append(&mut further.moved_exports);
    named.moved.append(&mut further.moved);
    Ok(())
}

/// Numbers lead to export declarations.
pub(super) fn follow_numbers(tx: &mut Tx<'_>, named: &mut Named) -> Result<(), BatchError> {
    let keys: Vec<_> = named
        .export_numbers
        .iter()
        .filter_map(|number| Some((partition_of_number(number.as_str())?, number.as_str())))
        .collect();
    if !keys.is_empty() {
        named.exports.extend(tx.exports_numbered(&keys)?.into_iter().map(|row| row.declaration_id));
    }
    Ok(())
}

/// Export declarations, those among the ids of which nobody said what they are too. Each leads back to
/// its own dossier and to its waybill's claim.
pub(super) fn load_exports(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    let imports: BTreeSet<_> = set.declarations().map(|import| import.id).collect();
    named.exports.extend(named.declarations.difference(&imports));
    // Those that reports move: each knows whom it answers, so nothing else is needed.
    for export in read_exports(tx, &named.moved_exports)? {
        set.put_export(export);
    }
    if named.exports.is_empty() {
        return Ok(());
    }
    let mut further = Named::default();
    for export in read_exports(tx, &named.exports)? {
        let claim = export.waybill_claim();
        // What is only stored may be declared, and looks for its bill's arrival then.
        let bill = export.facts.bill_no.as_deref().filter(|_| export.state == ExportState::Stored);
        let bill = bill.map(|bill| ClaimKey::of_master_bill(claim.party, bill));
        let claims = [Some(claim), bill].into_iter().flatten();
        further.claims.extend(claims.filter(|claim| !named.claims.contains(claim)));
        if !named.dossiers.contains(&export.document.dossier) {
            further.dossiers.insert(export.document.dossier.clone());
        }
        set.put_export(export);
    }
    load_claims(tx, set, &mut further)?;
    load_dossiers(tx, set, &mut further)?;
    further.exports.retain(|id| !named.exports.contains(id));
    for export in read_exports(tx, &further.exports)? {
        set.put_export(export);
    }
    Ok(())
}

pub(super) fn read_exports(
    tx: &mut Tx<'_>,
    ids: &BTreeSet<DeclarationId>,
) -> Result<Vec<ExportRecord>, BatchError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    Ok(tx.exports(&keys)?.into_iter().map(rows::read_export).collect::<Result<_, _>>()?)
}

/// The transits of goods that are under seal: those that a command is about, others under the same
/// seal, and those of goods that leave.
pub(super) fn load_transits(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
) -> Result<(), BatchError> {
    let leaving = set.exports().filter(|export| {
        named.departs && matches!(export.state, ExportState::Released(_) | ExportState::Recalled(_))
    });
    let ids: BTreeSet<_> =
        named.transits.iter().copied().chain(leaving.map(|export| export.id)).collect();
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    let mut found = Vec::new();
    if !keys.is_empty() {
        found.extend(tx.transits(&keys)?);
    }
    if !named.seals.is_empty() {
        let seals: Vec<_> = named.seals.iter().map(|seal| (seal.as_str(),)).collect();
        found.extend(tx.transits_sealed(&seals)?);
    }
    for row in found {
        let (id, transit) = rows::read_transit(row)?;
        set.put_transit(id, transit);
    }
    Ok(())
}
