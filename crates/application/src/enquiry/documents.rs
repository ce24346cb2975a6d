//! Documents as they were sent, by their numbers.

use std::collections::BTreeMap;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{OrderNumber, PartyId};
use tongguan_storage::{Partition, View};

use super::Enquiries;
use crate::clearing::record::{
    ClaimKey, DocumentKey, DocumentKind, DocumentRecord, DossierKey, Facts,
};
use crate::clearing::rows::{read_claim, read_document};
use crate::review::{self, ReviewError};

/// The most parts of a split report that are looked for.
const MOST_PARTS: u32 = 99;

impl Enquiries {
    /// The documents of a kind by their own number or that of their order: those that the party which is reached
    /// has numbered, and those of declarations within reach. In order of their keys.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn documents(
        &self,
        reach: Reach,
        kind: DocumentKind,
        number: &str,
    ) -> Result<Vec<DocumentRecord>, ReviewError> {
        let number = number.trim();
        let mut found = BTreeMap::new();
        let mut keep = |all: Vec<DocumentRecord>| {
            let wanted = all.into_iter().filter(|document| document.key.kind == kind);
            found.extend(wanted.map(|document| (document.key.clone(), document)));
        };
        let of_order = self.store.read(|view| of_order(view, number))?;
        for document in &of_order {
            let Some(Facts::Declaration(id) | Facts::Export(id)) = document.facts.as_deref() else {
                continue;
            };
            if self.is_reached(reach, *id)? {
                keep(review::picture(&self.store, *id)?.map_or_else(Vec::new, |it| it.documents));
            }
        }
        if let Reach::Party(party) = reach {
            keep(of_order.into_iter().filter(|document| document.key.party == party).collect());
            keep(self.store.read(|view| numbered(view, kind, party, number))?);
        }
        Ok(found.into_values().collect())
    }
}

fn of_order(view: &mut View<'_>, number: &str) -> Result<Vec<DocumentRecord>, ReviewError> {
    let Ok(order_no) = OrderNumber::parse(number) else { return Ok(Vec::new()) };
    let rows = view.documents_of_orders(&[(Partition::of_order(&order_no), order_no.as_str())])?;
    Ok(rows.into_iter().map(read_document).collect::<Result<_, _>>()?)
}

/// What a party has numbered so: wherever the claim of the number says that it lies, or at the claim itself.
fn numbered(
    view: &mut View<'_>,
    kind: DocumentKind,
    party: PartyId,
    number: &str,
) -> Result<Vec<DocumentRecord>, ReviewError> {
    let claim = ClaimKey { kind, party, number: number.into() };
    let row = view.claims(&[(claim.bucket(), kind.code(), party, number)])?.pop();
    let elsewhere = row.map(read_claim).transpose()?.flatten().and_then(|claim| claim.document);
    let of = |dossier: DossierKey| DocumentKey { dossier, kind, party, number: number.into() };
    let mut keys: Vec<_> = elsewhere.map(of).into_iter().collect();
    keys.push(of(DossierKey::of_claim(&claim)));
    if kind == DocumentKind::Delivery {
        // It has the number of the waybill, and lies with it.
        let waybill = ClaimKey { kind: DocumentKind::Waybill, ..claim };
        keys.push(of(DossierKey::of_claim(&waybill)));
    }
    // A report that was split lies at the claims of its parts.
    let part = |part| DocumentKey::of_report(kind, party, number, part);
    keys.extend((1..=MOST_PARTS).map(part));
    let rows: Vec<_> = keys.iter().map(DocumentKey::row).collect();
    let rows = view.documents(&rows)?;
    Ok(rows.into_iter().map(read_document).collect::<Result<_, _>>()?)
}
