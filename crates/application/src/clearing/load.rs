//! Loading what a batch names, in the one global lock order: claims, dossiers, declarations,
//! allowances, quantity allowances, guarantees, gate passes, bonded lists, bonded stock. Registered goods and
//! findings about payments are read without a lock.

mod balances;
mod consolidation;
mod evidence;
mod export_returns;
mod exports;
mod goods;
mod named;
mod relay;
mod zone;

use std::collections::BTreeSet;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_storage::{Partitions, Tx};

use super::batch::BatchError;
use super::holding::Holding;
use super::incoming::Incoming;
use super::record::{ClaimKey, DocumentKind, Facts};
use super::rows;
use super::settings::Settings;
use super::working_set::WorkingSet;
use crate::numbering::partition_of;
use balances::{load_allowances, load_guarantees, load_quantities, load_stocks, takes, used};
use evidence::load_findings;
use export_returns::load_export_returns;
use exports::{follow_bills, follow_numbers, load_exports, load_linked, load_transits};
use goods::load_goods;
use named::Named;

/// The partitions that a batch names by itself: it may reach further by what it finds there.
pub fn named_by(batch: &[&Incoming]) -> Partitions {
    Named::of(batch).partitions()
}

/// Loads everything that deciding `batch` may read.
pub fn load(
    tx: &mut Tx<'_>,
    batch: &[&Incoming],
    settings: &Settings,
    holding: &Holding,
    at: Moment,
) -> Result<WorkingSet, BatchError> {
    let mut set = WorkingSet::default();
    let mut named = Named::of(batch);
    follow_bills(tx, &mut named)?;
    consolidation::load(tx, &mut set, &mut named)?;
    load_claims(tx, &mut set, &mut named)?;
    load_dossiers(tx, &mut set, &mut named)?;
    load_linked(tx, &mut set, &mut named, batch)?;
    let first = load_declarations(tx, &mut set, &named.declarations)?;
    follow_declarations(tx, &mut set, &mut named, &first)?;
    load_returns(tx, &mut set, &named)?;
    follow_numbers(tx, &mut named)?;
    load_exports(tx, &mut set, &mut named)?;
    load_export_returns(tx, &mut set, std::mem::take(&mut named.returned))?;
    load_transits(tx, &mut set, &named)?;
    load_allowances(tx, &mut set, &named, at)?;
    load_quantities(tx, &mut set, &named, at)?;
    load_guarantees(tx, &mut set, &named, holding)?;
    relay::load(tx, &mut set, &mut named)?;
    zone::load(tx, &mut set, &mut named)?;
    load_stocks(tx, &mut set, &named)?;
    load_goods(tx, &mut set, batch, settings)?;
    load_findings(tx, &mut set, batch, settings, at)?;
    Ok(set)
}

/// Claims lead to the dossiers that hold them and to the declarations that name them.
fn load_claims(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &mut Named) -> Result<(), BatchError> {
    let (of_parcels, of_buckets): (Vec<_>, Vec<_>) =
        named.claims.union(&named.moved).partition(|key| key.is_of_one_parcel());
    let mut found = tx.claims(&rows::claim_keys(&of_buckets))?;
    found.extend(tx.lock_claims(&rows::claim_keys(&of_parcels))?);
    for row in found {
        let Some(claim) = rows::read_claim(row)? else { continue };
        if !named.claims.contains(&claim.key) {
            named.moved_exports.extend(claim.declaration);
            set.put_claim(claim);
            continue;
        }
        named.dossiers.extend(claim.document.clone());
        match claim.key.kind {
            DocumentKind::ExportWaybill => named.exports.extend(claim.declaration),
            _ => named.declarations.extend(claim.declaration),
        }
        if claim.parked {
            named.parked.insert(claim.key.clone());
        }
        set.put_claim(claim);
    }
    Ok(())
}

