//! What enterprises file, and what officers decide about it.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::filing::{Decision, Filing, Query, goods_file};
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{Act, FilingId, FilingKind, FilingStatus, Taking, Texts};
use tongguan_domain::ids::{OfficeCode, PartyId};
use utoipa::{IntoParams, ToSchema};

use super::body::{Given, wrong};
use super::paging::{Listed, PageQuery, Paging};
use super::part::{Asked, Part};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::defect::DefectView;
use crate::filings::{self, ImportedView, MOST_AT_ONCE, Take, settled, trust};
use crate::problem::{Problem, json_answer};
use crate::views::filing::{
    Beside, EnterpriseTexts, FilingFileView, FilingView, GoodsTexts, GoodsView,
};

/// Which filings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingQuery {
    /// Only this kind.
    #[param(inline)]
    kind: Option<KindName>,
    /// Only those that stand so: `filed`, `taken-up`, `returned`, `refused`, `withdrawn`, `approved`, `expired`,
    /// `suspended`, `ended`, `replaced`.
    status: Option<String>,
    /// Only those whose item number, name or certificate digest begins so.
    text: Option<String>,
}

/// A kind of filing.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KindName {
    /// 企业备案.
    Enterprise,
    /// 证书备案.
    Certificate,
    /// 商品备案.
    Goods,
}

/// What is to be filed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum MatterGiven {
    /// The enterprise itself.
    Enterprise(EnterpriseTexts),
    /// A certificate, in PEM, or in base64 of its DER.
    Certificate(String),
    /// Goods.
    Goods(Box<GoodsTexts>),
}

/// What happens where some rows are wrong.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TakeQuery {
    /// Whether the good rows are filed although others are wrong; nothing is where absent.
    #[serde(default)]
    good: bool,
}

/// Which office is to review what is filed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfficeQuery {
    /// Its four digits; where absent, the office that reviewed the enterprise itself, and any office where none did.
    #[param(pattern = "^[0-9]{4}$")]
    office: Option<String>,
}

impl OfficeQuery {
    fn office(&self) -> Result<Option<OfficeCode>, Problem> {
        let named = self.office.as_deref().unwrap_or_default();
        filings::read_office(named).map_err(|_| Problem::Malformed("office"))
    }
}

/// Who works on a filing or a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentGiven {
    /// What is done.
    pub(super) act: AssignmentName,
}

/// Taking up and giving back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentName {
    /// Takes it up, where no colleague has it.
    Take,
    /// Takes it up, whoever has it.
    TakeOver,
    /// Gives it back.
    GiveBack,
}

/// What is decided about a filing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionGiven {
    /// What.
    decision: DecisionName,
    /// Why, in at most 500 characters, as the enterprise reads it. Only an approval that changes nothing needs
    /// none.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
    /// The tariff code that counts, where goods are approved; the proposed one where absent.
    gcode: Option<String>,
    /// The last day of what is approved or reopened; without end where absent. A certificate ends by itself.
    #[schema(format = Date)]
    valid_to: Option<String>,
}

/// The same decision about several filings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionsGiven {
    /// Their numbers, at most 50.
    #[schema(example = json!(["912684271905292288"]), min_items = 1, max_items = 50)]
    filings: Vec<String>,
    /// What.
    decision: DecisionName,
    /// Why, in at most 500 characters, as the enterprises read it. Only an approval that changes nothing needs
    /// none.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
    /// The last day of what is approved or reopened; without end where absent. A certificate ends by itself.
    #[schema(format = Date)]
    valid_to: Option<String>,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionName {
    /// 准予备案.
    Approve,
    /// 退回补正.
    Return,
    /// 不予备案.
    Refuse,
    /// 暂停 what stands.
    Suspend,
    /// 终止 what stands.
    End,
    /// 恢复: reviews what was refused again, lets stand again what does not.
    Reopen,
}

/// What became of several filings.
#[derive(Debug, Serialize, ToSchema)]
struct DecidedFilingsView {
    /// Each, in the order asked.
    filings: Vec<DecidedFilingView>,
}

