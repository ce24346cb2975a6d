//! The tree as it is stored: its tiles, read when a node of them is asked for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tongguan_storage::{LogTileRow, View};
use tongguan_transparency::hash::Hash;
use tongguan_transparency::tile::Tile;
use tongguan_transparency::tree::Node;

use super::{LogError, row_number};

/// Tiles that were read.
#[derive(Debug, Default)]
pub(super) struct Tiles(BTreeMap<Tile, Vec<Hash>>);

impl Tiles {
    /// A node of the tree.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where its tile does not hold it.
    pub(super) fn node(&mut self, view: &mut View<'_>, node: Node) -> Result<Hash, LogError> {
        let tile = Tile::of(node);
        let hashes = self.read(view, tile)?;
        tile.node(node, hashes).ok_or(damaged(tile))
    }

    /// The hashes of a tile; none where there is no such tile.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn read(&mut self, view: &mut View<'_>, tile: Tile) -> Result<&Vec<Hash>, LogError> {
        match self.0.entry(tile) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let row = view.log_tiles(&[(tile.level.into(), row_number(tile.index))])?.pop();
                let hashes = row.map(|row| hashes_of(&row).ok_or(damaged(tile))).transpose()?;
                Ok(unknown.insert(hashes.unwrap_or_default()))
            }
        }
    }

    /// Puts a hash at its place in a tile, behind those that are there.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where those are not as many as they must be.
    pub(super) fn put(&mut self, (tile, at): (Tile, usize), hash: Hash) -> Result<(), LogError> {
        let hashes = self.0.entry(tile).or_default();
        if hashes.len() != at {
            return Err(damaged(tile));
        }
        hashes.push(hash);
        Ok(())
    }

    /// The row of a tile.
    pub(super) fn row(&self, tile: Tile) -> LogTileRow {
        let n = row_number(tile.index);
        let hashes = self.0.get(&tile).into_iter().flatten();
        LogTileRow {
            bucket: LogTileRow::bucket_of(n),
            level: tile.level.into(),
            n,
            hashes: hashes.flat_map(|hash| hash.0).collect(),
        }
    }
}

/// The hashes of a row, where they are whole ones.
pub(super) fn hashes_of(row: &LogTileRow) -> Option<Vec<Hash>> {
    row.hashes.chunks(Hash::LENGTH).map(Hash::from_bytes).collect()
}

const fn damaged(tile: Tile) -> LogError {
    LogError::Damaged { level: tile.level, index: tile.index }
}