/// Dossiers hold documents; that of a declaration leads to its record.
fn load_dossiers(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    let of_orders = named.dossiers.iter().filter(|dossier| !dossier.order_no.is_empty());
    let keys: Vec<_> = of_orders.map(|dossier| (dossier.partition, &*dossier.order_no)).collect();
    let mut documents = tx.documents_of_orders(&keys)?;
    if !named.parked.is_empty() {
        let keys: Vec<_> = named
            .parked
            .iter()
            .flat_map(|claim| {
                let kinds: &[_] = match claim.kind {
                    DocumentKind::ExportWaybill => &[DocumentKind::ExportWaybill],
                    DocumentKind::Arrival => &[DocumentKind::Arrival],
                    DocumentKind::Departure => &[DocumentKind::Departure],
                    DocumentKind::ExportReturn => &[DocumentKind::ExportReturn],
                    DocumentKind::ReturnTally => &[DocumentKind::ReturnTally],
                    DocumentKind::ExportCancellation => &[DocumentKind::ExportCancellation],
                    DocumentKind::MasterBill => &[DocumentKind::MasterBill],
                    DocumentKind::Consolidation => &[DocumentKind::Consolidation],
                    DocumentKind::WarehouseEntry => &[DocumentKind::WarehouseEntry],
                    _ => &[DocumentKind::Waybill, DocumentKind::Delivery],
                };
                let key = |kind: &DocumentKind| {
                    (claim.bucket(), "", kind.code(), claim.party, &*claim.number)
                };
                kinds.iter().map(key)
            })
            .collect();
        documents.extend(tx.documents(&keys)?);
    }
    for row in documents {
        let document = rows::read_document(row)?;
        match document.facts.as_deref() {
            Some(Facts::Declaration(id)) => {
                named.declarations.insert(*id);
            }
            Some(Facts::Export(id)) => {
                named.exports.insert(*id);
            }
            _ => {}
        }
        if let Some(facts) = &document.facts {
            named.returned.standing(facts);
        }
        set.put_document(document);
    }
    Ok(())
}

fn load_declarations(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    ids: &BTreeSet<DeclarationId>,
) -> Result<Vec<DeclarationId>, BatchError> {
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    let mut loaded = Vec::with_capacity(keys.len());
    for row in tx.declarations(&keys)? {
        let declaration = rows::read_declaration(row)?;
        loaded.push(declaration.id);
        set.put_declaration(declaration);
    }
    Ok(loaded)
}

/// A declaration leads back: to its own dossier, to its waybill's claim and what holds that, another
/// declaration too. This is needed where something else than its own documents named it.
fn follow_declarations(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
    loaded: &[DeclarationId],
) -> Result<(), BatchError> {
    let mut further = Named::default();
    for declaration in set.declarations().filter(|declaration| loaded.contains(&declaration.id)) {
        let facts = &declaration.facts;
        let claim = ClaimKey {
            kind: DocumentKind::Waybill,
            party: facts.carrier,
            number: facts.waybill_no.as_str().into(),
        };
        if !named.claims.contains(&claim) {
            further.claims.insert(claim);
        }
        if !named.dossiers.contains(&declaration.document.dossier) {
            further.dossiers.insert(declaration.document.dossier.clone());
        }
        // Those that are over let go of nothing any more; a release may be undone.
        if declaration.state.is_live() {
            named.stocks(facts);
        }
        let returns = named.returns_goods_of(declaration);
        if let Some((of, quantities)) = takes(declaration).or(used(declaration).filter(|_| returns))
        {
            named.allowance(of, quantities);
            named.guarantors.insert(facts.guarantor);
        }
    }
    if further.claims.is_empty() && further.dossiers.is_empty() {
        return Ok(());
    }
    load_claims(tx, set, &mut further)?;
    load_dossiers(tx, set, &mut further)?;
    further.declarations.retain(|id| !loaded.contains(id));
    load_declarations(tx, set, &further.declarations).map(drop)
}

/// The returns of the declarations of whose goods something comes back.
fn load_returns(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &Named) -> Result<(), BatchError> {
    let returning = set.declarations().filter(|declaration| named.returns_goods_of(declaration));
    let keys = returning.map(|declaration| (partition_of(declaration.id.0), declaration.id));
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        return Ok(());
    }
    for row in tx.returns_of(&keys)? {
        set.put_return(rows::read_return(row)?);
    }
    Ok(())
}
