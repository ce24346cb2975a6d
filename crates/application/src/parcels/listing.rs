//! What a party asks of its list.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use tongguan_domain::access::Reach;
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{NumberOf, ParcelsOf, Partition, PartyParcel, StorageError, View};

use super::{Parcel, ParcelsError};
use crate::clearing::rows::read_export;
use crate::enquiry::Enquiries;
use crate::guarantees::balance;
use crate::numbering::{first_id_at, made_at, partition_of};
use crate::review::{AnyDeclaration, Direction};

/// What a search by number gives at most.
const MOST_FOUND: i64 = 200;
/// A tally counts so far.
const MOST_COUNTED: i64 = 1_000;
/// A refusal needs attention for so many days.
const LATELY_DAYS: i64 = 7;
/// A guarantee is nearly used up when less than this part of it is free.
const SHORT_BELOW: i64 = 10;

/// Which parcels are listed; all where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParcelFilter {
    /// Those at one of these statuses.
    pub statuses: Vec<ReturnStatus>,
    /// Those whose goods go this way.
    pub direction: Option<Direction>,
    /// Those lodged on this day or later, in China.
    pub from: Option<Date>,
    /// Those lodged on this day or earlier.
    pub to: Option<Date>,
    /// Those whose order or waybill number begins so; all where it is empty.
    pub number: String,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParcelPage {
    /// The parcels, those lodged last first.
    pub rows: Vec<Parcel>,
    /// Behind which one the next page begins; absent after the last.
    pub next: Option<DeclarationId>,
    /// Whether more numbers begin so than were looked at.
    pub is_cut: bool,
}

/// What an enterprise should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// Refused within the last week.
    Refused,
    /// Waits for order, payment or waybill.
    Waiting,
    /// Kept by customs.
    Detained,
    /// Stored, and not declared.
    Stored,
    /// Reviewed by an officer.
    InReview,
    /// Under examination.
    Examined,
    /// Reviewed, and waits for a guarantee or for its entry.
    Reviewed,
}

/// How many parcels are a concern, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Which.
    pub concern: Concern,
    /// How many; more than [`Self::is_more`] says are not counted.
    pub count: i64,
    /// Whether there are more than were counted.
    pub is_more: bool,
    /// The first of them was lodged then.
    pub since: Moment,
}

/// What is wrong with a guarantee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Parcels wait for it.
    Queued(Money),
    /// Little of it is free.
    Low(Money),
    /// It does not hold now.
    NotValid,
}

impl Concern {
    /// All, the most pressing first.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::Detained,
        Self::Waiting,
        Self::Reviewed,
        Self::Examined,
        Self::InReview,
        Self::Stored,
    ];

    /// The statuses at which its parcels stand.
    pub const fn statuses(self) -> &'static [ReturnStatus] {
        match self {
            Self::Refused => &[ReturnStatus::Refused],
            Self::Waiting => &[ReturnStatus::Accepted],
            Self::Detained => &[
                ReturnStatus::DetainedForClearance,
                ReturnStatus::DetainedForInvestigation,
                ReturnStatus::DetainedForLegal,
                ReturnStatus::DetainedOtherwise,
                ReturnStatus::Suspended,
            ],
            Self::Stored => &[ReturnStatus::Stored],
            Self::InReview => &[ReturnStatus::InReview],
            Self::Examined => &[ReturnStatus::Examined],
            Self::Reviewed => &[ReturnStatus::Reviewed],
        }
    }

    /// From which day on its parcels count.
    pub fn from(self, now: Moment) -> Option<Date> {
        (self == Self::Refused).then(|| now.plus_days(-LATELY_DAYS).china_day())
    }
}

impl Shortage {
    /// What is wrong with a guarantee now, if anything is.
    pub fn of(guarantee: Guarantee, now: Moment) -> Option<Self> {
        if !guarantee.is_valid_at(now) {
            return Some(Self::NotValid);
        }
        if guarantee.queued > Money::ZERO {
            return Some(Self::Queued(guarantee.queued));
        }
        let free = guarantee.free(now);
        let is_low = free.fen().saturating_mul(SHORT_BELOW) < guarantee.granted.fen();
        is_low.then_some(Self::Low(free))
    }
}

