//! Loading what consolidation needs: requests, the parts that they answer, and whether what was merged
//! is still free.

use tongguan_storage::Tx;

use super::named::Named;
use crate::clearing::batch::BatchError;
use crate::clearing::consolidation::{Answers, Consolidating};
use crate::clearing::record::ClaimKey;
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;

impl Named {
    pub(super) fn consolidation(&mut self, what: &Consolidating) {
        if let Consolidating::Portion(portion) = what {
            self.requests.insert(portion.request.clone());
            self.closed.extend(portion.merged.iter().map(|merged| merged.closed));
        }
    }
}

/// Requests lead to the documents that they answer.
pub(super) fn load(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    if named.requests.is_empty() {
        return Ok(());
    }
    let requests = named.requests.iter();
    let keys: Vec<_> =
        requests.map(|key| (key.bucket(), key.declarant, key.reference.as_str())).collect();
    for row in tx.consolidations(&keys)? {
        let request = rows::read_request(row)?;
        if let Answers::Part(part, _) = &request.answers {
            let document = request.key.part(*part);
            let (kind, party, number) = (document.kind, document.party, document.number);
            named.parked.insert(ClaimKey { kind, party, number });
        }
        set.put_request(request);
    }
    let keys: Vec<_> = named.closed.iter().copied().collect();
    for row in tx.closed_exports(&keys)? {
        if row.entry_id.is_none() && !row.returned {
            set.put_free(row.key(), row.returns);
        }
    }
    Ok(())
}
