//! Where enquiries are answered from: the primary, or a standby (备库) for whoever only looks.

use std::sync::Arc;

pub use tongguan_storage::{Looker, Position, StandbyStanding, StandbyTrouble};

use super::Enquiries;

impl Enquiries {
    /// Somebody who only looks, and last wrote at `position`; nothing where there is one database to look at.
    pub fn looker(&self, position: Position) -> Option<Arc<Looker>> {
        self.store().has_standbys().then(|| Looker::who_has_seen(position))
    }

    /// What somebody has to see from now on who has just written something: where the database does not say, the
    /// primary.
    pub fn written(&self) -> Position {
        self.store().position().unwrap_or(Position::END)
    }

    /// Whether there are standbys, so that it matters who has written what.
    pub const fn has_standbys(&self) -> bool {
        self.store().has_standbys()
    }

    /// How the standbys stand, in the order in which they were named.
    pub fn standbys(&self) -> Vec<StandbyStanding> {
        self.store().standbys()
    }
}
