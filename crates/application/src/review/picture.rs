//! Everything that is stored about one declaration.

mod export;
mod import;

use std::collections::BTreeMap;

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, ProvisionalNumber};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::Transit;
use tongguan_storage::stored::response::StoredResponse;
use tongguan_storage::{Partition, Response, StorageError, Store, TaxBill};

use super::ReviewError;
use super::any::{AnyDeclaration, AnyRow};
use super::queue::{declared_value, figures};
use crate::clearing::record::{
    DeclarationRecord, DocumentKind, DocumentRecord, DocumentState, ExportRecord, Facts,
};
use crate::clearing::rows::read_transit;
use crate::clearing::write::response_kind;
use crate::numbering::{made_at, partition_of};

/// Responses that are read at a time.
const PAGE: i64 = 1_000;
/// How far apart the clocks of an id and of the batch that wrote it may be.
const SLACK_MS: i64 = 60_000;

/// Everything that is stored about one declaration.
#[derive(Debug)]
pub struct Picture {
    /// When it was first seen.
    pub lodged_at: Moment,
    /// Since when it stands so.
    pub since: Moment,
    /// The documents of its order and waybill, as far as they came.
    pub documents: Vec<DocumentRecord>,
    /// How the documents fit.
    pub matching: Matching,
    /// Every status that it was given, in order.
    pub told: Vec<Told>,
    /// What it says and where it stands.
    pub particulars: Particulars,
}

/// What is stored about a declaration of one direction.
#[derive(Debug)]
pub enum Particulars {
    /// 进口.
    Import {
        /// What it says and where it stands.
        record: Box<DeclarationRecord>,
        /// 完税价格, where the state still says so.
        dutiable: Money,
        /// What it owes; absent where a line has no rate, or where it was refused.
        tax: Option<Money>,
        /// Its tax bills.
        bills: Vec<TaxBill>,
    },
    /// 出口.
    Export {
        /// What it says and where it stands.
        record: Box<ExportRecord>,
        /// What its goods were declared for, currency by currency.
        value: BTreeMap<Box<str>, Amount>,
        /// When its parcel came to the supervised place (运抵).
        arrived_at: Option<Moment>,
        /// How the quarantine of its parcel stands (检疫), if it was selected.
        quarantine: Option<Quarantine>,
        /// Its transit to the port (转关), if its goods were ever sealed.
        transit: Option<Transit>,
    },
}

/// How a declaration fits its documents, compared anew from what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// These have not come.
    Missing(Vec<DocumentKind>),
    /// All have come; what differs, in order of precedence.
    Compared(Vec<Defect>),
}

impl Matching {
    /// Those of the kinds that are said to be missing.
    fn missing<const N: usize>(kinds: [(bool, DocumentKind); N]) -> Self {
        let missing = kinds.into_iter().filter_map(|(is_missing, kind)| is_missing.then_some(kind));
        Self::Missing(missing.collect())
    }
}

/// A status that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// 回执状态.
    pub status: i32,
    /// 回执时间.
    pub at: Moment,
    /// 回执信息.
    pub text: String,
}

/// Everything that is stored about a declaration; `None` where there is no such declaration.
///
/// Its responses are looked for between its first sight and its newest response: the log
/// has no index by declaration. A declaration that stood open for weeks takes a while.
///
/// # Errors
/// [`ReviewError`].
pub fn picture(store: &Store, id: DeclarationId) -> Result<Option<Picture>, ReviewError> {
    let Some(row) = store.read(|view| AnyRow::of_id(view, id))? else { return Ok(None) };
    let since = row.updated_at();
    let declaration = row.decode()?;
    let newest = store.read(|view| declaration.newest_response(view))?;
    let (own, provisional_no) =
        (declaration.document().clone(), declaration.provisional_no().clone());
    let (documents, matching, particulars) = match declaration {
        AnyDeclaration::Import(record) => import(store, record)?,
        AnyDeclaration::Export(record) => export(store, record)?,
    };
    let documents = documents.into_iter().filter(|document| document.key != own).collect();
    let told = match newest {
        Some(newest) => told(store, id, &provisional_no, newest)?,
        None => Vec::new(),
    };
    let lodged_at = made_at(id.0);
    Ok(Some(Picture { lodged_at, since, documents, matching, told, particulars }))
}

/// The declaration's own document, and those of its order and waybill; `None` where there is no such
/// declaration.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn documents(
    store: &Store,
    id: DeclarationId,
) -> Result<Option<Vec<DocumentRecord>>, ReviewError> {
    store.read(|view| match AnyDeclaration::of_id(view, id)? {
        Some(AnyDeclaration::Import(record)) => import::documents(view, &record).map(Some),
        Some(AnyDeclaration::Export(record)) => Ok(Some(export::documents(view, &record)?.0)),
        None => Ok(None),
    })
}

type Side = (Vec<DocumentRecord>, Matching, Particulars);

