//! Refusals: how many documents were refused for what, by short slots of time. Kept by the distributor of responses
//! for whoever runs the service, for a day, and no record.

use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::tx::{Tx, View};

row! {
    /// How many documents of a message were refused for one reason in one slot of time.
    pub struct RefusalRow in "refusal", key 3 {
        /// The beginning of the slot.
        slot: Moment,
        /// The number of the message, 621; 0 where it cannot be told.
        message: i64,
        /// The published code of the first rule that was broken, by the application's words.
        code: String,
        /// How many.
        count: i64,
    }
}

/// How often something was refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalSum {
    /// The number of the message; 0 where it cannot be told.
    pub message: i64,
    /// The published code of the first rule that was broken.
    pub code: String,
    /// How often of late.
    pub lately: i64,
    /// How often in all.
    pub count: i64,
}

impl View<'_> {
    /// How often documents were refused in the slots from `from` on, and of that from `lately` on: the most frequent
    /// of late first, at most `limit`.
    ///
    /// Reads a stretch of the primary key: a row for each slot, message and code, which are as many however many
    /// documents there are. A day of slots of ten minutes with 30 reasons is 4,320 rows.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn refusals(
        &mut self,
        from: Moment,
        lately: Moment,
        limit: i64,
    ) -> Result<Vec<RefusalSum>, StorageError> {
        // A sum of whole numbers is a decimal on PostgreSQL.
        let text = "SELECT message, code, \
                    CAST(SUM(CASE WHEN slot >= $2 THEN count ELSE 0 END) AS BIGINT) AS lately, \
                    CAST(SUM(count) AS BIGINT) AS total FROM refusal WHERE slot >= $1 \
                    GROUP BY message, code ORDER BY lately DESC, total DESC, message, code LIMIT $3";
        let mut sums = Vec::new();
        self.query(text, &[from.cell(), lately.cell(), limit.cell()], &mut |view| {
            let mut columns = view.columns("refusal");
            sums.push(RefusalSum {
                message: columns.next("message")?,
                code: columns.next("code")?,
                lately: columns.next("lately")?,
                count: columns.next("total")?,
            });
            Ok(())
        })?;
        Ok(sums)
    }
}

impl Tx<'_> {
    /// Adds to the refusals, of which no two may have one key, and forgets those of slots before `forgotten`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn add_refusals(
        &mut self,
        more: &[RefusalRow],
        forgotten: Moment,
    ) -> Result<(), StorageError> {
        let none: Vec<_> = more.iter().map(|row| RefusalRow { count: 0, ..row.clone() }).collect();
        self.insert_absent(&none)?;
        let rows: Vec<_> =
            more.iter().map(|row| (row.slot, row.message, row.code.as_str(), row.count)).collect();
        self.each(
            "UPDATE refusal SET count = refusal.count + k.more FROM {rows} \
             WHERE refusal.slot = k.slot AND refusal.message = k.message AND refusal.code = k.code",
            &["slot", "message", "code", "more"],
            &rows,
        )?;
        self.query("DELETE FROM refusal WHERE slot < $1", &[forgotten.cell()], &mut |_| Ok(()))
    }
}
