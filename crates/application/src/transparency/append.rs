//! Leaves behind the others: what was not logged yet, and what the tree becomes by it. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::logged::{StoredRecord, encode_places};
use tongguan_storage::{Event, LogRunRow, LogTileRow, Partition, Response, View};
use tongguan_transparency::commitment::leaf;
use tongguan_transparency::tile::Tile;
use tongguan_transparency::tree::Frontier;

use super::made_from::made_from;
use super::record::{of_change, of_event, of_response};
use super::salts::AllSalts;
use super::source::{Class, Place, Source, register_place};
use super::tiles::Tiles;
use super::{LogError, from_row, row_number};
use crate::originals::period_of;

/// Rows read of a source at a time. Each page writes a row for every partition in it, of the run and of the cursor:
/// the longer it is, the less of them falls to a row. Some megabytes of memory.
const PAGE: i64 = 8_192;

/// A record that is in no leaf yet.
struct Unlogged {
    place: Place,
    /// The month of its salt.
    period: String,
    content: Vec<u8>,
}

/// How far a consumer moves in each partition, from where.
type Steps = Vec<(Partition, i64, i64)>;

/// What was not logged yet, and the edge of the tree that it goes behind.
pub(super) struct Pending {
    records: Vec<Unlogged>,
    /// For each source how far it is taken up then.
    pub(super) steps: Vec<(String, Steps)>,
    frontier: Frontier,
    tiles: Tiles,
    /// Whether there may be more already.
    pub(super) is_behind: bool,
}

/// What the tree becomes.
pub(super) struct Grown {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) tiles: Vec<LogTileRow>,
    pub(super) runs: Vec<LogRunRow>,
}

impl Pending {
    /// Reads what was not logged yet, some of each source, in the order in which it becomes leaves.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn read(view: &mut View<'_>) -> Result<Self, LogError> {
        let size = view.verifiable_log()?.map_or(0, |log| from_row(log.size));
        let (mut records, mut steps, mut is_behind) = (Vec::new(), Vec::new(), false);
        for source in Source::all() {
            let consumer = source.consumer();
            let cursors = view.cursors(&consumer)?;
            let from: BTreeMap<_, _> = cursors.iter().map(|it| (it.partition, it.seq)).collect();
            let mut found = unlogged(view, source, &consumer, &from)?;
            is_behind |= i64::try_from(found.len()).is_ok_and(|found| found == PAGE);
            found.sort_by_key(|it| it.place);
            let to: BTreeMap<_, _> =
                found.iter().map(|it| (it.place.partition, it.place.seq)).collect();
            let step =
                |(partition, to)| (partition, from.get(&partition).copied().unwrap_or(0), to);
            if !to.is_empty() {
                steps.push((consumer, to.into_iter().map(step).collect()));
            }
            records.extend(found);
        }
        let mut tiles = Tiles::default();
        let frontier = match records.is_empty() {
            true => Frontier::default(),
            false => Frontier::read(size, &mut |node| tiles.node(view, node))?,
        };
        Ok(Self { records, steps, frontier, tiles, is_behind })
    }

    /// How many records.
    pub(super) const fn len(&self) -> usize {
        self.records.len()
    }

    /// The classes and months that salts are needed for.
    pub(super) fn salted(&self) -> BTreeSet<(Class, String)> {
        let mut salted = BTreeSet::<(Class, String)>::new();
        let mut last = None;
        for record in &self.records {
            let of = (record.place.source.class(), record.period.as_str());
            if last.replace(of) != Some(of) {
                salted.insert((of.0, of.1.to_owned()));
            }
        }
        salted
    }

    /// Appends them.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn appended(self, salts: &AllSalts) -> Result<Grown, LogError> {
        let Self { records, mut frontier, mut tiles, .. } = self;
        let from = frontier.size();
        let (mut changed, mut put) = (BTreeSet::<Tile>::new(), Ok(()));
        let mut runs = Vec::<Run>::new();
        for Unlogged { place, period, content } in &records {
            // Its month was prepared.
            let Some(salt) = salts.prepared(place, period) else { continue };
            Run::extend(&mut runs, *place, period, frontier.size());
            frontier.append(leaf(&salt, content), &mut |node, hash| {
                let Some(kept) = Tile::keeping(node) else { return };
                changed.insert(kept.0);
                if put.is_ok() {
                    put = tiles.put(kept, hash);
                }
            });
        }
        put?;
        Ok(Grown {
            from: row_number(from),
            to: row_number(frontier.size()),
            tiles: changed.into_iter().map(|tile| tiles.row(tile)).collect(),
            runs: runs.into_iter().map(Run::row).collect::<Result<_, _>>()?,
        })
    }
}

/// A run that is still growing.
struct Run {
    place: Place,
    period: String,
    first_leaf: u64,
    places: Vec<i64>,
}

impl Run {
    /// Puts a place into the last run, or into a new one where it does not belong to that.
    fn extend(runs: &mut Vec<Self>, place: Place, period: &str, leaf: u64) {
        let belongs = |run: &&mut Self| {
            let Place { source, partition, .. } = run.place;
            (source, partition) == (place.source, place.partition) && run.period == period
        };
        match runs.last_mut().filter(belongs) {
            Some(run) => run.places.push(place.seq),
            None => runs.push(Self {
                place,
                period: period.to_owned(),
                first_leaf: leaf,
                places: vec![place.seq],
            }),
        }
    }

    fn row(self) -> Result<LogRunRow, StoredError> {
        Ok(LogRunRow {
            partition: self.place.partition,
            source: self.place.source.to_string(),
            last_seq: self.places.last().copied().unwrap_or_default(),
            first_leaf: row_number(self.first_leaf),
            period: self.period,
            seqs: encode_places(&self.places)?,
        })
    }
}

/// Some records of a source that are not logged yet.
fn unlogged(
    view: &mut View<'_>,
    source: Source,
    consumer: &str,
    from: &BTreeMap<Partition, i64>,
) -> Result<Vec<Unlogged>, LogError> {
    match source {
        Source::Events => {
            let rows = view.unread::<Event>(consumer, PAGE)?;
            rows.into_iter().map(|row| (row.at, of_event(row))).map(written).collect()
        }
        Source::Responses => {
            let rows = view.unread::<Response>(consumer, PAGE)?;
            responses(view, rows)?.into_iter().map(written).collect()
        }
        Source::Register(register) => {
            let place = Place::in_register(register, (0, 0));
            let after = register_place(from.get(&place.partition).copied().unwrap_or(0));
            let rows = view.register_events_after(register, after, (i64::MAX, i64::MAX), PAGE)?;
            rows.into_iter().map(|row| (row.at, of_change(row))).map(written).collect()
        }
    }
}

/// Responses with everything that they are made from.
///
/// # Errors
/// [`LogError`].
pub(super) fn responses(
    view: &mut View<'_>,
    rows: Vec<Response>,
) -> Result<Vec<(Moment, StoredRecord)>, LogError> {
    let made_from = made_from(view, &rows)?;
    let each = rows.into_iter().zip(made_from);
    each.map(|(row, made_from)| Ok((row.recorded_at, of_response(row, &made_from)?))).collect()
}

fn written((at, record): (Moment, StoredRecord)) -> Result<Unlogged, LogError> {
    let unknown =
        || StoredError::Damaged { form: "register", reason: "it is not known".to_owned() };
    let place = Place::of(&record).ok_or_else(unknown)?;
    Ok(Unlogged { place, period: period_of(at), content: record.encode()? })
}
