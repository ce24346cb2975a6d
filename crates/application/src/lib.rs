//! What to do, in what order, in one transaction: the use cases.

pub mod clearing;
pub mod codes;
pub mod numbering;
pub mod ports;
pub mod registry;
