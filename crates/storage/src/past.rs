//! What each buyer, merchant and address has been in before: a narrow row for each of them and declaration, written
//! by the follower that keeps the lists of parcels, and made anew with them.
//!
//! Persons stand here by their marks alone. The mark leads the key, so what lies under one grows with time in one
//! place, is read from its end, and can be deleted as a whole.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;

use crate::cell::{Cell, ToCell as _};
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A declaration as it counts for somebody whom it names.
    pub struct PastDeclaration in "past_declaration", key 4 {
        /// The bucket of the mark, or of the party.
        bucket: Partition,
        /// Who: 1 a buyer, 2 a merchant, 3 an address.
        kind: i64,
        /// The mark of buyer or address, or the eight bytes of a party's number.
        whose: Vec<u8>,
        /// The declaration. Its id grows with the time of lodging.
        declaration_id: DeclarationId,
        /// What became of it, by the application's numbering.
        outcome: i64,
        /// 完税价格, of an import.
        dutiable: Option<Money>,
        /// Of a buyer the mark of the address, of an address that of the buyer.
        other: Option<Vec<u8>>,
    }
}

row! {
    /// An examination that found something. Few do, and what was found once stays found, whatever becomes of the
    /// declaration: so it is no column of rows that are written over.
    pub struct ExaminationFinding in "examination_finding", key 1 {
        /// The declaration.
        declaration_id: DeclarationId,
    }
}

impl Replaceable for PastDeclaration {}

/// Whose past is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOf {
    /// The bucket of the mark, or of the party.
    pub bucket: Partition,
    /// Who: 1 a buyer, 2 a merchant, 3 an address.
    pub kind: i64,
    /// The mark of buyer or address, or the eight bytes of a party's number.
    pub whose: Vec<u8>,
    /// This declaration is left out.
    pub but: Option<DeclarationId>,
}

/// How many declarations had one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastCount {
    /// Which, by the application's numbering.
    pub outcome: i64,
    /// How many.
    pub count: i64,
    /// In how many of them an examination found something.
    pub found: i64,
    /// 完税价格 of the imports among them.
    pub dutiable: Money,
}

/// The part of somebody's rows that is looked at.
const NEWEST: &str = "WHERE bucket = $1 AND kind = $2 AND whose = $3 AND declaration_id <> $4 \
                      AND declaration_id >= $5 ORDER BY declaration_id DESC LIMIT $6";

impl View<'_> {
    /// What became of somebody's declarations from `from` on, those of the newest `most`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn past_counts(
        &mut self,
        of: &PastOf,
        from: DeclarationId,
        most: i64,
    ) -> Result<Vec<PastCount>, StorageError> {
        // A sum of whole numbers is a decimal on PostgreSQL.
        let text = format!(
            "SELECT outcome, COUNT(*), CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM examination_finding AS it \
             WHERE it.declaration_id = newest.declaration_id) THEN 1 ELSE 0 END) AS BIGINT), \
             CAST(COALESCE(SUM(dutiable), 0) AS BIGINT) \
             FROM (SELECT outcome, dutiable, declaration_id FROM past_declaration {NEWEST}) AS newest \
             GROUP BY outcome ORDER BY outcome"
        );
        let mut counts = Vec::new();
        self.query(&text, &values(of, &from, &most), &mut |view| {
            let mut columns = view.columns("past_declaration");
            counts.push(PastCount {
                outcome: columns.next("outcome")?,
                count: columns.next("count")?,
                found: columns.next("found")?,
                dutiable: columns.next("dutiable")?,
            });
            Ok(())
        })?;
        Ok(counts)
    }

    /// How many others stand beside somebody in those: buyers at an address, addresses of a buyer.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn past_others(
        &mut self,
        of: &PastOf,
        from: DeclarationId,
        most: i64,
    ) -> Result<i64, StorageError> {
        let text = format!(
            "SELECT COUNT(DISTINCT other) FROM (SELECT other FROM past_declaration {NEWEST}) AS newest"
        );
        let mut others = 0;
        self.query(&text, &values(of, &from, &most), &mut |view| {
            others = view.columns("past_declaration").next("count")?;
            Ok(())
        })?;
        Ok(others)
    }

    /// Somebody's declarations, those lodged last first, at most `most`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn past_declarations(
        &mut self,
        of: &PastOf,
        most: i64,
    ) -> Result<Vec<PastDeclaration>, StorageError> {
        self.select(NEWEST, &values(of, &DeclarationId(0), &most))
    }

    /// The first of somebody's declarations.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn first_past_declaration(
        &mut self,
        of: &PastOf,
    ) -> Result<Option<PastDeclaration>, StorageError> {
        let first = NEWEST.replace("DESC", "ASC");
        Ok(self.select(&first, &values(of, &DeclarationId(0), &1))?.pop())
    }
}

fn values<'c>(of: &'c PastOf, from: &'c DeclarationId, most: &'c i64) -> [Cell<'c>; 6] {
    let PastOf { bucket, kind, whose, but } = of;
    // No declaration has the number 0.
    let but = Cell::Integer(but.map_or(0, |id| id.0));
    [bucket.cell(), kind.cell(), whose.cell(), but, from.cell(), most.cell()]
}
