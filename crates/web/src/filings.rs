//! What pages and interface do with filings in the same way: reading what is sent, filing it, deciding.

use std::sync::Arc;

use serde::Serialize;
use tongguan_application::filing::goods_file::{self, GoodsRow};
use tongguan_application::filing::{
    self, Decision, Filer, Filing, FilingError, Lodged, read_certificate,
};
use tongguan_domain::access::Standing;
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::rules::MALFORMED;
use tongguan_domain::filing::{
    FilingId, FilingKind, GoodsReader, Matter, Officer, Taking, Texts, read_enterprise,
};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::defect::DefectView;
use crate::problem::Problem;

/// The most filings that are decided at once.
pub const MOST_AT_ONCE: usize = 50;

/// What became of a row of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedRowView {
    /// Which row of the file, from 1.
    pub row: usize,
    /// 企业商品货号 as it stands there.
    pub item_no: String,
    /// The filing; absent where the row was not taken.
    pub filing: Option<String>,
    /// All that is wrong with the row, by column; empty where nothing is.
    pub defects: Vec<DefectView>,
}

/// What became of a file of goods.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedView {
    /// How many rows were filed.
    pub filed: usize,
    /// How many rows were not: they are wrong, or others are and all or nothing was asked for.
    pub left: usize,
    /// Every row, in order.
    pub rows: Vec<ImportedRowView>,
}

/// What happens where some rows are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Nothing is filed.
    AllOrNothing,
    /// The other rows are filed.
    Good,
}

/// Who trusts whom now.
pub fn trust(shared: &Shared) -> Arc<TrustStore> {
    Arc::clone(&shared.access.trust.borrow())
}

/// For whom the caller files; `office` is to review it.
///
/// # Errors
/// [`Problem::NotFound`] for whoever acts for no enterprise.
pub fn filer(caller: &Caller, office: Option<OfficeCode>) -> Result<Filer, Problem> {
    match caller.standing {
        Standing::Enterprise { party, .. } => Ok(Filer { party, by: caller.actor(), office }),
        _ => Err(Problem::NotFound),
    }
}

/// The office of which the caller is; nothing for whoever decides for all.
pub fn office_of(caller: &Caller) -> Option<OfficeCode> {
    match caller.standing {
        Standing::Customs { office, .. } => Some(office),
        _ => None,
    }
}

/// The office that a form or an address names; nothing where it names none.
///
/// # Errors
/// What is wrong with it.
pub fn read_office(text: &str) -> Result<Option<OfficeCode>, Defect> {
    match text.trim() {
        "" => Ok(None),
        text => OfficeCode::parse(text).map(Some).map_err(|_| {
            let defect = Defect::at(&MALFORMED, "office").found(text);
            defect.with("zh", "四位关区代码").with("en", "the four digits of an office")
        }),
    }
}

/// Who decides, as the enterprise sees it.
pub fn officer(caller: &Caller) -> Officer {
    let name = caller.session().map(|session| session.person.name.clone()).unwrap_or_default();
    Officer { sign_in: caller.audit_name(), name }
}

/// For how many minutes a filing is the caller's who takes it up: as the caller's office has settled for cases.
///
/// # Errors
/// The database does not answer.
pub async fn minutes(shared: &Shared, caller: &Caller) -> Result<i64, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let Standing::Customs { office, .. } = caller.standing else { return Err(Problem::NotFound) };
    Ok(blocking(move || enquiries.office(office)).await?.case_minutes)
}

/// What texts of a kind of filing tell of.
///
/// # Errors
/// All that is wrong, by field; or why it cannot be looked at.
pub async fn read(
    shared: &Shared,
    caller: &Caller,
    kind: FilingKind,
    texts: Texts,
) -> Result<Result<Matter, Vec<Defect>>, Problem> {
    let (trust, now) = (trust(shared), shared.access.clock.now());
    Ok(match kind {
        FilingKind::Enterprise => {
            let (enquiries, party) =
                (Arc::clone(&shared.access.enquiries), filer(caller, None)?.party);
            let registry = blocking(move || enquiries.registry()).await?;
            let own = registry.party(party).map(|party| party.codes.as_slice());
            read_enterprise(&texts, own.unwrap_or_default()).map(Matter::Enterprise)
        }
        FilingKind::Certificate => {
            let given = texts.get("certificate").unwrap_or_default().to_owned();
            let read = move || read_certificate(given.as_bytes(), &trust, now);
            aside(read).await?.map(Matter::Certificate).map_err(|defect| vec![defect])
        }
        FilingKind::Goods => {
            let reader = goods_reader(shared, now).await?;
            reader.read(&texts).map(|goods| Matter::Goods(Box::new(goods)))
        }
    })
}

