//! The product as an outsider sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::inconsistent_digit_grouping, reason = "yuan and fen: 5000_00")]

mod allowance;
mod arrival;
mod bonded;
mod cancellation_rulings;
mod cancellations;
mod changes;
mod clearing;
mod closing;
mod collections;
mod consolidation;
mod consolidation_races;
mod delegates;
mod due;
mod engines;
mod envelope;
mod examination;
mod export_faults;
mod export_returns;
mod exported_month;
mod exports;
mod facility;
mod faults;
mod guarantee;
mod lanes;
mod lodging_faults;
mod lost_commits;
mod movement;
mod movement_order;
mod not_departed;
mod not_taken;
mod numbers;
mod pages;
mod parcels;
mod quantities;
mod quarantine;
mod repetition;
mod repetition_exports;
mod return_faults;
mod return_orders;
mod returns;
mod sums;
mod support;
mod texts;
mod transit;
mod unmasking;
mod waiting;
mod webhooks;
mod withdrawal;
mod zone;
mod zone_desk;
mod zone_officers;
mod zone_repetition;
mod zone_short;
