//! The tree, its proofs and its notes, held to their laws.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod notes;
mod proofs;
mod tiles;

use std::convert::Infallible;

use tongguan_transparency::hash::Hash;
use tongguan_transparency::tree::{Frontier, Node};

/// A tree, and every complete node of it.
struct Grown {
    leaves: Vec<Hash>,
    nodes: std::collections::HashMap<Node, Hash>,
    /// The head of each size, from none on.
    roots: Vec<Hash>,
}

impl Grown {
    fn to(size: u64) -> Self {
        let leaves: Vec<_> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let (mut nodes, mut frontier) = (std::collections::HashMap::new(), Frontier::default());
        let mut roots = vec![frontier.root()];
        for leaf in &leaves {
            frontier.append(*leaf, &mut |node, hash| {
                assert_eq!(nodes.insert(node, hash), None, "{node:?} was complete");
            });
            roots.push(frontier.root());
        }
        Self { leaves, nodes, roots }
    }

    fn read(&self) -> impl FnMut(Node) -> Result<Hash, Infallible> {
        |node| Ok(*self.nodes.get(&node).unwrap_or_else(|| panic!("{node:?} is not complete")))
    }

    fn root(&self, size: u64) -> Hash {
        self.roots[usize::try_from(size).unwrap()]
    }

    fn leaf(&self, index: u64) -> Hash {
        self.leaves[usize::try_from(index).unwrap()]
    }
}