fn import(store: &Store, record: DeclarationRecord) -> Result<Side, ReviewError> {
    let documents = store.read(|view| import::documents(view, &record))?;
    let matching = import::matching(&record, &documents);
    let bills = store.read(|view| view.tax_bills(&[(partition_of(record.id.0), record.id)]))?;
    let (dutiable, tax) = figures(&record.state);
    let record = Box::new(record);
    Ok((documents, matching, Particulars::Import { record, dutiable, tax, bills }))
}

fn export(store: &Store, record: ExportRecord) -> Result<Side, ReviewError> {
    let (documents, claim) = store.read(|view| export::documents(view, &record))?;
    let matching = export::matching(&record, &documents);
    let value = declared_value(&record.facts);
    let key = (partition_of(record.id.0), record.id);
    let transit = store.read(|view| view.transits(&[key]))?.pop().map(read_transit).transpose()?;
    let particulars = Particulars::Export {
        record: Box::new(record),
        value,
        arrived_at: claim.as_ref().and_then(|claim| claim.arrived_at),
        quarantine: claim.and_then(|claim| claim.quarantine),
        transit: transit.map(|(_, transit)| transit),
    };
    Ok((documents, matching, particulars))
}

/// What is kept of the entered documents of a kind.
fn entered(
    documents: &[DocumentRecord],
    kind: DocumentKind,
) -> impl Iterator<Item = &Facts> + Clone {
    documents
        .iter()
        .filter(move |document| {
            document.key.kind == kind && document.state == DocumentState::Entered
        })
        .filter_map(|document| document.facts.as_deref())
}

/// Every status of a declaration up to its newest response, in order.
fn told(
    store: &Store,
    id: DeclarationId,
    provisional_no: &ProvisionalNumber,
    newest: (Partition, i64),
) -> Result<Vec<Told>, ReviewError> {
    let mut all = Vec::new();
    each_run_about(store, id, provisional_no, newest, |_, told| all.extend(told))?;
    Ok(all)
}

/// Where a response stands in the outbox.
pub(crate) struct ResponsePlace {
    /// Partition and place there.
    pub place: (Partition, i64),
    /// When it was decided.
    pub at: Moment,
}

/// The places of the responses about a declaration in the outbox, in order.
///
/// # Errors
/// [`ReviewError`].
pub(crate) fn responses_about(
    store: &Store,
    id: DeclarationId,
) -> Result<Vec<ResponsePlace>, ReviewError> {
    let declaration = store.read(|view| AnyDeclaration::of_id(view, id))?;
    let Some(declaration) = declaration else { return Ok(Vec::new()) };
    let newest = store.read(|view| declaration.newest_response(view))?;
    let Some(newest) = newest else { return Ok(Vec::new()) };
    let mut places = Vec::new();
    each_run_about(store, id, declaration.provisional_no(), newest, |response, _| {
        let place = (response.partition, response.seq);
        places.push(ResponsePlace { place, at: response.recorded_at });
    })?;
    Ok(places)
}

/// Looks at each response about a declaration, between its first sight and its newest response.
fn each_run_about(
    store: &Store,
    id: DeclarationId,
    provisional_no: &ProvisionalNumber,
    (partition, to): (Partition, i64),
    mut look: impl FnMut(&Response, Vec<Told>),
) -> Result<(), ReviewError> {
    let mut from = first_response_of(store, id, (partition, to))?;
    loop {
        let page = store.read(|view| view.responses_between(partition, from, to, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.seq + 1;
        for response in page.iter().filter(|response| response.kind == response_kind::RUN) {
            let told = run_about(&response.body, provisional_no)?;
            if !told.is_empty() {
                look(response, told);
            }
        }
    }
}

/// The place from which on there may be responses about a declaration, whose newest is known.
pub(super) fn first_response_of(
    store: &Store,
    id: DeclarationId,
    (partition, to): (Partition, i64),
) -> Result<i64, StorageError> {
    let begin = made_at(id.0).plus_millis(-SLACK_MS);
    first_response_since(store, partition, begin, to)
}

/// The statuses in the body of a response, if it is about the declaration of that number.
pub(crate) fn run_about(
    body: &[u8],
    provisional_no: &ProvisionalNumber,
) -> Result<Vec<Told>, ReviewError> {
    let stored = StoredResponse::decode(body)?;
    if stored.numbers.is_none_or(|(provisional, _)| provisional != provisional_no.as_str()) {
        return Ok(Vec::new());
    }
    let step = |(status, at, text)| Told { status, at: Moment::from_micros(at), text };
    Ok(stored.run.into_iter().map(step).collect())
}

/// The place from which on responses are of `since` or later, by halving: places ascend with time.
fn first_response_since(
    store: &Store,
    partition: Partition,
    since: Moment,
    to: i64,
) -> Result<i64, StorageError> {
    let (mut low, mut high) = (1, to);
    while low < high {
        let middle = low + (high - low) / 2;
        let next = store.read(|view| view.responses_between(partition, middle, to, 1))?;
        match next.first() {
            Some(next) if next.recorded_at < since => low = next.seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
