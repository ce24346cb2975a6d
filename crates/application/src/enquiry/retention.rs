//! What is kept until when, held, erased and archived, for those who look at it.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{ArchivedMonthRow, ErasureRow, StorageError};

use super::Enquiries;
use crate::numbering::made_at;
use crate::retention::{Hold, Item, RetentionError, holds, outline};
use crate::review::AnyDeclaration;

/// What keeps one declaration, and where it stands besides (保存情况).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// The hold by which nothing of it is erased.
    pub hold: Option<Hold>,
    /// Its month in the archive.
    pub archived: Option<ArchivedMonthRow>,
}

/// What is kept, and what is not any more.
#[derive(Debug)]
pub struct Retained {
    /// Of each month, in order.
    pub items: Vec<Item>,
    /// Holds of declarations within reach, the last one first.
    pub holds: Vec<(Hold, AnyDeclaration)>,
    /// What was erased, with statements.
    pub erasures: Vec<ErasureRow>,
    /// The months that stand in an archive.
    pub archived: Vec<ArchivedMonthRow>,
}

impl Enquiries {
    /// What keeps a declaration, and where it stands besides; whether it is reached was looked at before.
    ///
    /// # Errors
    /// [`StorageError`].
    pub(super) fn keeping(&self, id: DeclarationId) -> Result<Keeping, StorageError> {
        let month = Month::of(made_at(id.0)).to_string();
        self.store().read(|view| {
            let hold = view.legal_hold_of(id)?;
            Ok(Keeping { hold, archived: view.archived_month(&month)? })
        })
    }

    /// What is kept until when, what is held within reach, what was erased, what is archived.
    ///
    /// # Errors
    /// [`RetentionError`].
    pub fn retained(&self, reach: Reach, now: Moment) -> Result<Retained, RetentionError> {
        let pack = self.pack()?;
        let items = outline(self.store(), &pack, now)?;
        let mut within = Vec::new();
        for hold in holds(self.store())?.into_iter().rev() {
            let one = self.declarations(reach, &[hold.declaration_id])?.pop();
            within.extend(one.map(|declaration| (hold, declaration)));
        }
        let (erasures, archived) = self
            .store()
            .read(|view| Ok::<_, StorageError>((view.erasures()?, view.archived_months()?)))?;
        Ok(Retained { items, holds: within, erasures, archived })
    }
}
