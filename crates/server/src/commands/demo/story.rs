//! Parcels by how they ended and why.

use comfy_table::{Table, presets};
use serde::Serialize;

/// Parcels that ended with one status.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// 回执状态.
    pub status: i32,
    /// What it means.
    pub meaning: &'static str,
    /// How many.
    pub parcels: u64,
}

/// Parcels that ended with one status for one reason.
#[derive(Debug, Serialize)]
pub struct Story {
    /// 回执状态.
    pub status: i32,
    /// What it means.
    pub meaning: &'static str,
    /// Why.
    pub reason: String,
    /// How many.
    pub parcels: u64,
    /// How many of them had to end so.
    pub as_expected: u64,
}

/// A parcel that ended otherwise than it must.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// 订单编号; the month, where it is about the consolidation.
    pub order_no: String,
    /// What it should have shown.
    pub reason: &'static str,
    /// What had to become of it.
    pub expected: String,
    /// What did.
    pub found: String,
}

/// The last status of a declaration that was never answered, because its message could not be read.
pub const NEVER_ANSWERED: i32 = 900;

impl Outcome {
    /// Parcels that ended with a status, which means `meaning`.
    pub fn of((status, parcels): (i32, u64), meaning: fn(i32) -> &'static str) -> Self {
        Self { status, meaning: meaning(status), parcels }
    }
}

impl Story {
    /// The same for one reason, with how many of them had to end so.
    pub fn of(
        ((status, reason), (parcels, as_expected)): ((i32, String), (u64, u64)),
        meaning: fn(i32) -> &'static str,
    ) -> Self {
        Self { status, meaning: meaning(status), reason, parcels, as_expected }
    }
}

/// Stories as a table.
pub fn table(stories: &[Story]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["parcels", "outcome", "reason", ""]);
    for Story { status, meaning, reason, parcels, as_expected } in stories {
        table.add_row([
            parcels.to_string(),
            format!("{status} {meaning}"),
            reason.clone(),
            match parcels - as_expected {
                0 => "as it must be".to_owned(),
                wrong => format!("{wrong} OTHERWISE"),
            },
        ]);
    }
    table
}

/// What a status of an import means.
pub const fn meaning(status: i32) -> &'static str {
    match status {
        NEVER_ANSWERED => "message unreadable",
        1 => "stored",
        2 => "waiting for documents",
        100 => "refused",
        300 => "in review",
        399 => "waiting for guarantee",
        500 => "under examination",
        501..=599 => "detained",
        600 => "suspended",
        700 => "shipped back",
        800 => "released",
        899 => "closed",
        ..=-1 => "not accepted",
        _ => "on its way",
    }
}
