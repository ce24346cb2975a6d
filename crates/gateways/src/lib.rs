//! The outside world: implementations of the application's ports, and the ways in and out.
//!
//! | module | what it reaches |
//! |---|---|
//! | [`collector`] | where OpenTelemetry hands traces over |
//! | [`folder`] | a folder where files are dropped, and one where answers appear |
//! | [`identity`] | a stand-in for the register of identities |
//! | [`provider`] | providers of identity |
//! | [`s3`] | a bucket of a store of objects, where archived months lie |
//! | [`upstream`] | the window that messages are relayed to |
//! | [`webhook`] | addresses that events are posted to |
//! | [`witness`] | authorities that sign heads of the verifiable log |

mod client;
pub mod collector;
pub mod folder;
pub mod identity;
pub mod provider;
pub mod s3;
pub mod upstream;
pub mod webhook;
pub mod witness;
