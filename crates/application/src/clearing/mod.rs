//! Clearing parcels: one batch of documents, loaded, decided, written and committed.
//!
//! | step | file |
//! |---|---|
//! | what comes in | [`incoming`], in a [`batch`] |
//! | load what the batch names | `load`; from what of a guarantee it holds: `holding` |
//! | decide, purely | `fold`: [`decide`] over a [`working_set`] |
//! | write, coalesced per table | [`write`](mod@write) |
//! | commit | [`engine`] |

pub mod batch;
pub mod consolidation;
pub mod decide;
pub mod engine;
pub mod export_return;
mod fold;
mod holding;
pub mod incoming;
mod load;
pub mod outcome;
pub mod record;
pub mod relay;
mod reserve;
pub mod rows;
pub mod settings;
mod windows;
pub mod working_set;
pub mod write;
pub mod zone;

pub use record::DocumentKind;