/// What became of one of several filings.
#[derive(Debug, Serialize, ToSchema)]
struct DecidedFilingView {
    /// Its number.
    number: String,
    /// Where it stands now; absent where nothing was decided.
    status: Option<&'static str>,
    /// Why nothing was decided.
    why_not: Option<String>,
}

/// List filings
///
/// An enterprise sees its own, an officer and an auditor everybody's; the newest first.
#[utoipa::path(
    get, path = "/api/v1/filings", tag = "registry", operation_id = "list_filings",
    params(FilingQuery, PageQuery),
    responses((status = 200, description = "The filings.", body = Listed<FilingView>)),
)]
pub async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<FilingQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let status = match asked.status.as_deref() {
        Some(name) => Some(FilingStatus::named(name).ok_or(Problem::Malformed("status"))?),
        None => None,
    };
    let query = Query { kind: asked.kind.map(kind), status, text: asked.text.unwrap_or_default() };
    let before = paging.place(|text| text.parse().ok().map(FilingId))?;
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let (enquiries, most) = (Arc::clone(&shared.access.enquiries), most(&paging));
    let listing = move || enquiries.filings(reach, &query, before, most, now);
    let found = blocking(listing).await?;
    listed(&shared, &paging, &found).await
}

/// List the filings that wait for an officer
///
/// The oldest first, of all enterprises.
#[utoipa::path(
    get, path = "/api/v1/filing-review", tag = "officers", operation_id = "list_waiting_filings",
    params(WaitingQuery, PageQuery),
    responses((status = 200, description = "What waits.", body = Listed<FilingView>)),
)]
pub async fn waiting(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<WaitingQuery>,
    paging: Paging,
) -> Result<Response, Problem> {
    let after = paging.place(|text| text.parse().ok().map(FilingId))?.unwrap_or(FilingId(0));
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (kind, most) = (asked.kind.map(kind), most(&paging));
    let found = blocking(move || enquiries.waiting_filings(reach, kind, after, most)).await?;
    listed(&shared, &paging, &found).await
}

/// Which of those that wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitingQuery {
    /// Only this kind.
    #[param(inline)]
    kind: Option<KindName>,
}

/// Show a filing
///
/// With its history, and with goods of the same number as they are registered now.
#[utoipa::path(
    get, path = "/api/v1/filings/{number}", tag = "registry", operation_id = "show_filing",
    params(("number" = String, Path, description = "The filing's number.")),
    responses((status = 200, description = "The filing.", body = FilingFileView)),
)]
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let id = number_of(&number)?;
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let file = blocking(move || enquiries.filing(reach, id)).await?.ok_or(Problem::NotFound)?;
    let trust = trust(&shared);
    let now = shared.access.clock.now();
    let beside = Beside { registry: &file.registry, trust: &trust, now };
    Ok(json_answer(&FilingFileView::of(&file, beside)))
}

/// File the enterprise, a certificate, or goods
///
/// What was returned is corrected by filing the same again. It counts once an officer has approved it.
#[utoipa::path(
    post, path = "/api/v1/filings", tag = "registry", operation_id = "file",
    params(OfficeQuery),
    request_body = MatterGiven,
    responses((status = 201, description = "The filing.", body = FilingFileView)),
)]
pub async fn file(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<OfficeQuery>,
    Given(given): Given<MatterGiven>,
) -> Result<Response, Problem> {
    let office = asked.office()?;
    let (kind, texts) = match given {
        MatterGiven::Enterprise(texts) => (FilingKind::Enterprise, texts.texts()),
        MatterGiven::Certificate(text) => {
            (FilingKind::Certificate, Texts::from_iter([("certificate", text)]))
        }
        MatterGiven::Goods(texts) => (FilingKind::Goods, texts.texts()),
    };
    let wrong = |defects: Vec<Defect>| {
        let placed = defects.into_iter().map(|defect| {
            let pointer = match kind {
                FilingKind::Certificate => "/certificate".to_owned(),
                kind => format!("/{}/{}", kind.name(), defect.pointer),
            };
            DefectView::from(&Defect { pointer, ..defect })
        });
        Problem::Defects(placed.collect())
    };
    let matter = filings::read(&shared, &caller, kind, texts).await?.map_err(wrong)?;
    let id = filings::file(&shared, &caller, office, matter).await?.map_err(wrong)?;
    let shown = show(State(shared), caller, Part(id.to_string())).await?;
    Ok((StatusCode::CREATED, shown).into_response())
}