/// Files one matter.
///
/// # Errors
/// All that is wrong, by field; or why it cannot be filed.
pub async fn file(
    shared: &Shared,
    caller: &Caller,
    office: Option<OfficeCode>,
    matter: Matter,
) -> Result<Result<FilingId, Vec<Defect>>, Problem> {
    let lodged = file_all(shared, caller, office, vec![matter]).await?.pop();
    Ok(match lodged {
        Some(Lodged::New(id) | Lodged::Corrected(id)) => Ok(id),
        Some(Lodged::Wrong(defect)) => Err(vec![defect]),
        None => Err(Vec::new()),
    })
}

/// Reads a file of goods and files its rows.
///
/// # Errors
/// All that is wrong with the file as a whole; or why it cannot be filed.
pub async fn import(
    shared: &Shared,
    caller: &Caller,
    office: Option<OfficeCode>,
    bytes: Vec<u8>,
    take: Take,
) -> Result<Result<ImportedView, Vec<Defect>>, Problem> {
    let reader = goods_reader(shared, shared.access.clock.now()).await?;
    let rows = match aside(move || goods_file::read(&bytes, &reader)).await? {
        Ok(rows) => rows,
        Err(defects) => return Ok(Err(defects)),
    };
    let is_wrong = rows.iter().any(|row| row.goods.is_err());
    if is_wrong && take == Take::AllOrNothing {
        return Ok(Ok(ImportedView::of(rows, Vec::new())));
    }
    let good = rows.iter().filter_map(|row| row.goods.as_ref().ok().cloned());
    let matters = good.map(|goods| Matter::Goods(Box::new(goods))).collect();
    let lodged = file_all(shared, caller, office, matters).await?;
    Ok(Ok(ImportedView::of(rows, lodged)))
}

/// Takes back what is not decided.
///
/// # Errors
/// Why it was not.
pub async fn withdraw(shared: &Shared, caller: &Caller, id: FilingId) -> Result<Filing, Problem> {
    let (filer, now) = (filer(caller, None)?, shared.access.clock.now());
    let store = shared.access.enquiries.store().clone();
    settled(aside(move || filing::withdraw(&store, &filer, id, now)).await?)
}

/// Takes a filing up, over, or gives it back.
///
/// # Errors
/// [`FilingError`] for what the reader is told on its page, or why it cannot be done.
pub async fn assign(
    shared: &Shared,
    caller: &Caller,
    id: FilingId,
    taking: Option<Taking>,
) -> Result<Result<Filing, FilingError>, Problem> {
    // What the officers of another office review is as if it were not there.
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    blocking(move || enquiries.filing(reach, id)).await?.ok_or(Problem::NotFound)?;
    let (by, cause, now) = (officer(caller), caller.cause(), shared.access.clock.now());
    let (minutes, store) =
        (minutes(shared, caller).await?, shared.access.enquiries.store().clone());
    aside(move || match taking {
        Some(taking) => filing::take_up(&store, id, by, &cause, taking, minutes, now),
        None => filing::give_back(&store, id, &by.sign_in, &cause, now),
    })
    .await
}

/// Decides about a filing.
///
/// # Errors
/// [`FilingError`] for what the reader is told on its page, or why it cannot be done.
pub async fn decide(
    shared: &Shared,
    decision: Decision,
) -> Result<Result<Filing, FilingError>, Problem> {
    let (store, now) = (shared.access.enquiries.store().clone(), shared.access.clock.now());
    aside(move || filing::decide(&store, decision, now)).await
}

/// What was done, or the problem why it was not.
///
/// # Errors
/// The problem.
pub fn settled(outcome: Result<Filing, FilingError>) -> Result<Filing, Problem> {
    outcome.map_err(Into::into)
}

impl ImportedView {
    fn of(rows: Vec<GoodsRow>, lodged: Vec<Lodged>) -> Self {
        let mut lodged = lodged.into_iter();
        let rows: Vec<_> = rows
            .into_iter()
            .map(|GoodsRow { row, item_no, goods }| {
                let (filing, defects) = match goods {
                    Err(defects) => (None, defects),
                    Ok(_) => match lodged.next() {
                        Some(Lodged::New(id) | Lodged::Corrected(id)) => {
                            (Some(id.to_string()), Vec::new())
                        }
                        Some(Lodged::Wrong(defect)) => (None, vec![defect]),
                        None => (None, Vec::new()),
                    },
                };
                let defects = defects.iter().map(DefectView::from).collect();
                ImportedRowView { row, item_no, filing, defects }
            })
            .collect();
        let filed = rows.iter().filter(|row| row.filing.is_some()).count();
        Self { filed, left: rows.len() - filed, rows }
    }
}

async fn file_all(
    shared: &Shared,
    caller: &Caller,
    office: Option<OfficeCode>,
    matters: Vec<Matter>,
) -> Result<Vec<Lodged>, Problem> {
    let (filer, now) = (filer(caller, office)?, shared.access.clock.now());
    let store = shared.access.enquiries.store().clone();
    blocking(move || filing::file(&store, &filer, matters, now)).await
}

async fn goods_reader(shared: &Shared, now: Moment) -> Result<GoodsReader, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = blocking(move || enquiries.pack()).await?;
    aside(move || GoodsReader::new(&pack, now.china_day())).await
}
