//! What a basket costs in tax.

use axum::extract::State;
use axum::response::Response;
use tongguan_domain::tax::assess;
use utoipa::ToSchema;

use super::body::GivenJson;
use crate::Shared;
use crate::caller::blocking;
use crate::defect::DefectView;
use crate::problem::{Problem, json_answer};
use crate::views::basket;
use crate::views::tax::AssessmentView;

/// A basket of a retail import. Amounts, quantities and weights are texts of digits, perhaps with a point; weights
/// and volumes are of the whole line. [`basket::read`] reads it, with the place of every defect.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `basket::read` reads")]
#[schema(as = Basket)]
pub struct BasketGiven {
    /// The day whose law holds.
    #[schema(example = "2026-11-22", format = Date)]
    pub as_of: String,
    /// 监管方式.
    #[schema(example = "9610")]
    pub mode: String,
    /// What the buyer has used of the year's allowance, in CNY.
    #[schema(example = "0.00")]
    pub annual_used: Option<String>,
    /// 运费 in CNY.
    #[schema(example = "28.00")]
    pub freight: Option<String>,
    /// 保费 in CNY.
    #[schema(example = "0.00")]
    pub insurance: Option<String>,
    /// The goods.
    pub items: Vec<BasketItemGiven>,
}

/// A line of goods.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `basket::read` reads")]
#[schema(as = BasketItem)]
pub struct BasketItemGiven {
    /// Its number, from 1.
    #[schema(example = 1, minimum = 1)]
    pub line: i32,
    /// 商品编码: ten digits.
    #[schema(example = "3304990029", pattern = "^[0-9]{10}$")]
    pub hs: String,
    /// How much, in `unit`.
    #[schema(example = "2")]
    pub qty: String,
    /// 计量单位.
    #[schema(example = "011")]
    pub unit: String,
    /// Of the line, in CNY.
    #[schema(example = "199.00")]
    pub total_price: String,
    /// In kilograms.
    #[schema(example = "0.06")]
    pub net_weight_kg: Option<String>,
    /// In litres.
    pub volume_l: Option<String>,
    /// Rates instead of those of the law.
    pub rates: Option<RatesGiven>,
}

/// Rates instead of those of the law.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `basket::read` reads")]
#[schema(as = Rates)]
pub struct RatesGiven {
    /// 关税率.
    pub duty: Option<String>,
    /// 消费税率.
    pub ct_rate: Option<String>,
    /// 消费税 of one unit, in CNY.
    pub ct_per_unit: Option<String>,
    /// How many of these units.
    pub ct_qty: Option<String>,
    /// 增值税率.
    pub vat: Option<String>,
}

/// Compute the tax of a basket
///
/// By the law as it is loaded now: duty, value-added tax and consumption tax, by which regime, and why.
/// An answer `refused` is an answer; `reason` says why.
#[utoipa::path(
    post, path = "/api/v1/tax", tag = "public", operation_id = "compute_tax",
    request_body = BasketGiven,
    responses((status = 200, description = "The assessment.", body = AssessmentView)),
)]
pub async fn compute(
    State(shared): State<Shared>,
    GivenJson(text): GivenJson,
) -> Result<Response, Problem> {
    let enquiries = shared.access.enquiries;
    let pack = blocking(move || enquiries.pack()).await?;
    let judged = basket::read(&text, None).and_then(|basket| Ok((assess(&pack, &basket)?, basket)));
    match judged {
        Ok((assessment, basket)) => {
            Ok(json_answer(&AssessmentView::of(&pack, &basket, &assessment)))
        }
        Err(defects) => Err(Problem::Defects(defects.iter().map(DefectView::from).collect())),
    }
}
