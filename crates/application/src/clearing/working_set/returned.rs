//! Returns of exported goods and their parcels, as a part of the working set.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::readmission::{ExportReturnId, ReturnedByLine};

use super::{Draft, WorkingSet};
use crate::clearing::export_return::{ExportReturnRecord, ReturnParcel, ReturnParcelKey};
use crate::clearing::record::ExportRecord;

/// Records by key.
#[derive(Debug, Default)]
pub struct Returned {
    returns: BTreeMap<ExportReturnId, Arc<ExportReturnRecord>>,
    parcels: BTreeMap<ReturnParcelKey, ReturnParcel>,
}

impl Returned {
    /// Takes in what a decision has set.
    pub fn extend(&mut self, new: Self) {
        self.returns.extend(new.returns);
        self.parcels.extend(new.parcels);
    }

    fn completed(
        &self,
        declaration: DeclarationId,
    ) -> impl Iterator<Item = &Arc<ExportReturnRecord>> {
        let from = ExportReturnId { declaration, n: 0 };
        let to = ExportReturnId { declaration, n: i64::MAX };
        let returns = self.returns.range(from..=to).map(|(_, record)| record);
        returns.filter(|record| record.state.released_at().is_some())
    }

    fn returned_by_line(&self, declaration: DeclarationId) -> ReturnedByLine {
        ReturnedByLine::of(self.completed(declaration).flat_map(|record| &record.facts.items))
    }
}

/// Which of them have to be written.
#[derive(Debug, Default)]
pub struct ReturnedKeys {
    returns: BTreeSet<ExportReturnId>,
    parcels: BTreeSet<ReturnParcelKey>,
}

impl ReturnedKeys {
    /// Notes what a decision has set.
    pub fn note(&mut self, new: &Returned) {
        self.returns.extend(new.returns.keys());
        self.parcels.extend(new.parcels.keys().cloned());
    }

    /// What has to be written, each once.
    pub fn changes(
        &self,
        loaded: &Returned,
        exports: &HashMap<DeclarationId, Arc<ExportRecord>>,
    ) -> ReturnedChanges {
        let returns = self.returns.iter().filter_map(|id| loaded.returns.get(id).cloned());
        let parcels = self.parcels.iter().filter_map(|key| loaded.parcels.get(key).cloned());
        let declarations: BTreeSet<_> = self.returns.iter().map(|id| id.declaration).collect();
        let back = declarations.iter().filter_map(|id| exports.get(id)).filter_map(|export| {
            let completed = loaded.completed(export.id).count();
            let back = loaded.returned_by_line(export.id);
            let mut items = export.facts.items.iter();
            let whole = items.all(|item| back.line(item.number).declared >= item.quantity);
            let completed = i64::try_from(completed).unwrap_or(i64::MAX);
            (completed > 0).then(|| Back { export: export.clone(), completed, whole })
        });
        ReturnedChanges {
            back: back.collect(),
            returns: returns.collect(),
            parcels: parcels.collect(),
        }
    }
}

/// Returns and parcels that a batch has to write, each once and in order of its key.
#[derive(Debug)]
pub struct ReturnedChanges {
    /// Returns as they now stand.
    pub returns: Vec<Arc<ExportReturnRecord>>,
    /// Parcels as they now stand.
    pub parcels: Vec<ReturnParcel>,
    /// Export declarations of whose goods some are back.
    pub back: Vec<Back>,
}

/// An export declaration of whose goods some are back.
#[derive(Debug)]
pub struct Back {
    /// Which.
    pub export: Arc<ExportRecord>,
    /// How many returns of it are complete; at least one.
    pub completed: i64,
    /// Whether nothing is left abroad.
    pub whole: bool,
}

impl WorkingSet {
    /// Takes in a return that was loaded.
    pub fn put_export_return(&mut self, record: ExportReturnRecord) {
        self.loaded.returned.returns.insert(record.id, Arc::new(record));
    }

    /// Takes in a parcel that was loaded.
    pub fn put_return_parcel(&mut self, parcel: ReturnParcel) {
        self.loaded.returned.parcels.insert(parcel.key.clone(), parcel);
    }
}

impl Draft<'_> {
    /// The return of that id.
    pub fn export_return(&self, id: ExportReturnId) -> Option<&Arc<ExportReturnRecord>> {
        let known = self.new.returned.returns.get(&id);
        known.or_else(|| self.base.loaded.returned.returns.get(&id))
    }

    /// All returns of an export declaration, in order.
    pub fn export_returns_of(&self, declaration: DeclarationId) -> Vec<&Arc<ExportReturnRecord>> {
        let from = ExportReturnId { declaration, n: 0 };
        let to = ExportReturnId { declaration, n: i64::MAX };
        let ids: BTreeSet<_> = [&self.base.loaded.returned.returns, &self.new.returned.returns]
            .into_iter()
            .flat_map(|returns| returns.range(from..=to).map(|(id, _)| *id))
            .collect();
        ids.into_iter().filter_map(|id| self.export_return(id)).collect()
    }

    /// How much of each line of an export declaration is back: what its consolidation leaves out.
    pub fn returned_by_line(&self, declaration: DeclarationId) -> ReturnedByLine {
        let returns = self.export_returns_of(declaration);
        let back = returns.iter().filter(|record| record.state.released_at().is_some());
        ReturnedByLine::of(back.flat_map(|record| &record.facts.items))
    }

    /// The parcel of that label, vacant if nobody waits at it.
    pub fn return_parcel(&self, key: &ReturnParcelKey) -> ReturnParcel {
        let known = self.new.returned.parcels.get(key);
        let known = known.or_else(|| self.base.loaded.returned.parcels.get(key));
        known.cloned().unwrap_or_else(|| ReturnParcel::vacant(key.clone()))
    }

    /// Sets a return.
    pub fn set_export_return(&mut self, record: ExportReturnRecord) {
        self.new.returned.returns.insert(record.id, Arc::new(record));
    }

    /// Sets a parcel.
    pub fn set_return_parcel(&mut self, parcel: ReturnParcel) {
        self.new.returned.parcels.insert(parcel.key.clone(), parcel);
    }
}
