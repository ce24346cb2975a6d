//! Proofs (RFC 9162, sections 2.1.3 and 2.1.4): made from the nodes of a tree, and verified by whoever has no more
//! than heads.

use crate::hash::Hash;
use crate::tree::Node;

/// A proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// Which.
        index: u64,
        /// Of how many.
        size: u64,
    },
    /// A tree does not go on from a larger one.
    #[error("a tree of {new} leaves does not go on from one of {old}")]
    Shrunk {
        /// The earlier size.
        old: u64,
        /// The later.
        new: u64,
    },
    /// Its hashes are too many or too few.
    #[error("the proof has {hashes} hashes, which is not how many it needs")]
    Length {
        /// How many.
        hashes: usize,
    },
    /// It leads to another head.
    #[error("the proof leads to another head than the one that was signed")]
    OtherRoot,
    /// It leads to another head of the earlier tree.
    #[error(
        "the proof leads to another earlier head: the log was rewritten, or the heads are of two logs"
    )]
    OtherOldRoot,
}

/// The head of the tree of the first `size` leaves; `read` gives complete nodes.
///
/// # Errors
/// What `read` gives.
pub fn root<E>(size: u64, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    match size {
        0 => Ok(Hash::of_nothing()),
        size => subtree(0, size, read),
    }
}

/// What proves that leaf `index` is in the tree of the first `size` leaves (包含证明), from the leaf up. There must
/// be such a leaf.
///
/// # Errors
/// What `read` gives.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while end.saturating_sub(start) > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(subtree(middle, end, read)?);
            end = middle;
        } else {
            path.push(subtree(start, middle, read)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// What proves that the tree of `new` leaves goes on from that of `old` (一致性证明), which must not be larger.
///
/// # Errors
/// What `read` gives.
pub fn consistency<E>(
    old: u64,
    new: u64,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old == 0 || old >= new {
        return Ok(Vec::new());
    }
    let (mut start, mut end, mut is_known, mut path) = (0, new, true, Vec::new());
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(subtree(middle, end, read)?);
            end = middle;
        } else {
            path.push(subtree(start, middle, read)?);
            (start, is_known) = (middle, false);
        }
    }
    if !is_known {
        path.push(subtree(start, end, read)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether a leaf is in the tree of that head (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// [`ProofError`] says why not.
pub fn verify_inclusion(
    leaf: &Hash,
    (index, size): (u64, u64),
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let wrong = ProofError::Length { hashes: path.len() };
    let (mut at, mut last, mut reached) = (index, size - 1, *leaf);
    for hash in path {
        if last == 0 {
            return Err(wrong);
        }
        if at & 1 == 1 || at == last {
            reached = Hash::of_node(hash, &reached);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            reached = Hash::of_node(&reached, hash);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match (last, reached == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::OtherRoot),
        _ => Err(wrong),
    }
}

/// Whether a tree goes on from an earlier one (RFC 9162, section 2.1.4.2); from one without leaves every tree does.
///
/// # Errors
/// [`ProofError`] says why not.
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    path: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    let wrong = ProofError::Length { hashes: path.len() };
    if old == 0 || old == new {
        let is_same = match old {
            0 => *old_root == Hash::of_nothing(),
            _ => old_root == new_root,
        };
        return match (path, is_same) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::OtherOldRoot),
            _ => Err(wrong),
        };
    }
    // A tree that is complete is its own first node, and is not sent.
    let given = path.iter().copied();
    let mut hashes = old.is_power_of_two().then_some(*old_root).into_iter().chain(given);
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let first = hashes.next().ok_or(wrong)?;
    let (mut from_old, mut from_new) = (first, first);
    for hash in hashes {
        if last == 0 {
            return Err(wrong);
        }
        if at & 1 == 1 || at == last {
            from_old = Hash::of_node(&hash, &from_old);
            from_new = Hash::of_node(&hash, &from_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            from_new = Hash::of_node(&from_new, &hash);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match last {
        0 if from_old != *old_root => Err(ProofError::OtherOldRoot),
        0 if from_new != *new_root => Err(ProofError::OtherRoot),
        0 => Ok(()),
        _ => Err(wrong),
    }
}

/// The hash over the leaves from `start` to `end`, which a tree is split at.
fn subtree<E>(
    start: u64,
    end: u64,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let leaves = end - start;
    if leaves.is_power_of_two() {
        let level = leaves.trailing_zeros();
        return read(Node { level: u8::try_from(level).unwrap_or(63), index: start >> level });
    }
    let middle = start + split(leaves);
    let left = subtree(start, middle, read)?;
    Ok(Hash::of_node(&left, &subtree(middle, end, read)?))
}

/// The largest power of two that is less than `leaves`, of which there are at least two.
const fn split(leaves: u64) -> u64 {
    1 << (63 - (leaves - 1).leading_zeros())
}
