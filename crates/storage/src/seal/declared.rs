//! What data keys seal beside messages, by declaration: pictures of examinations and payment evidence, of which there
//! is little.

use tongguan_domain::ids::DeclarationId;

use super::key::KeyId;
use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::tx::{Tx, View};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclaredKind {
    /// A picture of an examination.
    Picture,
    /// What a platform uploaded of a payment.
    Evidence,
}

/// One of them, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredBody {
    /// Of which declaration.
    pub declaration_id: DeclarationId,
    /// Which of its pictures, or of the demands about it.
    pub n: i64,
    /// Sealed.
    pub body: Vec<u8>,
}

impl DeclaredKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Picture, Self::Evidence];

    const fn table(self) -> &'static str {
        match self {
            Self::Picture => "picture_body",
            Self::Evidence => "evidence_upload",
        }
    }
}

impl View<'_> {
    /// How many of a period a key of the ring seals.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn declared_under(
        &mut self,
        kind: DeclaredKind,
        (id, period): (KeyId, &str),
    ) -> Result<i64, StorageError> {
        let table = kind.table();
        let text = format!("SELECT COUNT(*) FROM {table} WHERE key_id = $1 AND period = $2");
        Ok(self.single_of(&text, &[id.cell(), period.cell()])?.unwrap_or(0))
    }

    /// The first of a period that a key of the ring seals, behind one of them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn next_declared_under(
        &mut self,
        kind: DeclaredKind,
        (id, period): (KeyId, &str),
        after: (DeclarationId, i64),
    ) -> Result<Option<DeclaredBody>, StorageError> {
        let table = kind.table();
        let text = format!(
            "SELECT declaration_id, n, body FROM {table} WHERE key_id = $1 AND period = $2 \
             AND (declaration_id, n) > ($3, $4) ORDER BY declaration_id, n LIMIT 1"
        );
        let values = [id.cell(), period.cell(), after.0.cell(), after.1.cell()];
        let mut found = None;
        self.query(&text, &values, &mut |view| {
            let mut columns = view.columns(table);
            found = Some(DeclaredBody {
                declaration_id: columns.next("declaration_id")?,
                n: columns.next("n")?,
                body: columns.next("body")?,
            });
            Ok(())
        })?;
        Ok(found)
    }
}

impl Tx<'_> {
    /// Puts a body in the place of the one that key `old` sealed, `new` in its place; gives how many there were.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn replace_declared(
        &mut self,
        kind: DeclaredKind,
        (old, new, period): (KeyId, KeyId, &str),
        fresh: &DeclaredBody,
    ) -> Result<u64, StorageError> {
        let table = kind.table();
        // By the index of what a key seals: the partition, with which the primary key may begin, is not known here.
        let text = format!(
            "UPDATE {table} SET key_id = k.fresh, body = k.body FROM {{rows}} \
             WHERE {table}.key_id = k.stale AND {table}.period = k.period \
             AND {table}.declaration_id = k.declaration_id AND {table}.n = k.n"
        );
        let row = (old, new, period, fresh.declaration_id, fresh.n, &fresh.body);
        self.each(&text, &["stale", "fresh", "period", "declaration_id", "n", "body"], &[row])
    }
}
