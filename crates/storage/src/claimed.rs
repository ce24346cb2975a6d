//! Claims of a transaction that decides: each is locked by itself, so that two such transactions wait for each other
//! only where both are about one number.
//!
//! One that stands is locked as it is read. One that nobody has cannot be locked, and to write it down in advance
//! would cost every parcel two more rows. Whoever looked for it in vain learns at the time of writing whether somebody
//! has taken it meanwhile, and begins anew.

use std::collections::BTreeSet;

use tongguan_domain::ids::PartyId;

use crate::claim::{Claim, ClaimKey};
use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::tx::Tx;

/// The claims that a transaction has looked at; on SQLite, where nobody else writes meanwhile, none is noted.
#[derive(Debug, Default)]
pub(crate) struct LookedAt {
    /// Those that are locked.
    standing: BTreeSet<Key>,
    /// Those that nobody had when they were looked for first.
    vacant: BTreeSet<Key>,
}

type Key = (Partition, i64, PartyId, String);

impl Tx<'_> {
    /// The claims of these keys, in order of the keys, locked until the end of the transaction; absent ones are left
    /// out. What was looked for here is written by [`Self::write_claims`].
    ///
    /// Lock order: claims, then allowances, then guarantees.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_claims(&mut self, keys: &[ClaimKey<'_>]) -> Result<Vec<Claim>, StorageError> {
        let claims = self.lock::<Claim, _>(keys)?;
        if self.dialect() == Dialect::Postgres {
            let found: BTreeSet<_> = claims.iter().map(key_of).collect();
            let LookedAt { standing, vacant } = &mut self.looked_at;
            for key in keys {
                let owned = owned(key);
                if !found.contains(key) {
                    vacant.insert(owned);
                } else if !vacant.contains(&owned) {
                    // Where somebody took it between two looks, what followed from the first must not be written.
                    standing.insert(owned);
                }
            }
        }
        Ok(claims)
    }

    /// Writes claims, each once, all of which were looked for by [`Self::lock_claims`], and makes sure that nobody
    /// has taken one meanwhile that was looked for in vain: to be called, also with none, when nothing is looked for
    /// any more.
    ///
    /// # Errors
    /// [`StorageError::WrittenMeanwhile`] where somebody has; the transaction is rolled back and runs again.
    pub fn write_claims(&mut self, claims: &[Claim]) -> Result<(), StorageError> {
        if self.dialect() == Dialect::Sqlite {
            return self.replace(claims);
        }
        let looked_at = std::mem::take(&mut self.looked_at);
        let is_held = |claim: &&Claim| looked_at.standing.contains(&owned(&key_of(claim)));
        let (held, mut fresh): (Vec<_>, Vec<_>) = claims.iter().partition(is_held);
        // In one order, so that no two wait for what the other has inserted.
        fresh.sort_unstable_by_key(|claim| key_of(claim));
        let inserted = self.insert_unheld(fresh.iter().copied())?;
        let mut in_vain: BTreeSet<_> = looked_at.vacant.iter().map(borrowed).collect();
        for claim in &fresh {
            in_vain.remove(&key_of(claim));
        }
        let in_vain: Vec<_> = in_vain.into_iter().collect();
        let is_taken = inserted < fresh.len() as u64 || self.has_any::<Claim, _>(&in_vain)?;
        if is_taken {
            return self.doom(StorageError::WrittenMeanwhile { table: "claim" });
        }
        self.replace(held)
    }
}

fn key_of(claim: &Claim) -> ClaimKey<'_> {
    (claim.bucket, claim.kind, claim.party_id, &claim.number)
}

fn owned(&(bucket, kind, party, number): &ClaimKey<'_>) -> Key {
    (bucket, kind, party, number.to_owned())
}

fn borrowed((bucket, kind, party, number): &Key) -> ClaimKey<'_> {
    (*bucket, *kind, *party, number)
}
