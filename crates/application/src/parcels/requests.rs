//! What a party asks of the requests about its parcels: returns and cancellations, whatever became of them.

use std::collections::HashMap;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, DeclarationNumber};
use tongguan_storage::{PartyRequest, View};

use super::ParcelsError;
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::record::{
    ClaimKey, DocumentKey, DocumentKind, DocumentRecord, DossierKey, ReturnRecord,
};
use crate::clearing::rows::{
    read_declaration, read_document, read_export, read_export_return, read_return,
};
use crate::enquiry::Enquiries;
use crate::numbering::partition_of;
use crate::review::{AnyDeclaration, Direction};

/// What can be asked about a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestKind {
    /// That imported goods go back (退货).
    Return,
    /// That exported goods come back (出口退货).
    ExportReturn,
    /// That a declaration is cancelled (撤单).
    Cancellation,
}

/// Where a request stands in a list: the declaration, and which of its kind about it.
pub type RequestPlace = (DeclarationId, i64);

/// A page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage<T> {
    /// Those about the parcels that were lodged last first.
    pub rows: Vec<T>,
    /// Behind which one the next page begins; absent after the last.
    pub next: Option<RequestPlace>,
}

/// A request to cancel, as the parties of its declaration see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// The declaration.
    pub declaration: DeclarationId,
    /// Its 清单编号.
    pub declaration_no: DeclarationNumber,
    /// Which way its goods go.
    pub direction: Direction,
    /// The request.
    pub document: DocumentRecord,
}

impl RequestKind {
    /// As rows of the list say it.
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Return => 1,
            Self::ExportReturn => 2,
            Self::Cancellation => 3,
        }
    }
}

impl Enquiries {
    /// The returns of imports of the party that is reached, behind a place, at most `limit`.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn own_returns(
        &self,
        reach: Reach,
        behind: Option<RequestPlace>,
        limit: usize,
    ) -> Result<RequestPage<ReturnRecord>, ParcelsError> {
        self.asked(reach, RequestKind::Return, behind, limit, |view, rows| {
            let mut known = HashMap::new();
            for row in view.returns_of(&keys(rows))? {
                known.insert((row.declaration_id, row.return_id.0), read_return(row)?);
            }
            Ok(rows.iter().filter_map(|row| known.remove(&place(row))).collect())
        })
    }

    /// The returns of exports of the party that is reached, behind a place, at most `limit`.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn own_export_returns(
        &self,
        reach: Reach,
        behind: Option<RequestPlace>,
        limit: usize,
    ) -> Result<RequestPage<ExportReturnRecord>, ParcelsError> {
        self.asked(reach, RequestKind::ExportReturn, behind, limit, |view, rows| {
            let mut known = HashMap::new();
            for row in view.export_returns(&keys(rows))? {
                known.insert((row.declaration_id, row.n), read_export_return(row)?);
            }
            Ok(rows.iter().filter_map(|row| known.remove(&place(row))).collect())
        })
    }

    /// The requests to cancel declarations of the party that is reached, behind a place, at most `limit`.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn own_cancellations(
        &self,
        reach: Reach,
        behind: Option<RequestPlace>,
        limit: usize,
    ) -> Result<RequestPage<Cancellation>, ParcelsError> {
        self.asked(reach, RequestKind::Cancellation, behind, limit, |view, rows| {
            let mut declarations = HashMap::new();
            for row in view.declarations(&keys(rows))? {
                declarations
                    .insert(row.declaration_id, AnyDeclaration::Import(read_declaration(row)?));
            }
            for row in view.exports(&keys(rows))? {
                declarations.insert(row.declaration_id, AnyDeclaration::Export(read_export(row)?));
            }
            let mut found = Vec::new();
            for row in rows {
                let Some(declaration) = declarations.get(&row.declaration_id) else { continue };
                found.extend(cancellation(view, declaration)?);
            }
            Ok(found)
        })
    }

    fn asked<T>(
        &self,
        reach: Reach,
        kind: RequestKind,
        behind: Option<RequestPlace>,
        limit: usize,
        read: impl FnOnce(&mut View<'_>, &[PartyRequest]) -> Result<Vec<T>, ParcelsError>,
    ) -> Result<RequestPage<T>, ParcelsError> {
        let Reach::Party(party) = reach else {
            return Ok(RequestPage { rows: Vec::new(), next: None });
        };
        let behind = behind.unwrap_or((DeclarationId(i64::MAX), i64::MAX));
        let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        self.store().read(|view| {
            let mut rows = view.requests_of(party, kind.code(), behind, most)?;
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| has_more).map(place);
            Ok(RequestPage { rows: read(view, &rows)?, next })
        })
    }
}

const fn place(row: &PartyRequest) -> RequestPlace {
    (row.declaration_id, row.n)
}

fn keys(rows: &[PartyRequest]) -> Vec<(tongguan_storage::Partition, DeclarationId)> {
    let mut keys: Vec<_> =
        rows.iter().map(|row| (partition_of(row.declaration_id.0), row.declaration_id)).collect();
    keys.dedup();
    keys
}

/// The request to cancel a declaration, which is known by the declaration.
fn cancellation(
    view: &mut View<'_>,
    declaration: &AnyDeclaration,
) -> Result<Option<Cancellation>, ParcelsError> {
    let Some(number) = declaration.number() else { return Ok(None) };
    let key = match declaration {
        AnyDeclaration::Import(record) => DocumentKey {
            dossier: DossierKey::of_order(&record.facts.order_no),
            kind: DocumentKind::Cancellation,
            party: record.facts.platform,
            number: number.as_str().into(),
        },
        AnyDeclaration::Export(record) => {
            let kind = DocumentKind::ExportCancellation;
            let party = record.facts.parties.declarant;
            let claim = ClaimKey { kind, party, number: number.as_str().into() };
            let dossier = DossierKey::of_claim(&claim);
            DocumentKey { dossier, kind, party, number: claim.number }
        }
    };
    let Some(row) = view.documents(&[key.row()])?.pop() else { return Ok(None) };
    Ok(Some(Cancellation {
        declaration: declaration.id(),
        declaration_no: number.clone(),
        direction: declaration.direction(),
        document: read_document(row)?,
    }))
}
