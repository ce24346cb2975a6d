//! Figures: how many declarations were told what, by hour and office. Kept by a follower, and no record.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::tx::{Tx, View};

row! {
    /// How many declarations were told something in one hour.
    pub struct FigureRow in "figure", key 4 {
        /// The beginning of the hour.
        hour: Moment,
        /// 申报地海关, four digits.
        office: String,
        /// Which way the goods go: 1 in, 2 out.
        direction: i64,
        /// What they were told, by the application's numbering.
        kind: i64,
        /// How many.
        count: i64,
    }
}

impl View<'_> {
    /// The figures of the hours from `from` up to before `until`, of one office where one is given; all offices
    /// stand in one row otherwise, whose office is empty.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn figures(
        &mut self,
        from: Moment,
        until: Moment,
        office: Option<&str>,
    ) -> Result<Vec<FigureRow>, StorageError> {
        // A sum of whole numbers is a decimal on PostgreSQL.
        let text = "SELECT hour, direction, kind, CAST(SUM(count) AS BIGINT) FROM figure \
                    WHERE hour >= $1 AND hour < $2 AND ($3 = '' OR office = $3) \
                    GROUP BY hour, direction, kind ORDER BY hour, direction, kind";
        let of = office.unwrap_or_default();
        let mut figures = Vec::new();
        self.query(text, &[from.cell(), until.cell(), of.cell()], &mut |view| {
            let mut columns = view.columns("figure");
            figures.push(FigureRow {
                hour: columns.next("hour")?,
                office: of.to_owned(),
                direction: columns.next("direction")?,
                kind: columns.next("kind")?,
                count: columns.next("count")?,
            });
            Ok(())
        })?;
        Ok(figures)
    }

    /// The sums of the hours from `from` up to before `until`, of one office where one is given, else of each:
    /// office, kind, how many.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn figures_of_offices(
        &mut self,
        from: Moment,
        until: Moment,
        office: Option<&str>,
    ) -> Result<Vec<(String, i64, i64)>, StorageError> {
        let text = "SELECT office, kind, CAST(SUM(count) AS BIGINT) FROM figure \
                    WHERE hour >= $1 AND hour < $2 AND ($3 = '' OR office = $3) \
                    GROUP BY office, kind ORDER BY office, kind";
        let of = office.unwrap_or_default();
        let mut sums = Vec::new();
        self.query(text, &[from.cell(), until.cell(), of.cell()], &mut |view| {
            let mut columns = view.columns("figure");
            sums.push((columns.next("office")?, columns.next("kind")?, columns.next("count")?));
            Ok(())
        })?;
        Ok(sums)
    }
}

impl Tx<'_> {
    /// Adds to the figures; of two rows with one key both count.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn add_figures(&mut self, more: &[FigureRow]) -> Result<(), StorageError> {
        let none: Vec<_> = more.iter().map(|row| FigureRow { count: 0, ..row.clone() }).collect();
        self.insert_absent(&none)?;
        let rows: Vec<_> = more
            .iter()
            .map(|row| (row.hour, row.office.as_str(), row.direction, row.kind, row.count))
            .collect();
        self.each(
            "UPDATE figure SET count = figure.count + k.more FROM {rows} WHERE figure.hour = k.hour \
             AND figure.office = k.office AND figure.direction = k.direction AND figure.kind = k.kind",
            &["hour", "office", "direction", "kind", "more"],
            &rows,
        )?;
        Ok(())
    }
}
