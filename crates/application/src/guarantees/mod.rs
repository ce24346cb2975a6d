//! Guarantees (税款担保) as customs keeps them: who has one and how much of it is left, what was held of it and
//! given back, and how two officers change it (decision 38).
//!
//! | what | file |
//! |---|---|
//! | list them, find one by its guarantor | `listing` |
//! | what was held and given back, and because of what | `movements` |
//! | propose a change, approve it, turn it down | `proposal` |
//! | what was proposed | `proposed` |
//!
//! A guarantee is locked and read in every batch of clearing, so a change that is approved counts for the next one.

mod listing;
mod movements;
mod proposal;
mod proposed;
#[cfg(test)]
mod tests;

use tongguan_domain::guarantee::{Guarantee, Terms};
use tongguan_domain::party::Standing;
use tongguan_domain::time::Moment;
use tongguan_storage as storage;

use crate::registry::last_day;

pub use listing::{Listed, changes, find, list};
pub use movements::{MOVEMENTS, Movement, MovementCause, MovementKind, Movements, movements};
pub use proposal::{GuaranteeError, approve, propose, turn_down};
pub use proposed::{Proposal, open, proposal, proposals, proposals_of};
pub use tongguan_storage::MovementPlace;

/// The balance that a row holds.
pub fn balance(row: &storage::Guarantee) -> Guarantee {
    Guarantee {
        granted: row.granted,
        held: row.held,
        queued: row.queued,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        standing: standing(row.suspended),
    }
}

/// The terms that a row holds.
pub fn terms(row: &storage::Guarantee) -> Terms {
    Terms {
        granted: row.granted,
        valid_from: row.valid_from.china_day(),
        valid_to: last_day(row),
        standing: standing(row.suspended),
        reference: row.reference.clone(),
    }
}

/// The row with other terms.
fn with(row: storage::Guarantee, terms: &Terms) -> storage::Guarantee {
    storage::Guarantee {
        granted: terms.granted,
        valid_from: Moment::start_of(terms.valid_from),
        // The row holds the first moment after the last day.
        valid_to: terms.valid_to.and_then(|day| day.tomorrow().ok()).map(Moment::start_of),
        reference: terms.reference.clone(),
        suspended: terms.standing == Standing::Suspended,
        ..row
    }
}

const fn standing(suspended: bool) -> Standing {
    if suspended { Standing::Suspended } else { Standing::Active }
}
