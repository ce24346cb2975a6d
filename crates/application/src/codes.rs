//! Code tables (代码表): rows of the operator's own, laid over the built-in ones.
//!
//! A stored row is known by its id, as in a [`Pack`]; `code_row.key` holds it, because the key that a
//! row is looked up by may have several rows on one day. Its cells are kept by the names of their
//! columns, so that a table may get a new column and still read the rows of before.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tongguan_codelists::text::Defect;
use tongguan_codelists::{Diff, Pack, Row, Table};
use tongguan_domain::time::Moment;
use tongguan_storage::{CodeRow, Register, StorageError, Tx, View, Writer};

use crate::history::{self, Cause, ChangeKind, Entry, Field, Subject};

/// Code tables could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum CodesError {
    /// Rows that begin to hold for one key on the same day; nothing was changed.
    #[error("{} rows conflict with others", .0.conflicts.len())]
    Conflicts(Box<Diff>),
    /// A stored row is not one of its table.
    #[error("the stored row `{id}` of `{table}` cannot be read: {reason}")]
    Unreadable {
        /// Its table.
        table: Table,
        /// Its id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The built-in tables with the stored rows laid over them. Load it again when the revision of
/// [`Register::Codes`] has grown.
///
/// # Errors
/// [`CodesError::Unreadable`], [`CodesError::Storage`].
pub fn pack(view: &mut View<'_>) -> Result<Arc<Pack>, CodesError> {
    let mut rows = Vec::new();
    for &table in Table::ALL {
        for stored in view.code_rows(table.name())? {
            rows.push(read(table, &stored)?);
        }
    }
    let built_in = Pack::builtin();
    Ok(if rows.is_empty() { built_in } else { Arc::new(built_in.overlay(rows)) })
}

/// Stores rows; those that are as the pack has them already are left out, so that importing the same
/// again changes nothing, not even the revision.
///
/// # Errors
/// [`CodesError`]; nothing was changed.
pub fn import(
    writer: &mut Writer,
    rows: Vec<Row>,
    cause: &Cause,
    now: Moment,
) -> Result<Diff, CodesError> {
    history::change(writer, Register::Codes, cause, now, |tx| import_in(tx, rows))
}

/// As [`import`], in a change that is under way; gives what its events are to tell.
///
/// # Errors
/// [`CodesError`].
pub(crate) fn import_in(tx: &mut Tx<'_>, rows: Vec<Row>) -> Result<(Diff, Vec<Entry>), CodesError> {
    let diff = Diff::between(&*pack(tx)?, rows);
    if !diff.conflicts.is_empty() {
        return Err(CodesError::Conflicts(Box::new(diff)));
    }
    let changed = diff.changed.iter().chain(&diff.ended);
    let moved: Vec<(&str, &str, Moment)> = changed
        .clone()
        .filter(|change| change.before.validity().from != change.after.validity().from)
        .map(|change| place(&change.before))
        .collect();
    tx.delete_code_rows(&moved)?;
    let rows = diff.added.iter().chain(changed.map(|change| &change.after));
    tx.upsert(&rows.map(stored).collect::<Vec<_>>())?;
    let events = entries(&diff);
    Ok((diff, events))
}

/// What the history tells of a difference: the cells of each row that are other than before.
fn entries(diff: &Diff) -> Vec<Entry> {
    let entry = |change, before: Option<&Row>, after: &Row| {
        let before = before.map(Row::cells).unwrap_or_default();
        let before = before.into_iter().chain(std::iter::repeat(String::new()));
        let cells = before.zip(after.cells());
        let fields = after.table().columns().into_iter().zip(cells);
        let (table, id, _) = place(after);
        Entry {
            subject: Subject::CodeRow { table: table.to_owned(), id: id.to_owned() },
            change,
            fields: fields
                .filter_map(|(name, (before, after))| Field::changed(name, before, after))
                .collect(),
        }
    };
    let added = diff.added.iter().map(|row| entry(ChangeKind::Added, None, row));
    let other = [(ChangeKind::Changed, &diff.changed), (ChangeKind::Ended, &diff.ended)];
    let other = other.into_iter().flat_map(|(kind, changes)| {
        changes.iter().map(move |change| entry(kind, Some(&change.before), &change.after))
    });
    added.chain(other).collect()
}

fn place(row: &Row) -> (&'static str, &str, Moment) {
    (row.table().name(), row.id().as_str(), Moment::start_of(row.validity().from))
}

fn stored(row: &Row) -> CodeRow {
    let columns = row.table().columns();
    let cell = |name: &str| columns.iter().position(|column| *column == name);
    let cells = row.cells();
    let source = cell("source").and_then(|place| cells.get(place)).cloned().unwrap_or_default();
    let filled: Map<String, Value> = columns
        .iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| ((*column).to_owned(), Value::String(cell)))
        .collect();
    let (table, id, valid_from) = place(row);
    CodeRow {
        table_name: table.to_owned(),
        key: id.to_owned(),
        valid_from,
        valid_to: row.validity().to.map(Moment::start_of),
        row_json: Value::Object(filled).to_string(),
        source,
    }
}

