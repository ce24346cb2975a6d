//! Everything that was logged, held against what is stored (全量核验): each leaf is computed anew from its row, and the
//! tree from its leaves.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tongguan_storage::seal::Keyring;
use tongguan_storage::stored::logged::{StoredRecord, decode_places};
use tongguan_storage::{LogRunRow, Partition, Store, View};
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::commitment::leaf;
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::Verifier;
use tongguan_transparency::tile::{Tile, WIDTH};
use tongguan_transparency::tree::{Frontier, Node};

use super::append::responses;
use super::finding::{Fault, Finding};
use super::record::{of_change, of_event};
use super::salts::AllSalts;
use super::source::{Place, Source, register_place};
use super::tiles::Tiles;
use super::{LogError, from_row, row_number};
use crate::retention::hold_to_statements;

/// Runs looked at in one view, which must not last.
const PAGE: i64 = 64;
/// So many findings are named; the others are counted.
const MOST_NAMED: usize = 1_000;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walked {
    /// How many leaves there are.
    pub size: u64,
    /// Of how many the record was hashed anew.
    pub checked: u64,
    /// Of how many the salt was destroyed: their hashes are part of the tree, and nothing is left to hold them to.
    pub forgotten: u64,
    /// How many erasures are stated, each signed by the log, and are as they are stated.
    pub erasures: u64,
    /// What is wrong, the first thousand.
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub more: u64,
    /// The heads that the tree was held to, by their sizes.
    pub heads: Vec<u64>,
}

impl Walked {
    /// Whether everything is as it was logged.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn note(&mut self, leaf: Option<u64>, fault: Fault) {
        match self.findings.len() < MOST_NAMED {
            true => self.findings.push(Finding { leaf, fault }),
            false => self.more += 1,
        }
    }
}

