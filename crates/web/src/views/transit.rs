//! Goods under seal on their way to the port (转关).

use serde::Serialize;
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::transit::{Outcome, Shown};
use utoipa::ToSchema;

use super::export::TransitView;

/// What became of each declaration.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomesView {
    /// Where it was done: how the goods stand now.
    transits: Vec<SealedView>,
    /// Where it was not, and why.
    refused: Vec<RefusedView>,
}

/// A declaration whose goods are or were under seal.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedView {
    /// The number that Tongguan has of the declaration.
    id: String,
    /// 清单编号.
    invt_no: Option<String>,
    /// 回执状态: where the declaration stands.
    status: i32,
    /// When the transit last changed.
    since: String,
    #[serde(flatten)]
    transit: TransitView,
}

/// A declaration with which it could not be done.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedView {
    /// The number that Tongguan has of the declaration.
    id: String,
    /// Why: a name for programs.
    code: &'static str,
    /// Why, in English.
    why: String,
}

impl OutcomesView {
    /// Of what became of each.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let done = outcomes.iter().filter_map(|of| of.outcome.as_ref().ok());
        Self {
            transits: done.map(SealedView::of).collect(),
            refused: outcomes.iter().filter_map(RefusedView::of).collect(),
        }
    }
}

impl SealedView {
    /// Of a transit.
    pub fn of(shown: &Shown) -> Self {
        Self {
            id: shown.declaration.id().to_string(),
            invt_no: shown.declaration.number().map(ToString::to_string),
            status: shown.declaration.status().number(),
            since: shown.since.to_string(),
            transit: TransitView::of(&shown.transit),
        }
    }
}

impl RefusedView {
    fn of(outcome: &Outcome) -> Option<Self> {
        let why = outcome.outcome.as_ref().err()?;
        let code = match why {
            Undecidable::Transit(refused) => refused.code(),
            _ => "undecidable",
        };
        Some(Self { id: outcome.declaration.to_string(), code, why: why.to_string() })
    }
}
