//! Requests to cancel a declaration that was lodged.

mod export;

pub use export::ExportCancellation;
