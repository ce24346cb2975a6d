//! What customs knows from before of those whom a declaration names.

use serde::Serialize;
use tongguan_application::parcels::{Outcome, Past};
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::parcel::ParcelView;

/// What is known from before of buyer, merchant and address (历史情况); of an export of the merchant alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastsView {
    /// Of each.
    past: Vec<PastView>,
}

/// What is known of one of them, without the declaration that is asked about.
#[derive(Debug, Serialize, ToSchema)]
struct PastView {
    /// `buyer`, `merchant` or `address`.
    whom: &'static str,
    /// Counted from this day on, in China, at whatever office.
    since: String,
    /// How many declarations were counted.
    declarations: i64,
    /// Of these, released or closed.
    released: i64,
    /// Refused by customs.
    refused: i64,
    /// Kept by customs or shipped back.
    kept: i64,
    /// Cancelled, deleted or taken back by whoever declared them.
    withdrawn: i64,
    /// Of which nothing has become yet.
    under_way: i64,
    /// In how many an examination found something, whatever became of them.
    found: i64,
    /// 完税价格 of the imports among them, in CNY.
    dutiable: String,
    /// Whether there may be more than were counted.
    is_cut: bool,
    /// Of an address how many buyers it has had since then, of a buyer how many addresses, with the declaration that is
    /// asked about; absent of a merchant.
    others: Option<i64>,
    /// When the first was lodged, however long ago; absent where there is none.
    first_at: Option<String>,
    /// When the last was lodged.
    last_at: Option<String>,
    /// At most ten of the newest, of the officer's own office.
    latest: Vec<ParcelView>,
}

impl PastsView {
    /// Of what is known; `registry` names the merchants.
    pub fn of(past: &[Past], registry: &Registry) -> Self {
        Self { past: past.iter().map(|it| PastView::of(it, registry)).collect() }
    }
}

impl PastView {
    fn of(past: &Past, registry: &Registry) -> Self {
        Self {
            whom: past.whom.name(),
            since: past.since.to_string(),
            declarations: past.count(),
            released: past.ended(Outcome::Released),
            refused: past.ended(Outcome::Refused),
            kept: past.ended(Outcome::Kept),
            withdrawn: past.ended(Outcome::Withdrawn),
            under_way: past.ended(Outcome::UnderWay),
            found: past.found,
            dutiable: past.dutiable.to_string(),
            is_cut: past.is_cut,
            others: past.others,
            first_at: past.first.map(|at| at.to_string()),
            last_at: past.last.map(|at| at.to_string()),
            latest: past.latest.iter().map(|it| ParcelView::of(it, registry)).collect(),
        }
    }
}
