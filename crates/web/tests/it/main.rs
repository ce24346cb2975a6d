//! The routes, without a network: requests go straight into the router.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod audit;
mod bills;
mod board;
mod bonded;
mod case;
mod cases;
mod consolidation;
mod customs;
mod declarations;
mod enterprise;
mod evidence;
mod filings;
mod fixture;
mod gate;
mod guarantees;
mod hardening;
mod interface;
mod open_pages;
mod own_account;
mod parameters;
mod passkeys;
mod past;
mod permissions;
mod pictures;
mod problem_pages;
mod providers;
mod queue;
mod relay;
mod retention;
mod signing_in;
mod system;
mod trace;
mod tracking;
mod unmasking;
mod waiting;
