//! Tiles.

use std::collections::BTreeMap;

use tongguan_transparency::hash::Hash;
use tongguan_transparency::tile::{AskedTile, Tile, WIDTH};
use tongguan_transparency::tree::{Frontier, Node};

use super::Grown;

#[test]
fn every_node_is_computed_from_the_tile_that_keeps_it() {
    let grown = Grown::to(1_100);
    let mut tiles = BTreeMap::<Tile, Vec<Hash>>::new();
    let mut frontier = Frontier::default();
    for leaf in &grown.leaves {
        frontier.append(*leaf, &mut |node, hash| {
            let Some((tile, at)) = Tile::keeping(node) else { return };
            let hashes = tiles.entry(tile).or_default();
            assert_eq!(hashes.len(), at, "{tile:?}: hashes come in order");
            hashes.push(hash);
        });
    }
    for (tile, hashes) in &tiles {
        assert_eq!(tile.width(1_100), u64::try_from(hashes.len()).unwrap(), "{tile:?}");
    }
    assert_eq!(tiles.len(), 5 + 1, "four full ones, the edge, and one above");
    for (node, hash) in &grown.nodes {
        let tile = Tile::of(*node);
        assert_eq!(tile.node(*node, &tiles[&tile]), Some(*hash), "{node:?}");
    }
    let edge = Tile { level: 0, index: 4 };
    let behind = Node { level: 0, index: 1_100 };
    assert_eq!(edge.node(behind, &tiles[&edge]), None);
    let incomplete = Node { level: 7, index: 8 };
    assert_eq!(edge.node(incomplete, &tiles[&edge]), None);
}

#[test]
fn widths_are_those_of_the_specification() {
    let width = |level, index, size| Tile { level, index }.width(size);
    assert_eq!((width(0, 272, 70_000), width(0, 273, 70_000)), (WIDTH, 112));
    assert_eq!((width(1, 0, 70_000), width(1, 1, 70_000)), (WIDTH, 17));
    assert_eq!((width(2, 0, 70_000), width(2, 1, 70_000), width(3, 0, 70_000)), (1, 0, 0));
    assert_eq!((width(0, 0, 256), width(1, 0, 256)), (WIDTH, 1));
    assert_eq!(width(7, u64::MAX, u64::MAX), 0);
}

#[test]
fn a_tile_has_one_address() {
    let asked = |level, index, width| AskedTile { tile: Tile { level, index }, width };
    for (path, tile) in [
        ("0/000", asked(0, 0, 256)),
        ("1/067", asked(1, 67, 256)),
        ("0/x001/x234/067", asked(0, 1_234_067, 256)),
        ("0/x001/000.p/1", asked(0, 1_000, 1)),
        ("7/999.p/255", asked(7, 999, 255)),
    ] {
        assert_eq!(AskedTile::parse(path), Some(tile), "{path}");
        assert_eq!(tile.to_string(), path);
    }
    for none in [
        "",
        "0",
        "0/",
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "8/000",
        "x/000",
        "0/x000/001",
        "0/001/002",
        "0/x01/002",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/+01",
        "0/x001/234/",
        "0/x999/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(AskedTile::parse(none), None, "{none}");
    }
}