/// Walks through the whole log. `known` are heads that were seen before, to which the tree is held besides those that
/// are kept; `tell` hears of how many leaves it is done.
///
/// # Errors
/// [`LogError`]: the database could not be read, or a secret not opened.
pub fn walk(
    store: &Store,
    keyring: &Arc<Keyring>,
    known: &[SignedHead],
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Walked, LogError> {
    let (log, heads) =
        store.read(|view| Ok::<_, LogError>((view.verifiable_log()?, view.log_heads()?)))?;
    let Some(log) = log else { return Ok(Walked::default()) };
    let size = from_row(log.size);
    let mut walked = Walked { size, ..Walked::default() };
    let verifier = Verifier::parse(&log.verifier)?;
    let mut roots = BTreeMap::<u64, Vec<Hash>>::new();
    for head in known {
        roots.entry(head.checkpoint.size).or_default().push(head.checkpoint.root);
    }
    for row in heads {
        match SignedHead::open(&row.note, &verifier) {
            Ok(head) if row_number(head.checkpoint.size) == row.size => {
                roots.entry(head.checkpoint.size).or_default().push(head.checkpoint.root);
            }
            _ => walked.note(None, Fault::Unsigned(from_row(row.size))),
        }
    }
    walked.heads = roots.keys().copied().collect();
    store.read(|view| hold_to_statements(view, &verifier, &mut walked))?;
    for beyond in roots.range(size + 1..).map(|(size, _)| *size) {
        walked.note(None, Fault::Head(beyond));
    }
    let salts = AllSalts::new(Arc::clone(keyring));
    let (frontier, tiles) = (Frontier::default(), Tiles::default());
    let mut work =
        Work { salts, frontier, tiles, roots, last: HashMap::new(), size, next: 0, walked };
    work.hold_to_heads();
    let mut from = 0;
    loop {
        let done = store.read(|view| work.some(view, from))?;
        let Some(next) = done else { break };
        from = next;
        tell(work.next, size);
    }
    if work.next < size {
        work.walked.note(Some(work.next), Fault::Order);
    }
    Ok(work.walked)
}

struct Work {
    salts: AllSalts,
    frontier: Frontier,
    tiles: Tiles,
    /// What heads say of the trees of their sizes.
    roots: BTreeMap<u64, Vec<Hash>>,
    /// The last place that was logged of each source and partition.
    last: HashMap<(Source, Partition), i64>,
    size: u64,
    /// The next leaf.
    next: u64,
    walked: Walked,
}

impl Work {
    /// Some runs; gives where the next ones begin, nothing where there are none.
    fn some(&mut self, view: &mut View<'_>, from: i64) -> Result<Option<i64>, LogError> {
        let runs = view.log_runs_from(from, PAGE)?;
        let Some(last) = runs.last() else { return Ok(None) };
        let next = last.first_leaf.saturating_add(1);
        for run in &runs {
            if from_row(run.first_leaf) < self.size {
                self.run(view, run)?;
            }
        }
        Ok(Some(next))
    }

    fn run(&mut self, view: &mut View<'_>, run: &LogRunRow) -> Result<(), LogError> {
        let first = from_row(run.first_leaf);
        let (Some(source), Ok(places)) = (Source::named(&run.source), decode_places(&run.seqs))
        else {
            self.walked.note(Some(first), Fault::Order);
            return Ok(());
        };
        let ascends = places.is_sorted_by(|a, b| a < b) && places.last() == Some(&run.last_seq);
        if first != self.next || !ascends {
            self.walked.note(Some(self.next.min(first)), Fault::Order);
        }
        let place_of = |seq| Place { source, partition: run.partition, seq };
        let behind = self.last.insert((source, run.partition), run.last_seq).unwrap_or(i64::MIN);
        let mut rows = rows(view, &place_of(run.last_seq), behind)?;
        for (index, seq) in (first..).zip(&places) {
            let place = place_of(*seq);
            let logged = self.leaf(view, index)?;
            match (self.salts.of(view, &place, &run.period)?, rows.remove(seq)) {
                (None, _) => self.walked.forgotten += 1,
                (Some(_), None) => self.walked.note(Some(index), Fault::Missing(place.to_string())),
                (Some(salt), Some(record)) => {
                    self.walked.checked += 1;
                    if logged != Some(leaf(&salt, &record.encode()?)) {
                        self.walked.note(Some(index), Fault::Changed(place.to_string()));
                    }
                }
            }
            self.append(view, index, logged)?;
        }
        for seq in rows.into_keys() {
            self.walked.note(None, Fault::PutIn(place_of(seq).to_string()));
        }
        self.next = first + u64::try_from(places.len()).unwrap_or_default();
        Ok(())
    }

    /// The hash that the tree has for a leaf.
    fn leaf(&mut self, view: &mut View<'_>, index: u64) -> Result<Option<Hash>, LogError> {
        let tile = Tile::of(Node { level: 0, index });
        if index.is_multiple_of(WIDTH) {
            // What lies behind is not needed again.
            self.tiles = Tiles::default();
        }
        let at = usize::try_from(index % WIDTH).unwrap_or_default();
        Ok(self.tiles.read(view, tile)?.get(at).copied())
    }

    /// Grows the tree by a leaf as it is logged, and holds what is above it to that.
    fn append(
        &mut self,
        view: &mut View<'_>,
        index: u64,
        logged: Option<Hash>,
    ) -> Result<(), LogError> {
        // Out of order: that was noted, and nothing can be said of what is above.
        if index != self.frontier.size() {
            return Ok(());
        }
        let mut above = Vec::new();
        self.frontier.append(logged.unwrap_or(Hash::of_nothing()), &mut |node, hash| {
            above.extend(
                Tile::keeping(node).filter(|(tile, _)| tile.level > 0).map(|it| (it, hash)),
            );
        });
        for ((tile, at), hash) in above {
            if self.tiles.read(view, tile)?.get(at) != Some(&hash) {
                let Tile { level, index: of_level } = tile;
                self.walked.note(Some(index), Fault::Tree { level, index: of_level });
            }
        }
        if logged.is_none() {
            self.walked.note(Some(index), Fault::Tree { level: 0, index: index / WIDTH });
        }
        self.hold_to_heads();
        Ok(())
    }

    fn hold_to_heads(&mut self) {
        let size = self.frontier.size();
        let Some(roots) = self.roots.get(&size) else { return };
        let root = self.frontier.root();
        if roots.iter().any(|it| *it != root) {
            self.walked.note(None, Fault::Head(size));
        }
    }
}

/// The records of a place's source and partition behind another place up to it, by their places.
fn rows(
    view: &mut View<'_>,
    to: &Place,
    behind: i64,
) -> Result<BTreeMap<i64, StoredRecord>, LogError> {
    let between = (behind.saturating_add(1), to.seq);
    let records: Vec<_> = match to.source {
        Source::Events => {
            view.events_between(to.partition, between)?.into_iter().map(of_event).collect()
        }
        Source::Responses => {
            let rows = view.responses_of(to.partition, between)?;
            responses(view, rows)?.into_iter().map(|(_, record)| record).collect()
        }
        Source::Register(register) => {
            let (after, to) = (register_place(behind), register_place(to.seq));
            let rows = view.register_events_after(register, after, to, i64::MAX)?;
            rows.into_iter().map(of_change).collect()
        }
    };
    let place = |record: StoredRecord| Some((Place::of(&record)?.seq, record));
    Ok(records.into_iter().filter_map(place).collect())
}
