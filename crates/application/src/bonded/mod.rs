//! Account books of bonded goods (账册): registered, moved by hand, counted, reported.
//!
//! What declarations draw and give back is decided in [`crate::clearing`]; what is here is done by command.
//! Each change is one transaction that locks the stock's row, so it may be made beside writers.

mod events;
pub mod file;
mod gate;
mod lists;
mod moving;
mod register;
mod report;

pub use events::{ZoneDone, ZoneEvent, zone_events};
pub use lists::{
    By, ListError, ListKey, ListRecord, NamedBy, PassRecord, bonded_lists, gate_pass, lodge_list,
    passes_of_lists, take_list_step,
};
pub use moving::{Counted, ManualMove, MoveError, StockTake, move_stock, take_stock};
pub use register::{RegisterError, open_book, register_items};
pub use report::{ItemReport, ReportError, report};
