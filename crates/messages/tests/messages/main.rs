//! Tests of the messages from outside the crate.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod consolidation;
mod dxp;
mod dxp_nodes;
mod export;
mod faults;
mod findings;
mod golden;
mod json;
mod mutants;
mod official;
mod responses;
mod robustness;
mod round_trip;
mod support;
mod tolerances;
mod zone;
