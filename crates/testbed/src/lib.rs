//! What tests stand on: a private PostgreSQL server and the wire to it, and a disk that forgets what was
//! not synced.
//!
//! A crate of its own, below `storage`, because the tests of `storage` need it and `testkit` is built
//! on `storage`. `testkit` passes both modules on.

pub mod disk;
pub mod postgres;
