//! The few places where the two engines are spoken to differently, each with its reason.
//!
//! Statements are written once, with `$n` for parameters (no other `$`) and `{rows}` for the rows of a
//! set. Texts hold names only, never values.

use crate::cell::ColumnType;
use crate::row::Table;

/// Which SQL is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What an insertion does where the key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Fails,
    Stays,
    IsReplaced,
}

/// Whether rows that are read are kept from other writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    No,
    /// They may be read by all, and changed by nobody.
    Shared,
    Yes,
}

impl Dialect {
    /// SQLite numbers `$n` by first appearance, `?n` by n.
    pub(crate) fn parameters(self, text: &str) -> String {
        match self {
            Self::Sqlite => text.replace('$', "?"),
            Self::Postgres => text.to_owned(),
        }
    }

    /// A statement over a set of rows named `k`: SQLite runs it once a row, PostgreSQL once for all.
    pub(crate) fn over_rows(self, text: &str, names: &[&str], types: &[ColumnType]) -> String {
        let rows = match self {
            Self::Sqlite => {
                format!("(SELECT {}) AS k", listed(names, |n, name| format!("?{n} AS {name}")))
            }
            Self::Postgres => format!("{} AS k({})", unnest(types), names.join(", ")),
        };
        text.replace("{rows}", &rows)
    }

    /// Insertion over an earlier row whose `kept` columns hold the same: it leaves those and their indexes
    /// alone. Where they do not hold the same, it changes nothing.
    pub(crate) fn replace_keeping(self, table: &Table, kept: &[&str]) -> String {
        let name = table.name;
        let key = table.key_columns().join(", ");
        let rest = table.columns.get(table.key..).unwrap_or_default();
        let changed: Vec<_> =
            rest.iter().copied().filter(|column| !kept.contains(column)).collect();
        let set = listed(&changed, |_, column| format!("{column} = excluded.{column}"));
        let same = equalities(kept, |_, column| {
            format!("{name}.{column} IS NOT DISTINCT FROM excluded.{column}")
        });
        let inserted = self.insertion(table);
        format!("{inserted} ON CONFLICT ({key}) DO UPDATE SET {set} WHERE {same}")
    }

    fn insertion(self, table: &Table) -> String {
        let columns = table.columns.join(", ");
        let values = match self {
            Self::Sqlite => format!("VALUES ({})", listed(table.columns, |n, _| format!("?{n}"))),
            Self::Postgres => format!("SELECT * FROM {}", unnest(table.types)),
        };
        format!("INSERT INTO {} ({columns}) {values}", table.name)
    }

    pub(crate) fn insert(self, table: &Table, taken: Taken) -> String {
        let key = table.key_columns().join(", ");
        let rest = table.columns.get(table.key..).unwrap_or_default();
        let conflict = match taken {
            Taken::Fails => String::new(),
            Taken::IsReplaced if !rest.is_empty() => {
                let set = listed(rest, |_, name| format!("{name} = excluded.{name}"));
                format!(" ON CONFLICT ({key}) DO UPDATE SET {set}")
            }
            Taken::Stays | Taken::IsReplaced => format!(" ON CONFLICT ({key}) DO NOTHING"),
        };
        format!("{}{conflict}", self.insertion(table))
    }

    /// Insertion where the key is free, that gives the rows it has inserted.
    pub(crate) fn insert_returning(self, table: &Table) -> String {
        format!("{} RETURNING {}", self.insert(table, Taken::Stays), table.columns.join(", "))
    }

    /// Rows by the first `width` columns of their key, in order of the key. SQLite needs no locks: a
    /// writing transaction is alone.
    pub(crate) fn load(self, table: &Table, width: usize, lock: Lock) -> String {
        let name = table.name;
        let columns = listed(table.columns, |_, column| format!("{name}.{column}"));
        let key = table.columns.get(..width).unwrap_or_default();
        let order = listed(table.key_columns(), |_, column| format!("{name}.{column}"));
        match self {
            Self::Sqlite => {
                let equal = equalities(key, |n, column| format!("{column} = ?{n}"));
                format!("SELECT {columns} FROM {name} WHERE {equal} ORDER BY {order}")
            }
            Self::Postgres => {
                let rows = unnest(table.types.get(..width).unwrap_or_default());
                let equal = equalities(key, |_, column| format!("{name}.{column} = k.{column}"));
                let lock = match lock {
                    Lock::No => String::new(),
                    Lock::Shared => format!(" FOR SHARE OF {name}"),
                    Lock::Yes => format!(" FOR UPDATE OF {name}"),
                };
                format!(
                    "SELECT {columns} FROM {rows} AS k({}) JOIN {name} ON {equal} ORDER BY {order}{lock}",
                    key.join(", ")
                )
            }
        }
    }

    pub(crate) fn delete(self, table: &Table, width: usize) -> String {
        let name = table.name;
        let key = table.columns.get(..width).unwrap_or_default();
        match self {
            Self::Sqlite => {
                let equal = equalities(key, |n, column| format!("{column} = ?{n}"));
                format!("DELETE FROM {name} WHERE {equal}")
            }
            Self::Postgres => {
                let rows = unnest(table.types.get(..width).unwrap_or_default());
                let equal = equalities(key, |_, column| format!("{name}.{column} = k.{column}"));
                format!("DELETE FROM {name} USING {rows} AS k({}) WHERE {equal}", key.join(", "))
            }
        }
    }