/// File the goods of a CSV or XLSX file
///
/// At most 4 MiB and 2,000 rows; the columns are those of docs/reference/registry.md.
#[utoipa::path(
    post, path = "/api/v1/filings/goods", tag = "registry", operation_id = "file_goods",
    params(TakeQuery, OfficeQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 200, description = "What became of each row.", body = ImportedView)),
)]
pub async fn import(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(asked): Asked<TakeQuery>,
    Asked(named): Asked<OfficeQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let office = named.office()?;
    let bytes = to_bytes(request.into_body(), goods_file::MOST_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::BodyTooLong(goods_file::MOST_BYTES))?;
    let take = if asked.good { Take::Good } else { Take::AllOrNothing };
    let imported = filings::import(&shared, &caller, office, bytes.into(), take).await?;
    let wrong = |defects: Vec<_>| Problem::Defects(defects.iter().map(Into::into).collect());
    Ok(json_answer(&imported.map_err(wrong)?))
}

/// Take a filing back
///
/// One that is not decided.
#[utoipa::path(
    delete, path = "/api/v1/filings/{number}", tag = "registry", operation_id = "withdraw_filing",
    params(("number" = String, Path, description = "The filing's number.")),
    responses((status = 200, description = "The filing, withdrawn.", body = FilingView)),
)]
pub async fn withdraw(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
) -> Result<Response, Problem> {
    let filing = filings::withdraw(&shared, &caller, number_of(&number)?).await?;
    one(&shared, &filing).await
}

/// Take a filing up, or give it back
#[utoipa::path(
    post, path = "/api/v1/filings/{number}/assignment", tag = "officers", operation_id = "assign_filing",
    params(("number" = String, Path, description = "The filing's number.")),
    request_body = AssignmentGiven,
    responses((status = 200, description = "The filing as it is now.", body = FilingView)),
)]
pub async fn assign(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<AssignmentGiven>,
) -> Result<Response, Problem> {
    let taking = match given.act {
        AssignmentName::Take => Some(Taking::IfFree),
        AssignmentName::TakeOver => Some(Taking::Over),
        AssignmentName::GiveBack => None,
    };
    let id = number_of(&number)?;
    let filing = settled(filings::assign(&shared, &caller, id, taking).await?)?;
    one(&shared, &filing).await
}

/// Decide about a filing
///
/// What is approved is registered at once. Nobody decides about what he filed himself.
#[utoipa::path(
    post, path = "/api/v1/filings/{number}/decisions", tag = "officers", operation_id = "decide_filing",
    params(("number" = String, Path, description = "The filing's number.")),
    request_body = DecisionGiven,
    responses((status = 200, description = "The filing as it is now.", body = FilingView)),
)]
pub async fn decide(
    State(shared): State<Shared>,
    caller: Caller,
    Part(number): Part<String>,
    Given(given): Given<DecisionGiven>,
) -> Result<Response, Problem> {
    let decision = decision(&shared, &caller, number_of(&number)?, &given).await?;
    let filing = settled(filings::decide(&shared, decision).await?)?;
    one(&shared, &filing).await
}

/// Decide the same about several filings
///
/// Each by itself: what is not possible about one hinders no other. No tariff code is given for several.
#[utoipa::path(
    post, path = "/api/v1/filing-review", tag = "officers", operation_id = "decide_filings",
    request_body = DecisionsGiven,
    responses((status = 200, description = "What became of each.", body = DecidedFilingsView)),
)]
pub async fn decide_all(
    State(shared): State<Shared>,
    caller: Caller,
    Given(given): Given<DecisionsGiven>,
) -> Result<Response, Problem> {
    if !(1..=MOST_AT_ONCE).contains(&given.filings.len()) {
        return Err(wrong("/filings", "1 to 50 numbers"));
    }
    let each = DecisionGiven {
        decision: given.decision,
        reason: given.reason,
        gcode: None,
        valid_to: given.valid_to,
    };
    let today = shared.access.clock.now().china_day();
    let mut decided = Vec::with_capacity(given.filings.len());
    for number in given.filings {
        let Ok(id) = number_of(&number) else {
            return Err(wrong("/filings", "each is the number of a filing"));
        };
        let decision = decision(&shared, &caller, id, &each).await?;
        let outcome = filings::decide(&shared, decision).await?;
        decided.push(match outcome {
            Ok(filing) => DecidedFilingView {
                number,
                status: Some(filing.state.status(today).name()),
                why_not: None,
            },
            Err(why) => DecidedFilingView { number, status: None, why_not: Some(why.to_string()) },
        });
    }
    Ok(json_answer(&DecidedFilingsView { filings: decided }))
}

