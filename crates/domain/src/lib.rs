//! What is right: the rules of clearing parcels, as functions of their arguments.
//!
//! No input or output, no clock, no randomness, no serialisation. Each module may use those above it
//! in this list; `cargo xtask tidy` checks it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`ids`], [`money`], [`time`], [`person`], [`party`], [`defect`] | shared vocabulary |
//! | [`commerce`] | order, payment, waybill, delivery |
//! | [`declaration`] | what a declarant says, and where the declaration stands |
//! | [`tax`] | what an import pays: limits, regime, duty, consumption tax, value-added tax, terms |

pub mod commerce;
pub mod declaration;
pub mod defect;
pub mod ids;
pub mod money;
pub mod party;
pub mod person;
pub mod tax;
pub mod time;
