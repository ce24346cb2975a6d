//! What to do, in what order, in one transaction: the use cases.

pub mod clearing;
pub mod numbering;
