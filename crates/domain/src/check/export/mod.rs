//! Checks of export documents.

mod declaration;
mod movement;
pub mod return_rules;
mod returns;
pub mod rules;
#[cfg(test)]
mod tests;
mod trade;

pub use declaration::check_export;
pub use movement::{check_arrival, check_departure, check_master_bill};
pub use returns::{check_export_return, check_return_tally};
pub use trade::{check_collection, check_export_order, check_export_waybill};

use jiff::civil::Date;
use tongguan_codelists::Pack;

/// The law and the code tables, as of a day.
#[derive(Debug, Clone, Copy)]
pub struct Law<'p> {
    /// The pack.
    pub pack: &'p Pack,
    /// The day.
    pub day: Date,
}
