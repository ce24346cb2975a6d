//! The verifiable log (可验证日志): a Merkle tree that whoever holds two of its heads can hold its keeper to.
//!
//! Hashes and proofs are those of RFC 9162, section 2.1; tiles, checkpoints, notes and cosignatures those of the
//! C2SP specifications, so that programs of others follow the log as they follow any. Nothing here reads a clock,
//! draws a random number or keeps anything: a tree is asked for through a function that gives its nodes.
//!
//! | module | what it holds |
//! |---|---|
//! | [`hash`] | the hash of a leaf, of a node, of nothing |
//! | [`tree`] | which nodes there are, and what a leaf completes |
//! | [`tile`] | nodes by the 256, as they are kept and published |
//! | [`proof`] | that a leaf is in a tree, that a tree goes on from an earlier one, and whether that is so |
//! | [`commitment`] | how a leaf commits to what it tells of without telling it |
//! | [`note`] | signed texts, and the keys that sign them |
//! | [`checkpoint`] | heads of the tree, signed by the log and by its witnesses |
//! | [`witness`] | what a log asks of a witness, and what a witness answers |
//! | [`bundle`] | everything that proves one response, in one file |

pub mod bundle;
pub mod checkpoint;
pub mod commitment;
pub mod hash;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tree;
pub mod witness;