impl Enquiries {
    /// The parcels of the party that is reached, behind one of them or from the last one on, at most `limit`.
    /// A search by number gives one page. For others than parties there is no list.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn parcels(
        &self,
        reach: Reach,
        filter: &ParcelFilter,
        behind: Option<DeclarationId>,
        limit: usize,
    ) -> Result<ParcelPage, ParcelsError> {
        let Reach::Party(party) = reach else { return Ok(ParcelPage::default()) };
        self.store().read(|view| {
            let number = filter.number.trim();
            if number.is_empty() {
                let before = behind.unwrap_or(DeclarationId(i64::MAX));
                return listed(view, party, filter, before, limit);
            }
            numbered(view, party, filter, number)
        })
    }

    /// What the party that is reached should look at, the most pressing first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn concerns(&self, reach: Reach, now: Moment) -> Result<Vec<Tally>, StorageError> {
        let Reach::Party(party) = reach else { return Ok(Vec::new()) };
        self.store().read(|view| {
            let mut tallies = Vec::new();
            for concern in Concern::ALL {
                tallies.extend(tally(view, party, concern, now)?);
            }
            Ok(tallies)
        })
    }

    /// The guarantee (担保) of the party that is reached, if it has one.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn guarantee(&self, reach: Reach) -> Result<Option<Guarantee>, StorageError> {
        let Reach::Party(party) = reach else { return Ok(None) };
        let key = (Partition::of_party(party), party);
        let row = self.store().read(|view| view.guarantees(&[key]))?.pop();
        Ok(row.as_ref().map(balance))
    }
}

impl ParcelFilter {
    /// From which id on, and before which: those of its days, before `before`.
    pub(super) fn ids(&self, before: DeclarationId) -> (DeclarationId, DeclarationId) {
        let id_at = |day: Date| DeclarationId(first_id_at(Moment::start_of(day)));
        let end = self.to.and_then(|day| day.tomorrow().ok()).map(id_at);
        let from = self.from.map_or(DeclarationId(0), id_at);
        (from, end.map_or(before, |end| end.min(before)))
    }

    /// The statuses as rows say them: one list of each is read by its index, and nothing is skipped over,
    /// however many stand at others.
    pub(super) fn states(&self) -> Vec<Option<i64>> {
        if self.statuses.is_empty() {
            return vec![None];
        }
        let states = self.statuses.iter().map(|status| i64::from(status.number()));
        // Once each, for each is a list of its own.
        states.collect::<BTreeSet<_>>().into_iter().map(Some).collect()
    }
}

pub(super) fn wanted(
    party: PartyId,
    filter: &ParcelFilter,
    before: DeclarationId,
) -> ParcelsOf<'static> {
    let (from, before) = filter.ids(before);
    let direction = filter.direction.map(Direction::code);
    ParcelsOf { party, office: None, state: None, direction, from, before }
}

fn listed(
    view: &mut View<'_>,
    party: PartyId,
    filter: &ParcelFilter,
    before: DeclarationId,
    limit: usize,
) -> Result<ParcelPage, ParcelsError> {
    let wanted = wanted(party, filter, before);
    let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    for state in filter.states() {
        rows.extend(view.parcels_of(&ParcelsOf { state, ..wanted }, most)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.declaration_id));
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.declaration_id);
    Ok(ParcelPage { rows: still_theirs(view, party, rows)?, next, is_cut: false })
}

