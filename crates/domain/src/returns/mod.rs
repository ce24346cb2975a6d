//! Goods that come back (退货): what is asked for, what was found on arrival, and what becomes of it.

use std::fmt;

use crate::ids::DeclarationId;

mod admissible;
mod discrepancy;
mod export;
mod export_state;
mod exported;
mod import;
mod import_state;
mod relief;
pub mod rules;
mod settlement;
mod tally;
#[cfg(test)]
mod tests;

pub use admissible::{deadline, judge};
pub use discrepancy::{Discrepancy, discrepancies, is_late};
pub use export::{ExportReturnItem, ExportReturnRequest, ReturnTransport};
pub use export_state::{ExportReturnState, ExportReturnStep, ExportReturnStepRefused, Tallied};
pub use exported::{ExportedGoods, ReturnedByLine, ReturnedQuantity};
pub use import::{ReturnItem, ReturnRequest};
pub use import_state::{ReturnArrival, ReturnState, ReturnStep, ReturnStepRefused};
pub use relief::Relief;
pub use settlement::{ReturnedLine, quantity_of, rest};
pub use tally::ReturnTally;

/// A return of exported goods: the how manieth of its export declaration, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportReturnId {
    /// The export declaration.
    pub declaration: DeclarationId,
    /// Which of its returns.
    pub n: i64,
}

impl fmt::Display for ExportReturnId {
    /// The declaration's id and the number, as `123/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.declaration, self.n)
    }
}
