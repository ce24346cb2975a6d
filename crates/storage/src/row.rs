//! Rows: a struct a table, whose fields are the columns. Stated once; the statements follow from it.

use crate::cell::{Cell, ColumnType};
use crate::driver::RowView;
use crate::error::StorageError;

/// What a table is called and made of.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, the key's first.
    pub columns: &'static [&'static str],
    /// The columns' types.
    pub types: &'static [ColumnType],
    /// How many of the columns make the primary key.
    pub key: usize,
}

impl Table {
    /// The columns of the primary key.
    pub fn key_columns(&self) -> &'static [&'static str] {
        self.columns.get(..self.key).unwrap_or_default()
    }
}

/// A row of one table.
pub trait Row: Sized {
    /// The table.
    const TABLE: Table;
    /// Appends one cell for each column.
    fn push<'a>(&'a self, to: &mut Vec<Cell<'a>>);
    /// Reads a row of all columns, in order.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the table and the column that does not decode.
    fn read(view: &RowView<'_>) -> Result<Self, StorageError>;
}

/// A row that may be written again over the earlier one of the same key.
///
/// Logs (responses, events, postings, bills) are not: what they say once stands.
pub trait Replaceable: Row {
    /// Columns with an index that mostly stay as they are when the row is written again. SQLite touches
    /// the index of every column that a statement sets, also where the value stays.
    const INDEXED: &[&str] = &[];
}

/// Declares a row struct and its table. Fields of the key come first.
macro_rules! row {
    (
        $(#[$doc:meta])*
        pub struct $name:ident in $table:literal, key $key:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $crate::row::Row for $name {
            const TABLE: $crate::row::Table = $crate::row::Table {
                name: $table,
                columns: &[$(stringify!($field)),+],
                types: &[$(<$type as $crate::cell::ToCell>::TYPE),+],
                key: $key,
            };

            fn push<'a>(&'a self, to: &mut Vec<$crate::cell::Cell<'a>>) {
                $(to.push($crate::cell::ToCell::cell(&self.$field));)+
            }

            fn read(
                view: &$crate::driver::RowView<'_>,
            ) -> Result<Self, $crate::error::StorageError> {
                let mut columns = view.columns($table);
                Ok(Self { $($field: columns.next(stringify!($field))?,)+ })
            }
        }
    };
}
