//! The registry (企业备案): who may take part, in which roles, and with what guarantee.
//!
//! A registry file is read into typed [`Entry`]s, every defect of it with its line; then the entries
//! are compared with what is registered ([`compare`]) and written ([`import`]) in one transaction. A
//! party is found by any of its codes, so it stays one party, with one id, whichever code a document or
//! a file names it by.
//!
//! | step | file |
//! |---|---|
//! | read TOML or CSV | [`mod@file`] |
//! | load what is registered | `registered` |
//! | decide what changes, and say it | `plan`, `report` |
//! | write it | `import` |
//! | whose supervised places are | `place` |
//! | raise or lower one guarantee | `guarantee` |
//! | bring one party up to date with what was filed | `amend` |
//! | look parties up in decisions | `snapshot` |
//! | say whose key may declare | `delegate` |

mod amend;
mod defect;
mod delegate;
mod entry;
pub mod file;
mod guarantee;
mod import;
mod place;
mod plan;
mod registered;
mod report;
#[cfg(test)]
pub(crate) mod sample;
mod snapshot;
#[cfg(test)]
mod tests;

pub(crate) use amend::{Conflict, amend, conflict, nothing_of};
pub use delegate::{KeyRefused, Signed, delegates, sign_for};
pub use entry::{Entry, Grant, exact_money};
pub use guarantee::{GrantError, Regranted, change_granted};
pub use import::{ImportError, compare, compare_with_nothing, import, import_file};
pub use place::{PlaceEntry, places};
pub use registered::{Registered, fingerprint, last_day, registered, standing_name};
pub use report::{Change, FieldChange, ImportReport, PartyReport, PlaceReport};
pub use snapshot::{guarantees, snapshot};
pub use tongguan_storage::{CertificateRow, Guarantee};
