//! What was asked about parcels: which requests events are about, and whose lists they stand in.

use std::collections::BTreeSet;

use tongguan_domain::ids::{DeclarationId, OrderNumber};
use tongguan_storage::stored::event::{StoredEntryV1, StoredSubjectV1};
use tongguan_storage::{Partition, PartyRequest, View};

use super::{ParcelsError, RequestKind, keys_of, standing};
use crate::clearing::record::{DocumentKind, Facts};
use crate::clearing::rows::read_document;
use crate::numbering::{partition_of, partition_of_number};

/// What somebody has asked: of which kind, about which declaration, which of them.
type Asked = (RequestKind, DeclarationId, i64);

/// The requests that were decided, a row for each party. A request that named nothing is in no list.
pub fn requests_in(
    view: &mut View<'_>,
    decided: &[StoredEntryV1],
) -> Result<Vec<PartyRequest>, ParcelsError> {
    let mut asked = BTreeSet::new();
    let (mut orders, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for entry in decided {
        match &entry.subject {
            StoredSubjectV1::ExportReturn(id, n) => {
                asked.insert((RequestKind::ExportReturn, DeclarationId(*id), *n));
            }
            StoredSubjectV1::Document(order_no, kind, _, number) => {
                match DocumentKind::from_code(*kind) {
                    Some(kind @ (DocumentKind::Return | DocumentKind::Cancellation)) => {
                        orders.insert((kind, &**order_no));
                    }
                    Some(DocumentKind::ExportCancellation) => {
                        numbers.insert(&**number);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if asked.is_empty() && orders.is_empty() && numbers.is_empty() {
        return Ok(Vec::new());
    }
    asked.extend(of_imports(view, &orders)?);
    asked.extend(of_exports(view, &numbers)?);
    rows_of(view, &asked)
}

fn of_imports(
    view: &mut View<'_>,
    orders: &BTreeSet<(DocumentKind, &str)>,
) -> Result<Vec<Asked>, ParcelsError> {
    let mut asked = Vec::new();
    for (kind, order_no) in orders {
        let Ok(order_no) = OrderNumber::parse(order_no) else { continue };
        let dossier = (Partition::of_order(&order_no), order_no.as_str());
        let mut declarations = Vec::new();
        for document in view.documents_of_orders(&[dossier])? {
            if let Some(Facts::Declaration(id)) = read_document(document)?.facts.as_deref() {
                declarations.push((partition_of(id.0), *id));
            }
        }
        if *kind == DocumentKind::Return {
            let returns = view.returns_of(&declarations)?.into_iter();
            asked.extend(
                returns.map(|row| (RequestKind::Return, row.declaration_id, row.return_id.0)),
            );
        } else {
            asked
                .extend(declarations.into_iter().map(|(_, id)| (RequestKind::Cancellation, id, 0)));
        }
    }
    Ok(asked)
}

fn of_exports(view: &mut View<'_>, numbers: &BTreeSet<&str>) -> Result<Vec<Asked>, ParcelsError> {
    let keys = numbers.iter().filter_map(|number| Some((partition_of_number(number)?, *number)));
    let exports = view.exports_numbered(&keys.collect::<Vec<_>>())?;
    Ok(exports.into_iter().map(|row| (RequestKind::Cancellation, row.declaration_id, 0)).collect())
}

fn rows_of(
    view: &mut View<'_>,
    asked: &BTreeSet<Asked>,
) -> Result<Vec<PartyRequest>, ParcelsError> {
    let ids: BTreeSet<_> = asked.iter().map(|(_, id, _)| *id).collect();
    let declarations = standing(view, &keys_of(ids))?;
    let mut rows = Vec::new();
    for (declaration, _) in &declarations {
        let parties: BTreeSet<_> = declaration.parties().into_iter().collect();
        for (kind, id, n) in asked.iter().filter(|(_, id, _)| *id == declaration.id()) {
            rows.extend(parties.iter().map(|party| PartyRequest {
                bucket: Partition::of_party(*party),
                party_id: *party,
                kind: kind.code(),
                declaration_id: *id,
                n: *n,
            }));
        }
    }
    Ok(rows)
}
