//! Bonded lists and gate passes in the working set: few, so a decision's changes are kept whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tongguan_domain::ids::{BondedListNumber, GatePassNumber};

use super::{Draft, WorkingSet};
use crate::clearing::zone::{
    ListKey, ListRecord, PassRecord, ReferenceKey, Referenced, ZoneNews, ZoneTold,
};

/// Records by key.
#[derive(Debug, Default, Clone)]
pub struct ZoneTables {
    /// Bonded lists.
    pub lists: BTreeMap<ListKey, Arc<ListRecord>>,
    /// Gate passes.
    pub passes: BTreeMap<GatePassNumber, Arc<PassRecord>>,
    /// Enterprises' own numbers.
    pub references: BTreeMap<ReferenceKey, Referenced>,
}

/// What deciding about lists and gate passes brings forth besides changed records.
#[derive(Debug, Default)]
pub struct ZoneOutcomes {
    /// Answers, in order of decision.
    pub told: Vec<ZoneTold>,
    /// News that was told.
    pub heard: Vec<ZoneNews>,
    /// Lists that were not there before.
    pub lodged: BTreeSet<ListKey>,
}

impl ZoneTables {
    pub(super) fn extend(&mut self, other: Self) {
        self.lists.extend(other.lists);
        self.passes.extend(other.passes);
        self.references.extend(other.references);
    }
}

impl ZoneOutcomes {
    pub(super) fn extend(&mut self, other: Self) {
        self.told.extend(other.told);
        self.heard.extend(other.heard);
        self.lodged.extend(other.lodged);
    }
}

impl WorkingSet {
    /// Takes in a bonded list that was loaded.
    pub fn put_list(&mut self, list: ListRecord) {
        self.loaded.zone.lists.insert(list.key(), Arc::new(list));
    }

    /// Takes in a gate pass that was loaded.
    pub fn put_pass(&mut self, pass: PassRecord) {
        self.loaded.zone.passes.insert(pass.number.clone(), Arc::new(pass));
    }

    /// Takes in what an enterprise's own number names.
    pub fn put_reference(&mut self, key: ReferenceKey, named: Referenced) {
        self.loaded.zone.references.insert(key, named);
    }
}

impl Draft<'_> {
    /// The bonded list of that key.
    pub fn list(&self, key: &ListKey) -> Option<&Arc<ListRecord>> {
        self.new.zone.lists.get(key).or_else(|| self.base.loaded.zone.lists.get(key))
    }

    /// The bonded lists of that number, in whatever account book.
    pub fn lists_numbered(&self, number: &BondedListNumber) -> Vec<&Arc<ListRecord>> {
        let mut lists: BTreeMap<_, _> = BTreeMap::new();
        for tables in [&self.base.loaded.zone, &self.new.zone] {
            lists.extend(tables.lists.iter().filter(|(key, _)| key.number == *number));
        }
        lists.into_values().collect()
    }

    /// The gate pass of that number.
    pub fn pass(&self, number: &GatePassNumber) -> Option<&Arc<PassRecord>> {
        self.new.zone.passes.get(number).or_else(|| self.base.loaded.zone.passes.get(number))
    }

    /// What an enterprise's own number names.
    pub fn referenced(&self, key: &ReferenceKey) -> Option<&Referenced> {
        self.new.zone.references.get(key).or_else(|| self.base.loaded.zone.references.get(key))
    }

    /// Sets a bonded list.
    pub fn set_list(&mut self, list: ListRecord) {
        self.new.zone.lists.insert(list.key(), Arc::new(list));
    }

    /// Notes that a list is a new one, so that it cannot be written over another.
    pub fn lodge(&mut self, key: ListKey) {
        self.outcomes.zone.lodged.insert(key);
    }

    /// Sets a gate pass.
    pub fn set_pass(&mut self, pass: PassRecord) {
        self.new.zone.passes.insert(pass.number.clone(), Arc::new(pass));
    }

    /// Sets what an enterprise's own number names.
    pub fn set_referenced(&mut self, key: ReferenceKey, named: Referenced) {
        self.new.zone.references.insert(key, named);
    }

    /// Adds an answer about a list or gate pass.
    pub fn tell(&mut self, told: ZoneTold) {
        self.outcomes.zone.told.push(told);
    }

    /// Notes that news was told.
    pub fn hear(&mut self, news: ZoneNews) {
        self.outcomes.zone.heard.push(news);
    }
}
