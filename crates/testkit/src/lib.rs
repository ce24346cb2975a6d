//! The whole product in one process, for tests, the demonstration and the benchmark.
//!
//! | module | what it holds |
//! |---|---|
//! | [`world`] | the product with a clock that stands still |
//! | [`audit`] | what must agree in it at any time |
//! | [`answers`] | what its responses say |
//! | [`cast`] | made-up enterprises that sign |
//! | [`registration`] | the same as a registry file |
//! | [`parcels`] | made-up parcels and their messages |
//! | [`exports`], [`returned`] | made-up exported parcels, and what comes back of them |
//! | [`consolidation`] | requests to consolidate, and their results |
//! | [`exported_month`] | a made-up month of exports |
//! | [`bonded`] | a made-up account book, and parcels of the goods under it |
//! | [`exports`], [`facility`] | made-up exported parcels, and entries into a supervised place |
//! | [`traffic`] | many parcels with a share of every fault |
//! | [`receiver`] | a receiver of webhooks |
//! | [`platform`] | a platform that is asked for payment evidence |
//! | [`provider`] | a provider of identity |
//! | [`clock`] | the clock |

pub mod answers;
pub mod audit;
pub mod bonded;
pub mod cast;
pub mod clock;
pub mod consolidation;
pub mod exported_month;
pub mod exports;
pub mod facility;
pub mod parcels;
pub mod platform;
pub mod provider;
pub mod receiver;
pub mod registration;
pub mod requests;
pub mod returned;
pub mod traffic;
pub mod witness;
pub mod world;

pub use tongguan_testbed::{bucket, disk, postgres};
