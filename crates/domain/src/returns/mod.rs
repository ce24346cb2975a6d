//! Goods that come back (退货): what is asked for, what was found on arrival, and, of imports, what becomes
//! of it.

mod export;
mod import;
mod import_state;
mod tally;

pub use export::{ExportReturnItem, ExportReturnRequest, ReturnTransport};
pub use import::{ReturnItem, ReturnRequest, ReturnedLine};
pub use import_state::{ReturnArrival, ReturnState, ReturnStep, ReturnStepRefused};
pub use tally::ReturnTally;
