//! The parcels of an enterprise (我的包裹), as its page and the JSON interface ask for them, and as a file.

use std::sync::Arc;

use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::{Parcel, ParcelFilter, ParcelPage, ParcelsError};
use tongguan_application::review::Direction;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::parse_day;
use utoipa::IntoParams;

use crate::Shared;
use crate::caller::blocking;
use crate::language::Language;
use crate::pages::sheet;
use crate::pages::shell::time_of;
use crate::problem::Problem;

/// Rows of a file that are read at a time.
const ROWS_AT_A_TIME: usize = 500;
/// The most statuses that are asked for at once.
const MOST_STATUSES: usize = 10;

/// Which parcels are wanted, as an address says it; all where it says nothing.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Numbers of statuses (回执状态), separated by commas; at most ten.
    #[param(example = "300,500", pattern = "^([0-9]+(,[0-9]+)*)?$")]
    pub status: String,
    /// `import` or `export`.
    #[param(example = "import", pattern = "^(import|export)?$")]
    pub direction: String,
    /// Lodged on this day or later, in China.
    #[param(example = "2026-11-01")]
    pub from: String,
    /// Lodged on this day or earlier.
    #[param(example = "2026-11-30")]
    pub to: String,
    /// The order or waybill number begins so; at most 200 of each are looked at.
    #[param(max_length = 60)]
    pub number: String,
}

impl Wanted {
    /// What is looked for.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a part that does not read.
    pub fn filter(&self) -> Result<ParcelFilter, Problem> {
        let status = |number: &str| number.parse().ok().and_then(ReturnStatus::from_number);
        let numbers = self.status.split(',').filter(|number| !number.is_empty());
        let statuses: Option<Vec<_>> = numbers.map(status).collect();
        let statuses = statuses.filter(|statuses| statuses.len() <= MOST_STATUSES);
        let direction = match self.direction.as_str() {
            "" => None,
            name => Some(Direction::named(name).ok_or(Problem::Malformed("direction"))?),
        };
        if self.number.chars().any(char::is_control) {
            return Err(Problem::Malformed("number"));
        }
        Ok(ParcelFilter {
            statuses: statuses.ok_or(Problem::Malformed("status"))?,
            direction,
            from: day(&self.from, "from")?,
            to: day(&self.to, "to")?,
            number: self.number.clone(),
        })
    }
}

/// A day of a query, in China, where one is said.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn day(text: &str, what: &'static str) -> Result<Option<Date>, Problem> {
    match text {
        "" => Ok(None),
        text => parse_day(&text.replace('-', "")).map(Some).ok_or(Problem::Malformed(what)),
    }
}

/// Everything that is wanted, as a file that is written while it is read.
///
/// # Errors
/// As [`file_of`].
pub async fn file(
    shared: &Shared,
    reach: Reach,
    filter: ParcelFilter,
    language: Language,
) -> Result<Response, Problem> {
    let list =
        move |enquiries: &Enquiries, behind, most| enquiries.parcels(reach, &filter, behind, most);
    file_of(shared, "parcels.csv", language, list).await
}

/// Everything that `list` gives page by page, as a file that is written while it is read.
///
/// # Errors
/// What cannot be read at its beginning; a file breaks off where it cannot be read further.
pub async fn file_of<L>(
    shared: &Shared,
    name: &'static str,
    language: Language,
    list: L,
) -> Result<Response, Problem>
where
    L: Fn(&Enquiries, Option<DeclarationId>, usize) -> Result<ParcelPage, ParcelsError>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let enquiries = Arc::clone(&shared.access.enquiries);
    let read = move |behind| {
        let (enquiries, list) = (Arc::clone(&enquiries), list.clone());
        blocking(move || {
            let page = list(&enquiries, behind, ROWS_AT_A_TIME)?;
            let registry = enquiries.registry()?;
            let lines = page.rows.iter().map(|it| cells(language, it, &registry)).collect();
            Ok::<_, ParcelsError>(sheet::Part { lines, next: page.next })
        })
    };
    sheet::file(name, headings(language), read).await
}

/// Which way goods go, in words.
pub fn direction_of(language: Language, direction: Direction) -> &'static str {
    match direction {
        Direction::Import => language.say("进口", "Import"),
        Direction::Export => language.say("出口", "Export"),
    }
}

fn headings(language: Language) -> Vec<String> {
    let texts = match language {
        Language::Chinese => [
            "清单编号",
            "预录入编号",
            "进出口",
            "状态",
            "状态说明",
            "订单编号",
            "运单编号",
            "电商企业",
            "关区",
            "申报时间",
            "最近变化",
        ],
        Language::English => [
            "declaration number",
            "provisional number",
            "direction",
            "status",
            "meaning",
            "order number",
            "waybill number",
            "merchant",
            "office",
            "lodged",
            "last change",
        ],
    };
    texts.map(str::to_owned).to_vec()
}

fn cells(language: Language, parcel: &Parcel, registry: &Registry) -> Vec<String> {
    vec![
        parcel.number.clone().unwrap_or_default(),
        parcel.provisional_no.clone(),
        direction_of(language, parcel.direction).to_owned(),
        parcel.status.number().to_string(),
        language.of(parcel.status.title()).to_owned(),
        parcel.order_no.to_string(),
        parcel.waybill_no.clone(),
        registry.party(parcel.merchant).map(|party| party.name.clone()).unwrap_or_default(),
        parcel.office.clone(),
        time_of(parcel.lodged_at),
        time_of(parcel.changed_at),
    ]
}
