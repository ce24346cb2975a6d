//! Goods that come back (退货): what is asked for, and what was found on arrival.

mod export;
mod import;
mod tally;

pub use export::{ExportReturnItem, ExportReturnRequest, ReturnTransport};
pub use import::{ReturnItem, ReturnRequest};
pub use tally::ReturnTally;
