//! Tests of the messages from outside the crate.

mod golden;
mod mutants;
mod official;
mod support;
