//! Consolidating export declarations into formal ones (汇总申报): what is asked for, and what became of it.

mod eligibility;
mod request;
mod result;
mod state;

pub use eligibility::{LeftOut, SinceClosing, eligible};
pub use request::{ConsolidationRequest, GoodsNaming, Grouping, Scope};
pub use result::{ConsolidatedLine, ConsolidationResult};
pub use state::{Progress, Reached, RequestState, RequestStep, RequestStepRefused};
