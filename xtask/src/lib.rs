//! Tasks of the workspace itself, run as `cargo xtask TASK`.
//!
//! A library as well as a binary, so that `cargo test -p xtask` runs the checks over the real tree.
//! Knows nothing of the product's own code: it reads files, never calls them.

pub mod layers;
pub mod tidy;
