//! Casework: who has taken a declaration on, and decisions that wait for a second officer.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A case that an officer has taken on.
    pub struct AssignmentRow in "assignment", key 1 {
        /// The declaration.
        declaration_id: DeclarationId,
        /// The officer, by the name to sign in with.
        officer: String,
        /// The officer's name, as colleagues know it.
        name: String,
        /// Since when.
        taken_at: Moment,
    }
}

impl Replaceable for AssignmentRow {}

row! {
    /// A decision that needs a second officer.
    pub struct ProposalRow in "proposal", key 2 {
        /// The declaration.
        declaration_id: DeclarationId,
        /// Which proposal about it, from 1.
        n: i64,
        /// 申报地海关 of the declaration.
        office: String,
        /// The ruling, by name.
        ruling: String,
        /// Why: a code, or words.
        reason: String,
        /// Who proposes it.
        officer: String,
        /// The status at which the declaration stood.
        status: i64,
        /// When.
        proposed_at: Moment,
        /// Who has answered, once somebody has.
        answered_by: Option<String>,
        /// When.
        answered_at: Option<Moment>,
        /// Why it was turned down; absent where it was approved.
        refusal: Option<String>,
    }
}

impl Replaceable for ProposalRow {}

/// How much waits in one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueAtOffice {
    /// The queue.
    pub queue: i64,
    /// How many declarations.
    pub count: i64,
    /// When the one last changed that has stood there for longest.
    pub oldest: Moment,
}

impl View<'_> {
    /// How much waits in each queue, of both directions, of one office where one is given. Reads the queues,
    /// which hold what waits for somebody and nothing else.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn queues_at(&mut self, office: Option<&str>) -> Result<Vec<QueueAtOffice>, StorageError> {
        let mut queues = Vec::new();
        for table in ["declaration", "export_declaration"] {
            let text = format!(
                "SELECT queue, COUNT(*), MIN(updated_at) FROM {table} \
                 WHERE queue IS NOT NULL AND ($1 = '' OR office = $1) GROUP BY queue"
            );
            self.query(&text, &[office.unwrap_or_default().cell()], &mut |view| {
                let mut columns = view.columns(table);
                queues.push(QueueAtOffice {
                    queue: columns.next("queue")?,
                    count: columns.next("count")?,
                    oldest: columns.next("oldest")?,
                });
                Ok(())
            })?;
        }
        Ok(queues)
    }

    /// Who has taken these cases on, in order of the ids.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn assignments(
        &mut self,
        declarations: &[DeclarationId],
    ) -> Result<Vec<AssignmentRow>, StorageError> {
        let keys: Vec<_> = declarations.iter().map(|id| (*id,)).collect();
        self.load(&keys)
    }

    /// The cases that an officer took on after `since`, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn assignments_of(
        &mut self,
        officer: &str,
        since: Moment,
        limit: i64,
    ) -> Result<Vec<AssignmentRow>, StorageError> {
        self.select(
            "WHERE officer = $1 AND taken_at > $2 ORDER BY taken_at, declaration_id LIMIT $3",
            &[officer.cell(), since.cell(), limit.cell()],
        )
    }

    /// All proposals about a declaration, the first first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn proposals_of(&mut self, id: DeclarationId) -> Result<Vec<ProposalRow>, StorageError> {
        self.load(&[(id,)])
    }

    /// Proposals that nobody has answered, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open_proposals(&mut self, limit: i64) -> Result<Vec<ProposalRow>, StorageError> {
        self.select(
            "WHERE answered_by IS NULL ORDER BY proposed_at, declaration_id LIMIT $1",
            &[limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// Who has taken a case on, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_assignment(
        &mut self,
        id: DeclarationId,
    ) -> Result<Option<AssignmentRow>, StorageError> {
        Ok(self.lock(&[(id,)])?.pop())
    }

    /// Nobody has the case any more.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn end_assignment(&mut self, id: DeclarationId) -> Result<u64, StorageError> {
        self.delete::<AssignmentRow, _>(&[(id,)])
    }

    /// A proposal, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_proposal(
        &mut self,
        id: DeclarationId,
        n: i64,
    ) -> Result<Option<ProposalRow>, StorageError> {
        Ok(self.lock(&[(id, n)])?.pop())
    }
}
