//! Exported goods that are let back in (退运进境): whether they may come as it is asked, whether they came so,
//! what they are free of, and where their return stands.

use std::fmt;

use crate::ids::DeclarationId;

mod admissible;
mod discrepancy;
mod export_state;
mod exported;
mod relief;
pub mod rules;
#[cfg(test)]
mod tests;

pub use admissible::{deadline, judge};
pub use discrepancy::{Discrepancy, discrepancies, is_late};
pub use export_state::{ExportReturnState, ExportReturnStep, ExportReturnStepRefused, Tallied};
pub use exported::{ExportedGoods, ReturnedByLine, ReturnedQuantity};
pub use relief::Relief;

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
