//! Proofs.

use proptest::prelude::*;
use tongguan_transparency::hash::Hash;
use tongguan_transparency::proof::{
    ProofError, consistency, inclusion, root, verify_consistency, verify_inclusion,
};
use tongguan_transparency::tree::Frontier;

use super::Grown;

/// How large trees are that are looked at in every way.
const EVERY: u64 = 70;

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn heads_are_those_that_other_logs_compute() {
    // The leaves and roots that logs of certificates test with (RFC 6962, which RFC 9162 follows).
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex(&frontier.root()), nothing);
    for (leaf, root) in leaves.iter().zip(roots) {
        frontier.append(Hash::of_leaf(leaf), &mut |_, _| {});
        assert_eq!(hex(&frontier.root()), root, "{} leaves", frontier.size());
    }
}

#[test]
fn a_tree_goes_on_from_what_was_kept_of_it() {
    let grown = Grown::to(300);
    for size in [0, 1, 2, 3, 7, 8, 255, 256, 257, 299] {
        let mut frontier = Frontier::read(size, &mut grown.read()).unwrap();
        assert_eq!(frontier.root(), grown.root(size));
        assert_eq!(root(size, &mut grown.read()).unwrap(), grown.root(size));
        frontier.append(grown.leaf(size), &mut |_, _| {});
        assert_eq!((frontier.size(), frontier.root()), (size + 1, grown.root(size + 1)));
    }
}

#[test]
fn every_leaf_is_proved_in_every_tree_and_no_other_leaf_is() {
    let grown = Grown::to(EVERY);
    for size in 1..=EVERY {
        for index in 0..size {
            let path = inclusion(index, size, &mut grown.read()).unwrap();
            let (leaf, root) = (grown.leaf(index), grown.root(size));
            assert_eq!(verify_inclusion(&leaf, (index, size), &path, &root), Ok(()));
            let other = grown.leaf((index + 1) % EVERY);
            assert_ne!(verify_inclusion(&other, (index, size), &path, &root), Ok(()));
            for at in 0..path.len() {
                let mut missing = path.clone();
                missing.remove(at);
                assert_ne!(verify_inclusion(&leaf, (index, size), &missing, &root), Ok(()));
                let mut changed = path.clone();
                changed[at].0[at % 32] ^= 1;
                let refused = verify_inclusion(&leaf, (index, size), &changed, &root);
                assert_eq!(refused, Err(ProofError::OtherRoot));
            }
            let longer = [path.clone(), vec![root]].concat();
            assert_ne!(verify_inclusion(&leaf, (index, size), &longer, &root), Ok(()));
            let elsewhere = (index + 1) % size;
            if elsewhere != index {
                assert_ne!(verify_inclusion(&leaf, (elsewhere, size), &path, &root), Ok(()));
            }
        }
    }
}

#[test]
fn a_leaf_behind_the_end_is_in_no_tree() {
    let grown = Grown::to(4);
    let refused = verify_inclusion(&grown.leaf(3), (4, 4), &[], &grown.root(4));
    assert_eq!(refused, Err(ProofError::NoSuchLeaf { index: 4, size: 4 }));
    let nothing = verify_inclusion(&grown.leaf(0), (0, 0), &[], &grown.root(0));
    assert_eq!(nothing, Err(ProofError::NoSuchLeaf { index: 0, size: 0 }));
}

#[test]
fn every_tree_goes_on_from_every_earlier_one_and_from_no_other() {
    let grown = Grown::to(EVERY);
    for new in 0..=EVERY {
        for old in 0..=new {
            let path = consistency(old, new, &mut grown.read()).unwrap();
            let (before, after) = (grown.root(old), grown.root(new));
            assert_eq!(verify_consistency((old, &before), (new, &after), &path), Ok(()));
            let mut other = before;
            other.0[0] ^= 1;
            assert_ne!(verify_consistency((old, &other), (new, &after), &path), Ok(()));
            let mut other = after;
            other.0[31] ^= 128;
            let refused = verify_consistency((old, &before), (new, &other), &path);
            assert_eq!(refused.is_ok(), old == 0, "{old} {new}: from nothing everything goes on");
            for at in 0..path.len() {
                let mut changed = path.clone();
                changed[at].0[at % 32] ^= 1;
                assert_ne!(verify_consistency((old, &before), (new, &after), &changed), Ok(()));
                let mut missing = path.clone();
                missing.remove(at);
                assert_ne!(verify_consistency((old, &before), (new, &after), &missing), Ok(()));
            }
        }
    }
    let shrunk = verify_consistency((2, &grown.root(2)), (1, &grown.root(1)), &[]);
    assert_eq!(shrunk, Err(ProofError::Shrunk { old: 2, new: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_leaves_that_are_swapped_give_another_head(size in 2_u64..400, a in 0_u64..400, b in 0_u64..400) {
        let (a, b) = (a % size, b % size);
        prop_assume!(a != b);
        let grown = Grown::to(size);
        let mut leaves = grown.leaves.clone();
        leaves.swap(usize::try_from(a).unwrap(), usize::try_from(b).unwrap());
        let mut frontier = Frontier::default();
        leaves.iter().for_each(|leaf| frontier.append(*leaf, &mut |_, _| {}));
        prop_assert_ne!(frontier.root(), grown.root(size));
    }

    #[test]
    fn no_bytes_make_a_verifier_panic(
        (index, size) in (any::<u64>(), any::<u64>()),
        path in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let path: Vec<_> = path.into_iter().map(Hash).collect();
        let hash = Hash([1; 32]);
        prop_assert!(verify_inclusion(&hash, (index, size), &path, &hash).is_err() || size == 1);
        let _ = verify_consistency((index, &hash), (size, &hash), &path);
    }
}
