//! The pack: all tables together, immutable, with a digest that decisions are stored with.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::entries::{
    CalendarDay, CancellableState, ClassedGoods, Country, Currency, ExportControl, HsName,
    Interception, ListItem, MergeRule, Office, Parameter, PositiveLine, ProvisionalDuty, Rate,
    ReturnDistrict, ReturnMode, SupervisionMode, Unit, Vehicle,
};
use crate::row::{Dated, Entry, RowId};
use crate::text::{self, Defaults, Reading, Separator};

/// The rows of one table, by key.
#[derive(Debug, Clone)]
pub(crate) struct Rows<E: Entry> {
    by_key: BTreeMap<E::Key, Vec<Dated<E>>>,
    keys: HashMap<RowId, E::Key>,
}

impl<E: Entry> Rows<E> {
    fn new() -> Self {
        Self { by_key: BTreeMap::new(), keys: HashMap::new() }
    }

    /// Adds a row; one of the same id gives way.
    fn put(&mut self, row: Dated<E>) {
        let key = row.entry.key();
        let earlier = self.keys.insert(row.id.clone(), key.clone());
        if let Some(rows) = earlier.and_then(|key| self.by_key.get_mut(&key)) {
            rows.retain(|other| other.id != row.id);
        }
        self.by_key.entry(key).or_default().push(row);
    }

    fn by_id(&self, id: &RowId) -> Option<&Dated<E>> {
        self.by_key.get(self.keys.get(id)?)?.iter().find(|row| row.id == *id)
    }