/// List registered goods
///
/// An enterprise's own, or everybody's; by party and item number.
#[utoipa::path(
    get, path = "/api/v1/goods", tag = "registry", operation_id = "list_goods",
    params(PageQuery),
    responses((status = 200, description = "The goods.", body = Listed<GoodsView>)),
)]
pub async fn goods(
    State(shared): State<Shared>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let place = paging.place(|text| {
        let (party, item) = text.split_once(':')?;
        Some((PartyId(party.parse().ok()?), item.to_owned()))
    })?;
    let (party, item) = place.unwrap_or((PartyId(i64::MIN), String::new()));
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let most = most(&paging);
    let listing = move || {
        let goods = enquiries.registered_goods(reach, (party, &item), most)?;
        Ok::<_, EnquiryError>((goods, enquiries.registry()?))
    };
    let (found, registry) = blocking(listing).await?;
    let items = found.iter().map(|goods| GoodsView::of(goods, &registry)).collect();
    let place = |last: usize| {
        let goods = found.get(last);
        goods.map_or_else(String::new, |it| format!("{}:{}", it.party, it.goods.item_no))
    };
    Ok(paging.cut(items, place))
}

fn kind(name: KindName) -> FilingKind {
    match name {
        KindName::Enterprise => FilingKind::Enterprise,
        KindName::Certificate => FilingKind::Certificate,
        KindName::Goods => FilingKind::Goods,
    }
}

fn number_of(text: &str) -> Result<FilingId, Problem> {
    text.parse().map(FilingId).map_err(|_| Problem::NotFound)
}

fn most(paging: &Paging) -> i64 {
    i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1)
}

async fn decision(
    shared: &Shared,
    caller: &Caller,
    filing: FilingId,
    given: &DecisionGiven,
) -> Result<Decision, Problem> {
    let day = given.valid_to.as_deref().map(str::parse::<Date>).transpose();
    let valid_to = day.map_err(|_| wrong("/valid_to", "a day such as 2027-12-31"))?;
    let hs_code = given.gcode.as_deref().map(str::parse::<tongguan_codelists::HsCode>).transpose();
    let hs_code = hs_code.map_err(|error| wrong("/gcode", &error.to_string()))?;
    let hs_code = hs_code.map(|code| code.to_string().into());
    let act = match given.decision {
        DecisionName::Approve => Act::Approve { hs_code, valid_to },
        DecisionName::Return => Act::Return,
        DecisionName::Refuse => Act::Refuse,
        DecisionName::Suspend => Act::Suspend,
        DecisionName::End => Act::End,
        DecisionName::Reopen => Act::Reopen { valid_to },
    };
    Ok(Decision {
        filing,
        act,
        officer: filings::officer(caller),
        cause: caller.cause(),
        reason: given.reason.clone(),
        minutes: filings::minutes(shared, caller).await?,
        office: filings::office_of(caller),
    })
}

async fn one(shared: &Shared, filing: &Filing) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let (trust, now) = (trust(shared), shared.access.clock.now());
    let beside = Beside { registry: &registry, trust: &trust, now };
    Ok(json_answer(&FilingView::of(filing, beside)))
}

async fn listed(shared: &Shared, paging: &Paging, found: &[Filing]) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    let (trust, now) = (trust(shared), shared.access.clock.now());
    let beside = Beside { registry: &registry, trust: &trust, now };
    let items = found.iter().map(|filing| FilingView::of(filing, beside)).collect();
    let place =
        |last: usize| found.get(last).map_or_else(String::new, |filing| filing.id.to_string());
    Ok(paging.cut(items, place))
}