fn numbered(
    view: &mut View<'_>,
    party: PartyId,
    filter: &ParcelFilter,
    number: &str,
) -> Result<ParcelPage, ParcelsError> {
    let by_order = view.parcels_numbered(party, NumberOf::Order, number, MOST_FOUND)?;
    let by_waybill = view.parcels_numbered(party, NumberOf::Waybill, number, MOST_FOUND)?;
    let is_full = |rows: &[PartyParcel]| i64::try_from(rows.len()).is_ok_and(|n| n == MOST_FOUND);
    let is_cut = is_full(&by_order) || is_full(&by_waybill);
    let wanted = wanted(party, filter, DeclarationId(i64::MAX));
    let states = filter.states();
    let mut rows = by_order;
    rows.extend(by_waybill);
    rows.retain(|row| {
        (wanted.from..wanted.before).contains(&row.declaration_id)
            && wanted.direction.is_none_or(|direction| direction == row.direction)
            && states.iter().any(|state| state.is_none_or(|state| state == row.state))
    });
    rows.sort_by_key(|row| std::cmp::Reverse(row.declaration_id));
    rows.dedup_by_key(|row| row.declaration_id);
    Ok(ParcelPage { rows: still_theirs(view, party, rows)?, next: None, is_cut })
}

/// Those of the rows whose declaration still names the party. A declaration that is not entered yet may be
/// changed to name others; the row of whom it no longer names stays behind, and tells nobody anything.
fn still_theirs(
    view: &mut View<'_>,
    party: PartyId,
    rows: Vec<PartyParcel>,
) -> Result<Vec<Parcel>, ParcelsError> {
    let keys: Vec<_> =
        rows.iter().map(|row| (partition_of(row.declaration_id.0), row.declaration_id)).collect();
    let mut theirs = HashSet::new();
    for row in view.declarations(&keys)? {
        if [row.platform_id, row.merchant_id, row.declarant_id].contains(&party) {
            theirs.insert(row.declaration_id);
        }
    }
    for row in view.exports(&keys)? {
        let id = row.declaration_id;
        // The platform of an export stands in its body alone.
        if [row.merchant_id, row.declarant_id].contains(&party)
            || AnyDeclaration::Export(read_export(row)?).parties().contains(&party)
        {
            theirs.insert(id);
        }
    }
    let rows = rows.into_iter().filter(|row| theirs.contains(&row.declaration_id));
    Ok(rows.map(Parcel::of).collect::<Result<_, _>>()?)
}

fn tally(
    view: &mut View<'_>,
    party: PartyId,
    concern: Concern,
    now: Moment,
) -> Result<Option<Tally>, StorageError> {
    let filter = ParcelFilter { from: concern.from(now), ..ParcelFilter::default() };
    let wanted = wanted(party, &filter, DeclarationId(i64::MAX));
    let (mut count, mut first) = (0, None::<DeclarationId>);
    for status in concern.statuses() {
        let of = ParcelsOf { state: Some(i64::from(status.number())), ..wanted };
        count += view.count_parcels_of(&of, MOST_COUNTED + 1)?;
        let oldest = view.first_parcel_of(&of)?.map(|row| row.declaration_id);
        first = first.into_iter().chain(oldest).min();
    }
    Ok(first.map(|first| Tally {
        concern,
        count: count.min(MOST_COUNTED),
        is_more: count > MOST_COUNTED,
        since: made_at(first.0),
    }))
}

#[cfg(test)]
mod tests {
    use tongguan_domain::party::Standing;

    use super::*;

    #[test]
    fn a_guarantee_is_short_before_it_is_used_up() {
        let now = Moment::from_micros(1_000_000);
        let guarantee = |granted, held, queued| Guarantee {
            granted: Money::from_fen(granted),
            held: Money::from_fen(held),
            queued: Money::from_fen(queued),
            valid_from: Moment::from_micros(0),
            valid_to: None,
            standing: Standing::Active,
        };
        assert_eq!(Shortage::of(guarantee(100, 90, 0), now), None);
        let low = Shortage::of(guarantee(100, 91, 0), now);
        assert_eq!(low, Some(Shortage::Low(Money::from_fen(9))));
        let queued = Shortage::of(guarantee(100, 10, 5), now);
        assert_eq!(queued, Some(Shortage::Queued(Money::from_fen(5))));
        let over = Guarantee { valid_to: Some(now), ..guarantee(100, 0, 0) };
        assert_eq!(Shortage::of(over, now), Some(Shortage::NotValid));
        let suspended = Guarantee { standing: Standing::Suspended, ..guarantee(100, 0, 0) };
        assert_eq!(Shortage::of(suspended, now), Some(Shortage::NotValid));
    }
}
