//! The nodes of a tree, and what a new leaf completes. A node over a whole number of leaves never changes again;
//! everything else is computed from such nodes.

use crate::hash::Hash;

/// A complete node (完整节点): over the leaves from `index << level` on, `1 << level` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// How far above the leaves, which are at 0.
    pub level: u8,
    /// Which of its level, from 0.
    pub index: u64,
}

/// The right edge of a tree (前沿): what is needed to go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// The complete nodes that the tree consists of, the largest first.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Of a tree of so many leaves; `read` gives its complete nodes.
    ///
    /// # Errors
    /// What `read` gives.
    pub fn read<E>(size: u64, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Self, E> {
        let mut hashes = Vec::new();
        for level in (0..64_u8).rev().filter(|level| size >> level & 1 == 1) {
            hashes.push(read(Node { level, index: (size >> level) - 1 })?);
        }
        Ok(Self { size, hashes })
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Puts a leaf behind the others; `complete` hears of each node that it completes, itself first.
    pub fn append(&mut self, leaf: Hash, complete: &mut impl FnMut(Node, Hash)) {
        let (mut hash, mut level) = (leaf, 0_u8);
        complete(Node { level, index: self.size }, hash);
        while self.size >> level & 1 == 1 {
            let Some(left) = self.hashes.pop() else { break };
            hash = Hash::of_node(&left, &hash);
            level += 1;
            complete(Node { level, index: self.size >> level }, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// The head of the tree.
    pub fn root(&self) -> Hash {
        let mut from_right = self.hashes.iter().rev();
        let Some(last) = from_right.next() else { return Hash::of_nothing() };
        from_right.fold(*last, |right, left| Hash::of_node(left, &right))
    }
}
