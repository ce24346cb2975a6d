//! testkit

pub use tongguan_private_postgres as postgres;