    /// A migration's portable words. SQLite's strict tables know `INTEGER` and `BLOB`; PostgreSQL
    /// compares text byte by byte only when told to, and then as fast as SQLite.
    ///
    /// The partition leads every key, so that tables can be distributed by it. In a single file that
    /// would scatter each batch over 256 places, and every row would cost a page of log: there it
    /// goes to the end, and rows lie in the order of time.
    pub(crate) fn schema(self, text: &str) -> String {
        let mut text = text.to_owned();
        if self == Self::Sqlite {
            for lead in ["partition", "bucket"] {
                text = rotated(&text, lead);
            }
        }
        let mut out = String::with_capacity(text.len() + text.len() / 8);
        let mut rest = &*text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            let (before, word) = rest.split_at(start);
            let end =
                word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            out.push_str(before);
            out.push_str(match (self, word) {
                (Self::Sqlite, "BIGINT") => "INTEGER",
                (Self::Sqlite, "BYTES") => "BLOB",
                (Self::Sqlite, "CLUSTERED") => "STRICT, WITHOUT ROWID",
                (Self::Sqlite, "HEAP") => "STRICT",
                (Self::Postgres, "TEXT") => "TEXT COLLATE \"C\"",
                (Self::Postgres, "BYTES") => "BYTEA",
                (Self::Postgres, "CLUSTERED" | "HEAP") => "",
                (_, other) => other,
            });
            rest = after;
        }
        out.push_str(rest);
        out.lines().map(|line| self.append_only(line) + "\n").collect()
    }

    /// `APPEND_ONLY t;` as triggers, which refuse to change or delete a row of `t`, whoever asks.
    fn append_only(self, line: &str) -> String {
        let table = line.strip_prefix("APPEND_ONLY ").and_then(|rest| rest.strip_suffix(';'));
        let Some(table) = table else { return line.to_owned() };
        match self {
            Self::Sqlite => {
                let refuse = |event: &str| {
                    format!(
                        "CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN \
                         SELECT RAISE(ABORT, '{table} is append-only'); END;"
                    )
                };
                refuse("update") + &refuse("delete")
            }
            Self::Postgres => format!(
                "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN RAISE EXCEPTION USING ERRCODE = ''integrity_constraint_violation'', \
                 MESSAGE = TG_TABLE_NAME || '' is append-only''; END'; \
                 CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION append_only();"
            ),
        }
    }
}

/// `PRIMARY KEY (lead, a, b)` becomes `PRIMARY KEY (a, b, lead)`.
fn rotated(text: &str, lead: &str) -> String {
    let key = format!("PRIMARY KEY ({lead}, ");
    let mut keys = text.split(&*key);
    let mut out = keys.next().unwrap_or_default().to_owned();
    for rest in keys {
        let (others, after) = rest.split_once(')').unwrap_or((rest, ""));
        out.push_str(&format!("PRIMARY KEY ({others}, {lead}){after}"));
    }
    out
}

fn unnest(types: &[ColumnType]) -> String {
    let arrays: Vec<_> = (1..)
        .zip(types)
        .map(|(n, of)| {
            let of = match of {
                ColumnType::Integer => "BIGINT",
                ColumnType::Text => "TEXT",
                ColumnType::Bytes => "BYTEA",
            };
            format!("${n}::{of}[]")
        })
        .collect();
    format!("UNNEST({})", arrays.join(", "))
}

fn listed(names: &[&str], each: impl Fn(usize, &str) -> String) -> String {
    (1..).zip(names).map(|(n, name)| each(n, name)).collect::<Vec<_>>().join(", ")
}

fn equalities(names: &[&str], each: impl Fn(usize, &str) -> String) -> String {
    (1..).zip(names).map(|(n, name)| each(n, name)).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_file_the_partition_ends_the_key() {
        let text = "CREATE TABLE t (PRIMARY KEY (partition, a, b)) CLUSTERED; \
                    CREATE TABLE u (bucket BIGINT, PRIMARY KEY (bucket, c)) CLUSTERED;";
        assert_eq!(
            Dialect::Sqlite.schema(text),
            "CREATE TABLE t (PRIMARY KEY (a, b, partition)) STRICT, WITHOUT ROWID; \
             CREATE TABLE u (bucket INTEGER, PRIMARY KEY (c, bucket)) STRICT, WITHOUT ROWID;\n"
        );
        assert!(Dialect::Postgres.schema(text).contains("PRIMARY KEY (partition, a, b)"));
    }

    #[test]
    fn a_replacement_spares_the_indexes_of_what_stays() {
        let table = Table {
            name: "t",
            columns: &["k", "a", "b", "c"],
            types: &[ColumnType::Integer; 4],
            key: 1,
        };
        assert_eq!(
            Dialect::Sqlite.replace_keeping(&table, &["b", "c"]),
            "INSERT INTO t (k, a, b, c) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (k) DO UPDATE SET \
             a = excluded.a WHERE t.b IS NOT DISTINCT FROM excluded.b \
             AND t.c IS NOT DISTINCT FROM excluded.c"
        );
    }

    #[test]
    fn a_migration_is_said_in_each_engines_words() {
        let text = "CREATE TABLE t (n BIGINT, t_TEXT TEXT, b BYTES) CLUSTERED;";
        assert_eq!(
            Dialect::Sqlite.schema(text),
            "CREATE TABLE t (n INTEGER, t_TEXT TEXT, b BLOB) STRICT, WITHOUT ROWID;\n"
        );
        assert_eq!(
            Dialect::Postgres.schema(text),
            "CREATE TABLE t (n BIGINT, t_TEXT TEXT COLLATE \"C\", b BYTEA) ;\n"
        );
    }
}
