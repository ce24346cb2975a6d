//! Loading what documents about returned exports name: parcels, returns, and the documents of both.

use std::collections::BTreeSet;

use tongguan_domain::ids::{DeclarationId, PartyId, WaybillNumber};
use tongguan_storage::Tx;

use super::exports::read_exports;
use crate::clearing::batch::BatchError;
use crate::clearing::export_return::{ReturnParcel, ReturnParcelKey};
use crate::clearing::incoming::{FiledDocument, FiledFacts};
use crate::clearing::record::{DocumentKey, Facts};
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;
use crate::numbering::partition_of;

/// What a batch names of returned exports.
#[derive(Debug, Default)]
pub struct Returned {
    parcels: BTreeSet<ReturnParcelKey>,
    /// Declarations of which every return is needed.
    declarations: BTreeSet<DeclarationId>,
    /// Whether exports are named by their numbers: what comes back of them matters then.
    by_number: bool,
}

impl Returned {
    /// Takes in what a document names.
    pub fn document(&mut self, filed: &FiledDocument) {
        let mut parcel = |carrier: PartyId, waybill_no: &WaybillNumber| {
            self.parcels.insert(ReturnParcelKey { carrier, waybill_no: waybill_no.clone() });
        };
        match &filed.verdict {
            Ok(FiledFacts::ExportReturn(asked)) => {
                parcel(asked.facts.carrier, &asked.facts.waybill_no);
            }
            Ok(FiledFacts::ReturnTally(found)) => {
                parcel(found.facts.carrier, &found.facts.waybill_no);
            }
            _ => {}
        }
        self.by_number |= matches!(&filed.verdict, Ok(facts) if !facts.exports_named().is_empty());
    }

    /// Takes in what a stored document says: what is to be changed or deleted.
    pub fn standing(&mut self, facts: &Facts) {
        match facts {
            Facts::ExportReturn(id) => {
                self.declarations.insert(id.declaration);
            }
            Facts::ReturnTally(tally) => {
                let waybill_no = tally.waybill_no.clone();
                self.parcels.insert(ReturnParcelKey { carrier: tally.carrier, waybill_no });
            }
            _ => {}
        }
    }

    /// Takes in a declaration whose returns are needed.
    pub fn declaration(&mut self, id: DeclarationId) {
        self.declarations.insert(id);
    }
}

/// Loads it. Parcels lead to returns, returns to their declarations and parcels, both to documents.
pub fn load_export_returns(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    mut named: Returned,
) -> Result<(), BatchError> {
    if named.by_number {
        named.declarations.extend(set.exports().map(|export| export.id));
    }
    let mut documents = BTreeSet::<DocumentKey>::new();
    load_parcels(tx, set, &named.parcels, &mut named.declarations, &mut documents)?;
    if !named.declarations.is_empty() {
        let keys: Vec<_> = named.declarations.iter().map(|id| (partition_of(id.0), *id)).collect();
        let mut further = BTreeSet::new();
        for row in tx.export_returns(&keys)? {
            let record = rows::read_export_return(row)?;
            documents.insert(record.document());
            documents.extend(record.tally.iter().map(|tally| tally.document()));
            if !named.parcels.contains(&record.parcel()) && record.state.is_changeable() {
                further.insert(record.parcel());
            }
            set.put_export_return(record);
        }
        // Their own declarations' returns are loaded already, or are no matter of this batch.
        load_parcels(tx, set, &further, &mut BTreeSet::new(), &mut documents)?;
        let known: BTreeSet<_> = set.exports().map(|export| export.id).collect();
        let missing = named.declarations.difference(&known).copied().collect();
        for export in read_exports(tx, &missing)? {
            set.put_export(export);
        }
    }
    load_documents(tx, set, &documents)
}

fn load_parcels(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    keys: &BTreeSet<ReturnParcelKey>,
    declarations: &mut BTreeSet<DeclarationId>,
    documents: &mut BTreeSet<DocumentKey>,
) -> Result<(), BatchError> {
    let vacant = keys
        .iter()
        .map(|key| rows::write_return_parcel(&ReturnParcel::vacant(key.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    if vacant.is_empty() {
        return Ok(());
    }
    for row in tx.return_parcels(&vacant)? {
        let parcel = rows::read_return_parcel(row)?;
        declarations.extend(parcel.awaited.iter().map(|id| id.declaration));
        documents.extend(parcel.tallies.iter().map(|tally| tally.document()));
        set.put_return_parcel(parcel);
    }
    Ok(())
}

fn load_documents(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    documents: &BTreeSet<DocumentKey>,
) -> Result<(), BatchError> {
    let keys: Vec<_> = documents.iter().map(DocumentKey::row).collect();
    if keys.is_empty() {
        return Ok(());
    }
    for row in tx.documents(&keys)? {
        set.put_document(rows::read_document(row)?);
    }
    Ok(())
}
