//! What is held back from erasing, what was erased, and whether a time is over so that it may be.

use std::ops::Range;

use tongguan_domain::ids::{DeclarationId, MessageId};
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::declaration::Declaration;
use crate::error::StorageError;
use crate::export::Export;
use crate::message::MessageBundle;
use crate::partition::Partition;
use crate::row::{Replaceable, Row, Table};
use crate::tx::{Tx, View};

row! {
    /// That nothing of a declaration is erased (法定保全).
    pub struct LegalHoldRow in "legal_hold", key 1 {
        /// Its number.
        n: i64,
        /// The declaration.
        declaration_id: DeclarationId,
        /// Why.
        reason: String,
        /// Who said so.
        set_by: String,
        /// When.
        set_at: Moment,
        /// Who lifted it.
        lifted_by: Option<String>,
        /// When.
        lifted_at: Option<Moment>,
        /// Why.
        lifted_for: Option<String>,
    }
}

row! {
    /// That a class of records of a month was erased (销毁记录).
    pub struct ErasureRow in "erasure", key 2 {
        /// The month in China.
        period: String,
        /// Which records, by the application's naming.
        class: String,
        /// When.
        erased_at: Moment,
        /// The statement: a signed note.
        statement: String,
    }
}

impl LegalHoldRow {
    /// Whether nobody has lifted it.
    pub const fn is_open(&self) -> bool {
        self.lifted_at.is_none()
    }
}

impl Replaceable for LegalHoldRow {}

/// How the declarations of some time stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// How many there are.
    pub declarations: i64,
    /// How many of them are not over.
    pub open: i64,
    /// When one of them was changed last.
    pub last_changed_at: Option<Moment>,
}

/// Official statuses that nothing leads out of: shipped back, closed, refused or given up.
const FINAL: &str = "state IN (100, 700, 899)";

impl View<'_> {
    /// What is held back from erasing, and what was, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn legal_holds(&mut self) -> Result<Vec<LegalHoldRow>, StorageError> {
        self.select("ORDER BY n", &[])
    }

    /// The hold that keeps a declaration, where one does.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn legal_hold_of(
        &mut self,
        declaration: DeclarationId,
    ) -> Result<Option<LegalHoldRow>, StorageError> {
        let held = "WHERE declaration_id = $1 AND lifted_at IS NULL";
        Ok(self.select(held, &[declaration.cell()])?.pop())
    }

    /// What was erased, in order of months.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn erasures(&mut self) -> Result<Vec<ErasureRow>, StorageError> {
        self.select("ORDER BY period, class", &[])
    }

    /// How the declarations of both directions stand whose ids lie in a range.
    ///
    /// # Errors
    /// [`StorageError`]; [`StorageError::TooSlow`] when the range is too wide for a reader.
    pub fn settled_within(&mut self, ids: &Range<i64>) -> Result<Settled, StorageError> {
        let every = every_partition();
        let mut settled = Settled::default();
        for Table { name, .. } in [Declaration::TABLE, Export::TABLE] {
            let text = format!(
                "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN {FINAL} THEN 0 ELSE 1 END), 0) AS BIGINT), \
                 MAX(updated_at) FROM {name} WHERE {every} AND declaration_id >= $1 AND declaration_id < $2"
            );
            self.query(&text, &[ids.start.cell(), ids.end.cell()], &mut |view| {
                let mut columns = view.columns(name);
                settled.declarations += columns.next::<i64>("count")?;
                settled.open += columns.next::<i64>("open")?;
                settled.last_changed_at = settled.last_changed_at.max(columns.next("updated_at")?);
                Ok(())
            })?;
        }
        Ok(settled)
    }

    /// Where the bundles of messages lie whose ids lie in a range and that a month's key has sealed, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bundles_within(
        &mut self,
        ids: &Range<i64>,
        period: &str,
        limit: i64,
    ) -> Result<Vec<(Partition, MessageId)>, StorageError> {
        let every = every_partition();
        let text = format!(
            "SELECT partition, message_id FROM message_bundle WHERE {every} AND message_id >= $1 \
             AND message_id < $2 AND period = $3 ORDER BY message_id LIMIT $4"
        );
        let mut found = Vec::new();
        let values = [ids.start.cell(), ids.end.cell(), period.cell(), limit.cell()];
        self.query(&text, &values, &mut |view| {
            let mut columns = view.columns("message_bundle");
            found.push((columns.next("partition")?, columns.next("message_id")?));
            Ok(())
        })?;
        Ok(found)
    }
}

impl Tx<'_> {
    /// Writes that a declaration is held back from erasing, or that it is no longer.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn put_legal_hold(&mut self, hold: LegalHoldRow) -> Result<(), StorageError> {
        self.upsert(&[hold])
    }

    /// Takes bundles of messages away that nobody can open any more; gives how many were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_bundles(
        &mut self,
        bundles: &[(Partition, MessageId)],
    ) -> Result<u64, StorageError> {
        self.delete::<MessageBundle, _>(bundles)
    }
}

/// A condition that a row lies in any partition. Written out, because where the key begins with the partition an
/// index leads to some ids of all of them only if they are named.
pub(crate) fn every_partition() -> String {
    let list: Vec<_> = (0..=u8::MAX).map(|partition| partition.to_string()).collect();
    format!("partition IN ({})", list.join(", "))
}
