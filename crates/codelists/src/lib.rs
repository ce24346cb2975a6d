//! Rules as data: dated code tables and the tax pack, looked up "as of" a day.
//!
//! Pure: no input or output, no clock. Law changes by adding a row, never by changing code, so every
//! row carries its validity, its source and how sure we are of it. A [`Pack`] is an immutable set of
//! all tables with a digest; the built-in one comes from `data/*.tsv`, and [`Pack::overlay`] lays
//! rows of the operator's own (from a file or a database) over it.
//!
//! # Adding a table
//! 1. Write a type for its own columns in `entries/` and implement [`Entry`] for it.
//! 2. Add its line to `tables!` in `pack.rs` and its file to `data/`.
//! 3. Give it a typed look-up in `lookup.rs`, or beside it where a matter has several (`returning.rs`).
//!
//! The tests then read the built-in file without defects and check that writing and reading agree.

mod cells;
mod diff;
pub mod entries;
mod hs;
mod lookup;
mod pack;
mod retention;
mod returning;
mod row;
pub mod text;

pub use cells::Cells;
pub use diff::{Change, Conflict, Diff};
pub use hs::{HsCode, HsLine, NotAnHsCode};
pub use lookup::{AllowanceYear, Limits};
pub use pack::{Digest, Pack, Row, Table};
pub use retention::{KeptUntil, RecordClass};
pub use row::{Confidence, Dated, Entry, RowId, Validity};
