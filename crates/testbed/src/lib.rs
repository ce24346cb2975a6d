//! What tests stand on: a private PostgreSQL server and the wire to it, a disk that forgets what was not
//! synced, and a bucket that misbehaves.
//!
//! A crate of its own, below `storage`, because the tests of `storage` need it and `testkit` is built
//! on `storage`. `testkit` passes its modules on.

pub mod bucket;
pub mod disk;
pub mod postgres;
