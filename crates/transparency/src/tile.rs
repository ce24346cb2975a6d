//! Tiles (瓦片; C2SP tlog-tiles): the hashes of a tree by the 256, as they are kept and published.
//!
//! A tile of level *l* holds nodes of level 8 *l*; those between are hashed from them. Tiles on the right edge are
//! partial and grow.

use std::fmt;

use crate::hash::Hash;
use crate::tree::Node;

/// The hashes that a full tile holds.
pub const WIDTH: u64 = 256;
/// The levels of nodes that a tile spans.
const HEIGHT: u8 = 8;
/// The highest level of tiles that 2^63 leaves need.
const HIGHEST: u8 = 7;

/// A tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Its level, from 0: its hashes are nodes of eight times this level.
    pub level: u8,
    /// Which of its level, from 0.
    pub index: u64,
}

/// A tile as somebody asks for it: whole, or its first hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedTile {
    /// Which.
    pub tile: Tile,
    /// How many hashes, from 1 to 256.
    pub width: u16,
}

impl Tile {
    /// The tile that keeps a node, and where in it; nothing for nodes between the levels of tiles.
    pub fn keeping(node: Node) -> Option<(Self, usize)> {
        let is_kept = node.level.is_multiple_of(HEIGHT);
        let tile = Self { level: node.level / HEIGHT, index: node.index / WIDTH };
        is_kept.then(|| (tile, usize::try_from(node.index % WIDTH).unwrap_or_default()))
    }

    /// The tile from which a node is computed.
    pub fn of(node: Node) -> Self {
        let above = node.level % HEIGHT;
        Self { level: node.level / HEIGHT, index: (node.index << above) / WIDTH }
    }

    /// How many hashes it has in a tree of that size, at most 256.
    pub fn width(self, size: u64) -> u64 {
        let shift = u32::from(self.level) * u32::from(HEIGHT);
        let nodes = size.checked_shr(shift).unwrap_or(0);
        nodes.saturating_sub(self.index.saturating_mul(WIDTH)).min(WIDTH)
    }

    /// A node, computed from the tile's hashes; nothing where they are too few.
    pub fn node(self, node: Node, hashes: &[Hash]) -> Option<Hash> {
        let above = node.level % HEIGHT;
        let first = usize::try_from((node.index << above) % WIDTH).ok()?;
        let mut row = hashes.get(first..first + (1 << above))?.to_vec();
        while row.len() > 1 {
            row = row
                .chunks_exact(2)
                .filter_map(|two| Some(Hash::of_node(two.first()?, two.get(1)?)))
                .collect();
        }
        row.pop()
    }
}

/// Where it is published, behind `tile/`: `0/x001/234` or `0/x001/234.p/7`.
impl fmt::Display for AskedTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tile { level, index } = self.tile;
        write!(f, "{level}/")?;
        let rests = (1..7).rev().map(|group| index / 1000_u64.pow(group));
        for rest in rests.filter(|rest| *rest > 0) {
            write!(f, "x{:03}/", rest % 1000)?;
        }
        write!(f, "{:03}", index % 1000)?;
        match u64::from(self.width) {
            WIDTH => Ok(()),
            width => write!(f, ".p/{width}"),
        }
    }
}

impl AskedTile {
    /// Reads where a tile is published, behind `tile/`; nothing for what is written in another way.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, number(width).filter(|it| (1..WIDTH).contains(it))?),
            None => (rest, WIDTH),
        };
        let mut groups = index.split('/').peekable();
        let mut number_of = 0_u64;
        while let Some(group) = groups.next() {
            let digits = match groups.peek() {
                Some(_) => group.strip_prefix('x')?,
                None => group,
            };
            let is_group = digits.len() == 3 && digits.bytes().all(|it| it.is_ascii_digit());
            let group = digits.parse::<u64>().ok().filter(|_| is_group)?;
            number_of = number_of.checked_mul(1000)?.checked_add(group)?;
        }
        let level =
            number(level).and_then(|it| u8::try_from(it).ok()).filter(|it| *it <= HIGHEST)?;
        let tile = Tile { level, index: number_of };
        let asked = Self { tile, width: u16::try_from(width).ok()? };
        // One tile has one address: no leading groups of zeros.
        (asked.to_string() == path).then_some(asked)
    }
}

/// A decimal number without leading zeros.
pub(crate) fn number(text: &str) -> Option<u64> {
    let is_number =
        text.bytes().all(|it| it.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_number.then(|| text.parse().ok()).flatten()
}