    /// All rows, by key and then in the order in which they came into force.
    fn all(&self) -> Vec<&Dated<E>> {
        let mut rows: Vec<_> = self.by_key.values().flatten().collect();
        rows.sort_by(|a, b| {
            let order = |row: &Dated<E>| (row.entry.key(), row.validity.from);
            order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id))
        });
        rows
    }

    /// The rows of keys from `first` on, by key.
    pub(crate) fn range<Q>(&self, first: &Q) -> impl Iterator<Item = (&E::Key, &Vec<Dated<E>>)>
    where
        E::Key: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.by_key.range((Bound::Included(first), Bound::Unbounded))
    }

    /// The rows of one key with that key.
    pub(crate) fn entry<Q>(&self, key: &Q) -> Option<(&E::Key, &Vec<Dated<E>>)>
    where
        E::Key: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.by_key.get_key_value(key)
    }

    /// The rows of `key`, whenever they hold.
    pub(crate) fn of(&self, key: &E::Key) -> impl Iterator<Item = &Dated<E>> + use<'_, E> {
        self.by_key.get(key).into_iter().flatten()
    }

    /// The rows of `key` that hold on `day`.
    pub(crate) fn in_force<'p, Q>(
        &'p self,
        key: &Q,
        day: Date,
    ) -> impl Iterator<Item = &'p Dated<E>> + use<'p, E, Q>
    where
        E::Key: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.by_key.get(key).into_iter().flatten().filter(move |row| row.validity.covers(day))
    }

    /// The row of `key` that holds on `day`: of several, the one that came into force last.
    pub(crate) fn latest<Q>(&self, key: &Q, day: Date) -> Option<&Dated<E>>
    where
        E::Key: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.in_force(key, day)
            .max_by(|a, b| a.validity.from.cmp(&b.validity.from).then_with(|| a.id.cmp(&b.id)))
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $variant:ident, $field:ident, $entry:ident;)*) => {
        /// One table of a pack.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$doc])* $variant,)*
        }

        impl Table {
            /// All tables, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in files and on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($field),)* }
            }

            /// The names of all columns, in the order of [`Row::cells`].
            pub fn columns(self) -> Vec<&'static str> {
                match self { $(Self::$variant => text::columns::<$entry>(),)* }
            }

            /// Whether several rows may hold for one key on the same day.
            pub const fn allows_many(self) -> bool {
                match self { $(Self::$variant => $entry::MANY,)* }
            }

            /// Reads one row from its cells, in the order of [`Table::columns`].
            ///
            /// # Errors
            /// Every defect of the cells; their line is 1.
            pub fn row(self, cells: &[&str]) -> Result<Row, Vec<text::Defect>> {
                match self {
                    $(Self::$variant => text::read_cells::<$entry>(cells).map(Row::$variant),)*
                }
            }

            /// Reads rows of this table.
            pub fn read(self, text: &str, defaults: &Defaults) -> Reading<Row> {
                let separator = Separator::of(text);
                match self {
                    $(Self::$variant => {
                        let Reading { rows, defects } =
                            text::read::<$entry>(text, separator, defaults);
                        Reading { rows: rows.into_iter().map(Row::$variant).collect(), defects }
                    })*
                }
            }
        }

        /// One row of any table.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Row {
            $(#[doc = concat!("A row of `", stringify!($field), "`.")] $variant(Dated<$entry>),)*
        }

        impl Row {
            /// The table it belongs to.
            pub const fn table(&self) -> Table {
                match self { $(Self::$variant(_) => Table::$variant,)* }
            }

            /// The row's stable name.
            pub const fn id(&self) -> &RowId {
                match self { $(Self::$variant(row) => &row.id,)* }
            }

            /// What it is looked up by.
            pub fn key(&self) -> String {
                match self { $(Self::$variant(row) => row.entry.key().to_string(),)* }
            }

            /// When it holds.
            pub const fn validity(&self) -> crate::row::Validity {
                match self { $(Self::$variant(row) => row.validity,)* }
            }

            /// The same row with another validity.
            #[must_use]
            pub(crate) fn holding(mut self, validity: crate::row::Validity) -> Self {
                match &mut self { $(Self::$variant(row) => row.validity = validity,)* }
                self
            }

            /// Its cells, in the order of [`Table::columns`]: what a database keeps of it.
            pub fn cells(&self) -> Vec<String> {
                match self { $(Self::$variant(row) => row.cells(),)* }
            }
        }

        /// An immutable set of all tables.
        #[derive(Debug, Clone)]
        pub struct Pack {
            $(pub(crate) $field: Rows<$entry>,)*
            digest: Digest,
        }

        impl Pack {
            fn empty() -> Self {
                Self { $($field: Rows::new(),)* digest: Digest([0; 32]) }
            }

            fn put(&mut self, row: Row) {
                match row { $(Row::$variant(row) => self.$field.put(row),)* }
            }

            /// The rows of `table`, by key and then in the order in which they came into force.
            pub fn rows(&self, table: Table) -> Vec<Row> {
                match table {
                    $(Table::$variant => {
                        self.$field.all().into_iter().cloned().map(Row::$variant).collect()
                    })*
                }
            }

            /// The row of that name.
            pub fn row(&self, table: Table, id: &RowId) -> Option<Row> {
                match table {
                    $(Table::$variant => self.$field.by_id(id).cloned().map(Row::$variant),)*
                }
            }
        }

        fn built_in() -> Vec<Reading<Row>> {
            vec![$(Table::$variant.read(
                include_str!(concat!("../data/", stringify!($field), ".tsv")),
                &Defaults::default(),
            )),*]
        }
    };
}

