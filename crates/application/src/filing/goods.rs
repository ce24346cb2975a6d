//! Goods that are registered (备案商品): by an approved filing, or by a command of who runs the system.

use jiff::civil::Date;
use tongguan_domain::filing::{FiledGoods, FilingId};
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, RegisteredGoodsRow, StorageError, Store, View};

use super::effect::{goods_row, read_goods};
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::registry::snapshot;

/// Goods as they are registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    /// Whose.
    pub party: PartyId,
    /// What they are, with the tariff code that counts.
    pub goods: FiledGoods,
    /// Whether they are suspended.
    pub is_suspended: bool,
    /// Their last day.
    pub valid_to: Option<Date>,
    /// The filing that was approved; absent where a command imported them.
    pub filing: Option<FilingId>,
    /// When they last changed.
    pub changed_at: Moment,
}

/// Goods were not imported.
#[derive(Debug, thiserror::Error)]
pub enum GoodsError {
    /// Nobody is registered under the code.
    #[error("no party is registered under `{0}`")]
    UnknownParty(PartyCode),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Goods {
    fn read(row: &RegisteredGoodsRow) -> Result<Self, StorageError> {
        Ok(Self {
            party: row.party_id,
            goods: read_goods(row)?,
            is_suspended: row.suspended,
            valid_to: row.valid_to.map(Moment::china_day),
            filing: row.filing_id,
            changed_at: row.changed_at,
        })
    }
}

/// Registered goods behind a place, by party and item number, at most `limit`; of one party where one is named.
///
/// # Errors
/// [`StorageError`].
pub fn goods_after(
    view: &mut View<'_>,
    party: Option<PartyId>,
    after: (PartyId, &str),
    limit: i64,
) -> Result<Vec<Goods>, StorageError> {
    let rows = view.registered_goods_after(party, after, limit)?;
    rows.iter().map(Goods::read).collect()
}

/// The goods of a party with an item number.
///
/// # Errors
/// [`StorageError`].
pub fn goods_of(
    view: &mut View<'_>,
    party: PartyId,
    item_no: &str,
) -> Result<Option<Goods>, StorageError> {
    view.registered_goods(&[(party, item_no)])?.first().map(Goods::read).transpose()
}

/// Registers goods of the party that `code` names, all of them in one transaction, without a filing; gives how
/// many are new, how many changed, and how many were so already.
///
/// # Errors
/// [`GoodsError`]; nothing was changed.
pub fn import_goods(
    store: &Store,
    code: &PartyCode,
    goods: &[FiledGoods],
    cause: &Cause,
    now: Moment,
) -> Result<[usize; 3], GoodsError> {
    change(&mut store.small_writer()?, Register::Filings, cause, now, |tx| {
        let party = snapshot(tx)?.named(code).map(|party| party.id);
        let party = party.ok_or_else(|| GoodsError::UnknownParty(code.clone()))?;
        let keys: Vec<_> = goods.iter().map(|one| (party, &*one.item_no)).collect();
        let standing = tx.registered_goods(&keys)?;
        let (mut rows, mut entries, mut counts) = (Vec::new(), Vec::new(), [0; 3]);
        for one in goods {
            let before = standing.iter().find(|row| *row.item_no == *one.item_no);
            let before = before.map(read_goods).transpose()?;
            let kind = match &before {
                None => ChangeKind::Added,
                Some(before) if before == one => {
                    counts[2] += 1;
                    continue;
                }
                Some(_) => ChangeKind::Changed,
            };
            counts[usize::from(kind == ChangeKind::Changed)] += 1;
            let was = before.map(|it| it.texts().map(|(_, text)| text));
            let fields = one.texts().into_iter().enumerate().filter_map(|(n, (name, after))| {
                let was = was.as_ref().and_then(|was| was.get(n)).cloned();
                Field::changed(name, was.unwrap_or_default(), after)
            });
            let subject = Subject::Goods { party, item: one.item_no.to_string() };
            entries.push(Entry { subject, change: kind, fields: fields.collect() });
            rows.push(goods_row(party, one, now)?);
        }
        tx.upsert(&rows)?;
        Ok((counts, entries))
    })
}