fn read(table: Table, stored: &CodeRow) -> Result<Row, CodesError> {
    let unreadable =
        |reason: String| CodesError::Unreadable { table, id: stored.key.clone(), reason };
    let filled: BTreeMap<String, String> =
        serde_json::from_str(&stored.row_json).map_err(|error| unreadable(error.to_string()))?;
    let columns = table.columns();
    if let Some(unknown) = filled.keys().find(|name| !columns.contains(&name.as_str())) {
        return Err(unreadable(format!("column {unknown} is not known")));
    }
    let cells: Vec<&str> =
        columns.iter().map(|name| filled.get(*name).map_or("", String::as_str)).collect();
    table.row(&cells).map_err(|defects| {
        let reasons: Vec<String> = defects.iter().map(Defect::to_string).collect();
        unreadable(reasons.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use tongguan_codelists::HsCode;
    use tongguan_codelists::text::Defaults;
    use tongguan_domain::money::{Amount, Money};
    use tongguan_domain::tax::{Basket, BasketItem, assess};
    use tongguan_storage::About;

    use crate::desk::{Desk, cause, noon};

    impl Desk {
        fn import_rows(&self, rows: &[Row]) -> Result<Diff, CodesError> {
            import(&mut self.store.writer().unwrap(), rows.to_vec(), &cause(), noon(1))
        }

        fn pack(&self) -> Arc<Pack> {
            self.store.read(pack).unwrap()
        }

        fn codes_revision(&self) -> i64 {
            self.store.read(|view| view.revision(Register::Codes)).unwrap()
        }
    }

    fn rows(table: Table, text: &str) -> Vec<Row> {
        let reading = table.read(text, &Defaults::default());
        assert_eq!(reading.defects, []);
        reading.rows
    }

    fn rate(id: &str, duty: &str, from: &str) -> Vec<Row> {
        let header = "id,hs,duty,vat,valid_from,source";
        rows(Table::Rates, &format!("{header}\n{id},9999999999,{duty},standard,{from},a notice\n"))
    }

    #[test]
    fn an_imported_rate_prices_a_basket_that_had_none() {
        let desk = Desk::sqlite();
        let basket = Basket {
            as_of: date(2026, 11, 22),
            mode: "0110".into(),
            annual_used: Money::ZERO,
            freight: Amount::ZERO,
            insurance: Amount::ZERO,
            items: vec![BasketItem {
                line: 1,
                hs: "9999999999".parse().unwrap(),
                quantity: 1.into(),
                unit: "011".into(),
                total_price: Amount::new(100.into()),
                net_weight_kg: None,
                volume_l: None,
                rates: None,
            }],
        };
        let priced = |pack: &Pack| {
            let assessment = assess(pack, &basket).unwrap();
            (assessment.regime.reason().code, assessment.totals.taxes.duty.fen())
        };
        assert_eq!(priced(&desk.pack()), ("no-rate", 0));
        desk.import_rows(&rate("a", "0.07", "2026-01-01")).unwrap();
        assert_eq!(priced(&desk.pack()), ("general-trade", 700));
    }

    #[test]
    fn importing_again_changes_nothing_not_even_the_revision() {
        let desk = Desk::sqlite();
        let rows = rate("a", "0.07", "2026-01-01");
        assert_eq!(desk.import_rows(&rows).unwrap().added, rows);
        let (digest, revision) = (desk.pack().digest(), desk.codes_revision());
        let again = desk.import_rows(&rows).unwrap();
        assert_eq!((again.is_empty(), again.unchanged), (true, 1));
        assert_eq!((desk.pack().digest(), desk.codes_revision()), (digest, revision));
        assert_ne!(digest, Pack::builtin().digest());
    }

    #[test]
    fn a_row_whose_first_day_moves_leaves_none_behind() {
        let desk = Desk::sqlite();
        desk.import_rows(&rate("a", "0.07", "2026-01-01")).unwrap();
        desk.import_rows(&rate("a", "0.08", "2026-02-01")).unwrap();
        let stored = desk.store.read(|view| view.code_rows("rates")).unwrap();
        assert_eq!(stored.len(), 1);
        let hs: HsCode = "9999999999".parse().unwrap();
        assert_eq!(desk.pack().rates(hs, date(2026, 1, 31)), None);
        assert!(desk.pack().rates(hs, date(2026, 2, 1)).is_some());
    }

    on_both_engines! {
        an_import_tells_what_it_did_to_each_row,
    }

    fn an_import_tells_what_it_did_to_each_row(desk: &Desk) {
        desk.import_rows(&rate("a", "0.07", "2026-01-01")).unwrap();
        desk.import_rows(&rate("a", "0.07", "2026-01-01")).unwrap();
        desk.import_rows(&rate("a", "0.08", "2026-01-01")).unwrap();
        let text = "id,hs,duty,vat,valid_from,valid_to,source\n\
                    a,9999999999,0.08,standard,2026-01-01,2026-06-30,a notice\n";
        desk.import_rows(&rows(Table::Rates, text)).unwrap();
        let mut conflicting = rate("b", "0.08", "2026-01-01");
        conflicting.extend(rate("c", "0.09", "2026-01-01"));
        desk.import_rows(&conflicting).unwrap_err();

        let subject = About::Subject("rates/a");
        let mut events = desk
            .store
            .read(|view| history::events(view, Register::Codes, subject, None, 9))
            .unwrap();
        events.reverse();
        let fields = |event: &history::Event| -> Vec<[String; 3]> {
            let fields = event.entry.fields.iter().cloned();
            fields.map(|field| [field.name, field.before, field.after]).collect()
        };
        let told: Vec<_> = events.iter().map(|e| (e.revision, e.n, e.entry.change)).collect();
        let kinds = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Ended];
        assert_eq!(told, [(1, 0, kinds[0]), (2, 0, kinds[1]), (3, 0, kinds[2])]);
        assert!(fields(&events[0]).contains(&["duty", "", "0.07"].map(str::to_owned)));
        assert_eq!(fields(&events[1]), [["duty", "0.07", "0.08"]]);
        assert_eq!(fields(&events[2]), [["valid_to", "", "2026-06-30"]]);
        assert_eq!(desk.codes_revision(), 3);
    }

    #[test]
    fn a_built_in_row_is_replaced_by_its_id() {
        let desk = Desk::sqlite();
        let built_in = Pack::builtin().rows(Table::Offices);
        let text = "id,code,zh,en,valid_from,source\nOFFICE-2900,2900,甲,A,1990-01-01,s\n";
        desk.import_rows(&rows(Table::Offices, text)).unwrap();
        let pack = desk.pack();
        assert_eq!(pack.rows(Table::Offices).len(), built_in.len());
        assert_eq!(&*pack.office("2900", date(2026, 1, 1)).unwrap().entry.zh, "甲");
    }

    #[test]
    fn several_rows_may_hold_for_one_line_of_the_positive_list() {
        let desk = Desk::sqlite();
        let text = "id,hs8,zh,remark,valid_from,source\n\
                    p,99999999,甲,,2026-01-01,s\nq,99999999,乙,,2026-01-01,s\n";
        desk.import_rows(&rows(Table::PositiveList, text)).unwrap();
        let hs: HsCode = "9999999900".parse().unwrap();
        assert_eq!(desk.pack().positive(hs, date(2026, 1, 1)).count(), 2);
    }

    #[test]
    fn conflicting_rows_are_refused_and_nothing_is_stored() {
        let desk = Desk::sqlite();
        desk.import_rows(&rate("a", "0.07", "2026-01-01")).unwrap();
        let (digest, revision) = (desk.pack().digest(), desk.codes_revision());
        let mut both = rate("b", "0.08", "2026-01-01");
        both.extend(rate("c", "0.09", "2026-05-01"));
        let error = desk.import_rows(&both).unwrap_err();
        assert!(matches!(&error, CodesError::Conflicts(diff) if diff.conflicts.len() == 1));
        assert_eq!((desk.pack().digest(), desk.codes_revision()), (digest, revision));
    }

    #[test]
    fn a_stored_row_that_is_none_is_named() {
        for (json, reason) in [
            ("{", "EOF"),
            (r#"{"hs":9999999999}"#, "expected a string"),
            (r#"{"hs":"1","valid_from":"2026-01-01","source":"s"}"#, "column hs"),
            (r#"{"hs":"9999999999","unheard":"of"}"#, "column unheard"),
        ] {
            let desk = Desk::sqlite();
            let row = CodeRow { row_json: json.into(), ..stored(&rate("a", "0", "2026-01-01")[0]) };
            let mut writer = desk.store.writer().unwrap();
            writer.transaction(|tx| tx.upsert(std::slice::from_ref(&row))).unwrap();
            let error = desk.store.read(pack).unwrap_err().to_string();
            assert!(error.contains("row `a` of `rates`") && error.contains(reason), "{error}");
        }
    }
}
