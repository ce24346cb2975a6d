//! Loading what documents of bonded zones name: what their own numbers stand for, gate passes, lists, and the
//! account books of these.

use std::collections::BTreeSet;

use tongguan_domain::bonded::StockKey;
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, GatePassNumber,
};
use tongguan_messages::zone::ZoneDocument;
use tongguan_storage::{Partition, Tx};

use super::named::Named;
use crate::clearing::batch::BatchError;
use crate::clearing::rows;
use crate::clearing::working_set::WorkingSet;
use crate::clearing::zone::{ListKey, ReferenceKey, Referenced, ZoneNews, ZoneSubmitted, numbers};

/// What documents of bonded zones name.
#[derive(Debug, Default)]
pub(super) struct ZoneNamed {
    references: BTreeSet<ReferenceKey>,
    numbers: BTreeSet<BondedListNumber>,
    lists: BTreeSet<ListKey>,
    passes: BTreeSet<GatePassNumber>,
    /// What vehicles carry of lists.
    carried: BTreeSet<AccountItemNumber>,
}

impl Named {
    pub(super) fn zone_document(&mut self, document: &ZoneSubmitted) {
        self.zone.references.insert(document.reference());
        self.zone.numbers.extend(numbers(&document.declared).iter().cloned());
        match &document.declared {
            ZoneDocument::List(list) => {
                let items = list.lines.iter().filter_map(|line| line.goods.account_item.clone());
                self.stocks.extend(items.map(|item| StockKey { book: list.book.clone(), item }));
            }
            ZoneDocument::Pass(pass) => {
                self.zone.carried.extend(pass.goods.iter().map(|goods| goods.item.clone()));
            }
        }
    }

    pub(super) fn zone_news(&mut self, news: &ZoneNews) {
        self.zone.of(&news.of);
    }
}

impl ZoneNamed {
    /// Where the references lie that are looked up.
    pub(super) fn partitions(&self) -> impl Iterator<Item = Partition> {
        self.references.iter().map(|key| rows::reference_key(key).0)
    }

    fn of(&mut self, named: &Referenced) {
        match named {
            Referenced::List(key) => drop(self.lists.insert(key.clone())),
            Referenced::Pass(number) => drop(self.passes.insert(number.clone())),
        }
    }
}

/// Loads it, gate passes before the lists that they name.
pub(super) fn load(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    Named { zone, stocks, .. }: &mut Named,
) -> Result<(), BatchError> {
    let keys: Vec<_> = zone.references.iter().map(rows::reference_key).collect();
    for row in tx.zone_references(&keys)? {
        let (key, of) = rows::read_reference(row)?;
        zone.of(&of);
        set.put_reference(key, of);
    }
    let numbers: Vec<_> = zone.numbers.iter().map(|number| (number.as_str(),)).collect();
    for row in tx.bonded_lists_numbered(&numbers)? {
        let list = rows::read_list(row)?;
        let carried = list.list.lines.iter().map(|(item, _)| item);
        let carried = carried.filter(|item| zone.carried.contains(item)).cloned();
        let key = |item| StockKey { book: list.list.book.clone(), item };
        stocks.extend(carried.map(key));
        zone.lists.insert(list.key());
    }
    let keys: Vec<_> = zone.passes.iter().map(rows::pass_key).collect();
    for row in tx.lock_gate_passes(&keys)? {
        let pass = rows::read_pass(row)?;
        zone.lists.extend(pass.lists.iter().cloned());
        set.put_pass(pass);
    }
    let mut books: BTreeSet<AccountBookNumber> = BTreeSet::new();
    let keys: Vec<_> = zone.lists.iter().map(rows::list_key).collect();
    for row in tx.lock_bonded_lists(&keys)? {
        let list = rows::read_list(row)?;
        books.insert(list.list.book.clone());
        set.put_list(list);
    }
    let books: Vec<_> = books.iter().map(rows::book_key).collect();
    for row in tx.account_books(&books)? {
        set.put_account_book(rows::read_book(row)?);
    }
    Ok(())
}
