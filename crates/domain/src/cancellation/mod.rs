//! Requests to cancel a declaration (撤销申请单): asked for after lodging, decided by its state.

mod export;
mod import;

pub use export::ExportCancellation;
pub use import::CancellationRequest;
