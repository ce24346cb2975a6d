//! Consolidating export declarations into formal ones (汇总申报): what is asked for, and what became of it.

mod request;
mod result;

pub use request::{ConsolidationRequest, GoodsNaming, Grouping, Scope};
pub use result::{ConsolidatedLine, ConsolidationResult};
