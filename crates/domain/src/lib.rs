//! What is right: the rules of clearing parcels, as functions of their arguments.
//!
//! No input or output, no clock, no randomness, no serialisation. Each module may use those above it
//! in this list; `cargo xtask tidy` checks it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`ids`], [`money`], [`quantity`], [`time`], [`person`], [`party`], [`mark`], [`defect`], [`status`] | shared vocabulary |
//! | [`registry`] | who may act, and in which role |
//! | [`official`] | the authorities' numbers and texts for faults and results |
//! | [`commerce`] | order, payment or collection, waybill, delivery |
//! | [`allowance`], [`guarantee`], [`tax_bill`], [`lane`] | accounts, bills, selectivity |
//! | [`declaration`] | what a declarant says, and where the declaration stands |
//! | [`movement`] | how exported parcels arrive, travel and leave |
//! | [`quarantine`] | whether exported goods may enter the supervised place |
//! | [`transit`] | how released exports travel to the port under seal |
//! | [`cancellation`], [`returns`] | undoing a declaration, goods that come back |
//! | [`consolidation`] | export declarations merged into formal ones |
//! | [`facility`] | what entered a customs-controlled place |
//! | [`facts`] | what is kept of each document |
//! | [`bonded`] | account books of bonded goods, and their stock |
//! | [`check`] | single-document checks |
//! | [`readmission`] | exported goods that come back: whether they may, and where their return stands |
//! | [`positive_list`] | which goods may be imported at retail |
//! | [`matching`] | the three-document match |
//! | [`evidence`] | what platforms hand over of a payment, against order and payment document |
//! | [`listing`] | an export list made from order, waybill and registered goods |
//! | [`filing`] | what enterprises file, and where each filing stands |
//! | [`formal`] | formal declarations, which closed exports are consolidated into |
//! | [`settlement`] | what a return leaves of a release |
//! | [`tax`] | what an import pays: limits, regime, duty, consumption tax, value-added tax, terms |

pub mod access;
pub mod allowance;
pub mod bonded;
pub mod cancellation;
pub mod check;
pub mod commerce;
pub mod consolidation;
pub mod declaration;
pub mod defect;
pub mod evidence;
pub mod facility;
pub mod facts;
pub mod filing;
pub mod formal;
pub mod guarantee;
pub mod ids;
pub mod lane;
pub mod listing;
pub mod mark;
pub mod matching;
pub mod money;
pub mod month;
pub mod movement;
pub mod official;
pub mod party;
pub mod person;
pub mod place;
pub mod positive_list;
pub mod quantity;
pub mod quarantine;
pub mod readmission;
pub mod registry;
pub mod returns;
pub mod settlement;
pub mod statistics;
pub mod status;
pub mod tax;
pub mod tax_bill;
#[cfg(test)]
mod tests;
pub mod time;
pub mod transit;
