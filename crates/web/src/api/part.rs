//! Parts of an address and of its query, by other names: a description of an operation has words of its own called
//! `Path` and `Query`.

pub use crate::part::{Path as Part, Query as Asked};
