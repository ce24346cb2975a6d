//! testkit

pub use tongguan_testbed::{disk, postgres};
