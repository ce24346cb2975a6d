//! The files of a month: parcels with their goods and documents by when they were first seen, responses and events by
//! when they were decided.

use std::ops::Range;

use tongguan_archive::column::{Row, Table};
use tongguan_archive::manifest::FileEntry;
use tongguan_archive::shelf::{Draft, Shelf};
use tongguan_domain::month::Month;
use tongguan_storage::{Partition, StorageError, Store};

use super::rows::{self, Archived as Parcel};
use super::tables::{DOCUMENTS, LINES, PARCELS};
use super::verify::Figures;
use super::{ArchivingError, told};
use crate::numbering::first_id_at;

/// Declarations that are read in one view.
const PAGE: i64 = 2_000;
/// The time whose declarations are looked for at once, in milliseconds.
const SLICE_MS: i64 = 10 * 60 * 1_000;
/// Rows in one group: what is read together later.
const GROUP: usize = 20_000;

/// Writes a table group by group.
struct Writing {
    table: Table,
    draft: Draft,
    rows: Vec<Row>,
}

impl Writing {
    fn begin(shelf: &Shelf, month: Month, table: Table) -> Result<Self, ArchivingError> {
        let draft = shelf.draft(&month.to_string(), table)?;
        Ok(Self { table, draft, rows: Vec::new() })
    }

    fn put(
        &mut self,
        rows: impl IntoIterator<Item = Row>,
        figures: &mut Figures,
    ) -> Result<(), ArchivingError> {
        self.rows.extend(rows);
        if self.rows.len() >= GROUP {
            self.flush(figures)?;
        }
        Ok(())
    }

    fn flush(&mut self, figures: &mut Figures) -> Result<(), ArchivingError> {
        figures.count(&self.table, &self.rows);
        if !self.rows.is_empty() {
            self.draft.write(&self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }

    fn end(mut self, figures: &mut Figures) -> Result<FileEntry, ArchivingError> {
        self.flush(figures)?;
        Ok(self.draft.keep()?)
    }
}

pub(super) fn parcels(
    store: &Store,
    shelf: &Shelf,
    month: Month,
    figures: &mut Figures,
    tell: &mut dyn FnMut(u64),
) -> Result<Vec<FileEntry>, ArchivingError> {
    let begin = |table| Writing::begin(shelf, month, table);
    let (mut of_parcels, mut of_lines, mut of_documents) =
        (begin(PARCELS)?, begin(LINES)?, begin(DOCUMENTS)?);
    let mut at = month.start();
    let mut done = 0;
    while at < month.end() {
        let next = at.plus_millis(SLICE_MS).min(month.end());
        let mut from = first_id_at(at);
        loop {
            let ids = from..first_id_at(next);
            let (page, last) = page(store, &ids)?;
            let Some(last) = last else { break };
            from = last + 1;
            done += page.len() as u64;
            of_documents.put(documents(store, &page)?, figures)?;
            for Parcel { parcel, lines, .. } in page {
                of_parcels.put([parcel], figures)?;
                of_lines.put(lines, figures)?;
            }
            tell(done);
        }
        at = next;
    }
    Ok(vec![of_parcels.end(figures)?, of_lines.end(figures)?, of_documents.end(figures)?])
}

/// Declarations of both directions that are over, in order of their ids, and the last id that was looked at.
fn page(store: &Store, ids: &Range<i64>) -> Result<(Vec<Parcel>, Option<i64>), ArchivingError> {
    let (mut imports, mut exports) = store.read(|view| {
        let imports = view.imports_within(ids, PAGE)?;
        Ok::<_, StorageError>((imports, view.exports_within(ids, PAGE)?))
    })?;
    // Where one of them has more, the other waits for it.
    let is_full = |count: usize| i64::try_from(count).is_ok_and(|count| count >= PAGE);
    let ends = [
        imports.last().filter(|_| is_full(imports.len())).map(|row| row.declaration_id.0),
        exports.last().filter(|_| is_full(exports.len())).map(|row| row.declaration_id.0),
    ];
    let is_empty = imports.is_empty() && exports.is_empty();
    let last = ends.into_iter().flatten().min().unwrap_or(ids.end - 1);
    imports.retain(|row| row.declaration_id.0 <= last);
    exports.retain(|row| row.declaration_id.0 <= last);
    let mut all = Vec::with_capacity(imports.len() + exports.len());
    for row in imports.into_iter().filter(|row| is_over(row.state)) {
        all.push(rows::import(row)?);
    }
    for row in exports.into_iter().filter(|row| is_over(row.state)) {
        all.push(rows::export(row)?);
    }
    all.sort_unstable_by_key(|parcel| parcel.id);
    Ok((all, (!is_empty).then_some(last)))
}

/// Whether nothing leads out of an official status: closed, shipped back, refused or given up.
const fn is_over(status: i64) -> bool {
    matches!(status, 100 | 700 | 899)
}

fn documents(store: &Store, page: &[Parcel]) -> Result<Vec<Row>, ArchivingError> {
    let keys: Vec<_> = page.iter().map(|it| (it.key.0, &*it.key.1)).collect();
    let mut documents = store.read(|view| view.documents_of_orders(&keys))?;
    documents.sort_by(|a, b| (a.partition, &a.order_no).cmp(&(b.partition, &b.order_no)));
    let mut all = Vec::with_capacity(documents.len());
    for Parcel { id, key, .. } in page {
        let from = documents.partition_point(|it| (it.partition, &it.order_no) < (key.0, &key.1));
        let own = documents.get(from..).unwrap_or_default().iter();
        let own = own.take_while(|it| (it.partition, &it.order_no) == (key.0, &key.1));
        all.extend(own.map(|row| rows::document(*id, row)));
    }
    Ok(all)
}

/// What was told or decided in a month, as a table has it.
pub(super) fn written_in<R: told::Placed>(
    (store, shelf): (&Store, &Shelf),
    month: Month,
    (table, rows): (Table, impl Fn(&R) -> Result<Vec<Row>, ArchivingError>),
    figures: &mut Figures,
) -> Result<FileEntry, ArchivingError> {
    let mut writing = Writing::begin(shelf, month, table)?;
    for partition in Partition::all() {
        told::each_of(store, partition, month, |row| writing.put(rows(row)?, figures))?;
    }
    writing.end(figures)
}
