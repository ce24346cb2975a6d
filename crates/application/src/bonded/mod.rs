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

use std::time::Duration;

use tongguan_storage::Backoff;

pub use events::{ZoneDone, ZoneEvent, zone_events};
pub use lists::{
    By, ListError, ListKey, ListRecord, NamedBy, PassRecord, bonded_lists, gate_pass, lodge_list,
    passes_of_lists, take_list_step,
};
pub use moving::{Counted, ManualMove, MoveError, StockTake, move_stock, take_stock};
pub use register::{RegisterError, open_book, register_items};
pub use report::{ItemReport, ReportError, report};

/// How often a change is tried that meets others: on SQLite each try waits five seconds for whoever writes, and
/// on PostgreSQL two that lock each other's rows are parted.
const PATIENCE: Backoff =
    Backoff { attempts: 3, first: Duration::from_millis(5), longest: Duration::from_secs(1) };