tables! {
    /// Numbers, days and choices of law: limits, factor, windows.
    Parameters, parameters, Parameter;
    /// Taxes by tariff code.
    Rates, rates, Rate;
    /// Provisional duties by tariff code.
    ProvisionalDuties, provisional_duties, ProvisionalDuty;
    /// Tariff codes with names and statutory units.
    HsCodes, hs_codes, HsName;
    /// What may be bought at retail across the border.
    PositiveList, positive_list, PositiveLine;
    /// Supervision modes.
    Modes, modes, SupervisionMode;
    /// Units of measure.
    Units, units, Unit;
    /// Currencies.
    Currencies, currencies, Currency;
    /// Countries and areas.
    Countries, countries, Country;
    /// Customs offices.
    Offices, offices, Office;
    /// Short lists of the message standard.
    SmallLists, small_lists, ListItem;
    /// What keeps goods from leaving by list alone.
    ExportMeasures, export_measures, ExportControl;
    /// Days of rest and of work that differ from the week's.
    Calendar, calendar, CalendarDay;
    /// What lines of export declarations must share to be consolidated.
    MergeKeys, merge_keys, MergeRule;
    /// Under which mode goods come back.
    ReturnModes, return_modes, ReturnMode;
    /// Between which districts goods come back.
    ReturnDistricts, return_districts, ReturnDistrict;
    /// Goods that law names by a word.
    GoodsClasses, goods_classes, ClassedGoods;
    /// Goods that quarantine looks at before they enter the supervised place.
    Interceptions, interceptions, Interception;
    /// Vehicles that may carry goods under customs seal.
    Vehicles, vehicles, Vehicle;
    /// Where a declaration may stand to be cancelled on request.
    CancellableStates, cancellable_states, CancellableState;
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What identifies a pack's contents: SHA-256 over all rows in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The 32 bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

static BUILT_IN: LazyLock<Arc<Pack>> = LazyLock::new(|| {
    // The built-in tables have no defects: a test holds it.
    let rows = built_in().into_iter().flat_map(|reading| reading.rows);
    Arc::new(Pack::empty().overlay(rows))
});

impl Pack {
    /// The tables that Tongguan comes with.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// This pack with `rows` laid over it: a row replaces the one of its id, others are added.
    ///
    /// Of two rows for one key the one that came into force last wins, so a change of law is a new
    /// row, and an earlier day still finds the earlier one.
    #[must_use]
    pub fn overlay(&self, rows: impl IntoIterator<Item = Row>) -> Self {
        let mut pack = self.clone();
        for row in rows {
            pack.put(row);
        }
        pack.digest = pack.digested();
        pack
    }

    /// What identifies the contents: equal for equal rows, in whatever order they were laid.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The rows of `table` as a file with a header.
    pub fn write(&self, table: Table, separator: Separator) -> String {
        let rows = self.rows(table);
        text::write_cells(&table.columns(), rows.iter().map(Row::cells), separator)
    }

    fn digested(&self) -> Digest {
        let mut hash = Sha256::new();
        for &table in Table::ALL {
            hash.update(table.name());
            hash.update(b"\n");
            hash.update(self.write(table, Separator::Tab));
        }
        Digest(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_have_no_defects() {
        for (table, reading) in Table::ALL.iter().zip(built_in()) {
            assert_eq!(reading.defects, []);
            assert_eq!(reading.rows.is_empty(), *table == Table::Vehicles, "{table}");
        }
    }

    #[test]
    fn the_built_in_tables_are_written_as_they_are_read() {
        let pack = Pack::builtin();
        for &table in Table::ALL {
            let text = pack.write(table, Separator::Tab);
            let reading = table.read(&text, &Defaults::default());
            assert_eq!(reading.defects, [], "{table}");
            assert_eq!(reading.rows, pack.rows(table), "{table}");
            for row in reading.rows {
                let cells = row.cells();
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                assert_eq!(table.row(&cells), Ok(row));
            }
        }
    }

    #[test]
    fn no_two_built_in_rows_begin_to_hold_for_one_key_on_the_same_day() {
        for reading in built_in() {
            assert_eq!(crate::Diff::between(&Pack::empty(), reading.rows).conflicts, []);
        }
    }

    #[test]
    fn the_digest_depends_on_the_rows_alone() {
        let pack = Pack::builtin();
        assert_eq!(pack.digest().to_string().len(), 64);
        let all = || Table::ALL.iter().flat_map(|&table| pack.rows(table));
        let backwards: Vec<Row> = all().collect::<Vec<_>>().into_iter().rev().collect();
        assert_eq!(Pack::empty().overlay(backwards).digest(), pack.digest());
        assert_eq!(pack.overlay(all()).digest(), pack.digest());
        assert_ne!(Pack::empty().overlay(all().skip(1)).digest(), pack.digest());
    }
}
