//! Numbers that Tongguan gives: ids of its own, and the official serials.
//!
//! An id is 63 bits: milliseconds since 2020, partition, counter; so ids grow with time and name their
//! partition. Where several processes write to one database, the place of whoever made it stands before the counter. A serial is `n × 256 + partition`: no counter is shared, and the partition is readable
//! from the number. Serials are unique, not gapless.

use std::cell::RefCell;
use std::collections::HashMap;

use tongguan_domain::ids::{
    ConsolidationNumber, DeclarationNumber, FormalDeclarationNumber, OfficeCode, ProvisionalNumber,
};
use tongguan_domain::time::{Moment, wire_day};
use tongguan_storage::{Partition, Place};

/// 2020-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH_MS: i64 = 1_577_836_800_000;
const PARTITIONS: i64 = 256;
const COUNTER_BITS: u32 = 14;
const PARTITION_BITS: u32 = 8;
/// Of the counter's bits, those that tell 128 places apart ([`tongguan_storage::PLACES`]).
const PLACE_BITS: u32 = 7;
/// So many bits of sequence numbers are for each millisecond: they stay below 2^53, as programs of others can read.
const SEQ_BITS: u32 = 8;
/// No counter is as large, so behind it the milliseconds go on.
const LARGEST_COUNT: i64 = 1 << COUNTER_BITS;
/// Nine digits stand in an official number.
const LARGEST_SERIAL: i64 = 999_999_999;

/// A series has no numbers left for its day or year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the series {series} of partition {} has no numbers left", partition.0)]
pub struct SeriesExhausted {
    /// The series.
    pub series: String,
    /// The partition.
    pub partition: Partition,
}

/// Makes ids: one for each process that writes, and each kind of thing that gets one.
///
/// Of processes that write to one database each has a place of its own ([`Place`]), which stands in its ids, and
/// begins behind everything that was made at any place before. So no two ids are ever equal, however far the clocks
/// of the machines are apart.
#[derive(Debug, Default)]
pub struct IdSource {
    last_ms: i64,
    counter: i64,
    /// Of a database of one process there is none, and the counter has its bits.
    place: Option<u8>,
}

impl IdSource {
    /// Of a process that shares its database with others.
    pub const fn at(place: &Place) -> Self {
        Self { last_ms: place.floor_ms, counter: LARGEST_COUNT, place: Some(place.number) }
    }

    /// Of a process that has its database for itself.
    pub const fn alone(place: &Place) -> Self {
        Self { last_ms: place.floor_ms, counter: LARGEST_COUNT, place: None }
    }

    /// The next id in `partition`. Ids of one source never repeat: when the clock stands still or
    /// goes back, the counter goes on and carries into the milliseconds.
    pub fn next(&mut self, partition: Partition, at: Moment) -> i64 {
        let ms = (at.micros().div_euclid(1000) - EPOCH_MS).max(0);
        let counts = self.place.map_or(COUNTER_BITS, |_| COUNTER_BITS - PLACE_BITS);
        if ms > self.last_ms {
            (self.last_ms, self.counter) = (ms, 0);
        } else {
            self.counter += 1;
            if self.counter >> counts > 0 {
                (self.last_ms, self.counter) = (self.last_ms + 1, 0);
            }
        }
        let place = i64::from(self.place.unwrap_or_default()) << (COUNTER_BITS - PLACE_BITS);
        let above = (self.last_ms << PARTITION_BITS | i64::from(partition.0)) << COUNTER_BITS;
        above | place | self.counter
    }

    /// The milliseconds since 2020 behind which it has made no id.
    pub const fn last_ms(&self) -> i64 {
        self.last_ms
    }
}

/// The milliseconds since 2020 that an id names.
pub const fn ms_of(id: i64) -> i64 {
    id >> (COUNTER_BITS + PARTITION_BITS)
}

/// Whether an id was made at `place` of several since it was taken.
pub fn is_made_at(id: i64, place: &Place) -> bool {
    let number = id >> (COUNTER_BITS - PLACE_BITS) & ((1 << PLACE_BITS) - 1);
    number == i64::from(place.number) && ms_of(id) > place.floor_ms
}

/// The partition that an id names.
pub fn partition_of(id: i64) -> Partition {
    let [.., partition] = (id >> COUNTER_BITS).to_be_bytes();
    Partition(partition)
}

/// When an id was made, by the clock of whoever made it, to the millisecond.
pub fn made_at(id: i64) -> Moment {
    Moment::from_micros(0).plus_millis(EPOCH_MS + ms_of(id))
}

/// The least id that can be made at `at`, in whatever partition.
pub fn first_id_at(at: Moment) -> i64 {
    let ms = (at.micros().div_euclid(1000) - EPOCH_MS).max(0);
    ms << (COUNTER_BITS + PARTITION_BITS)
}

/// The first sequence number of a batch that several processes might have committed: so far on as the time is, so that
/// over all partitions numbers are about in the order of time, which followers of days go by.
pub fn first_seq_at(at: Moment) -> i64 {
    let ms = (at.micros().div_euclid(1000) - EPOCH_MS).max(0);
    ms << SEQ_BITS
}

/// The partition that an official number names, whose last nine digits are its serial.
pub fn partition_of_number(number: &str) -> Option<Partition> {
    let serial = number.len().checked_sub(9).and_then(|at| number.get(at..))?;
    if !serial.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let serial: i64 = serial.parse().ok()?;
    u8::try_from(serial % PARTITIONS).ok().map(Partition)
}

/// A series of official numbers in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// The partition.
    pub partition: Partition,
    /// Everything before the serial: `B20261122`, `29242026I`.
    pub prefix: String,
}

impl Series {
    /// The series of provisional numbers (预录入编号) of a day.
    pub fn provisional(partition: Partition, at: Moment) -> Self {
        Self { partition, prefix: format!("B{}", wire_day(at.china_day())) }
    }

    /// The series of import declaration numbers (清单编号) of an office and year.
    pub fn declaration(partition: Partition, office: OfficeCode, at: Moment) -> Self {
        Self { partition, prefix: format!("{office}{:04}I", at.china_day().year()) }
    }

    /// The series of export declaration numbers (清单编号) of an office and year.
    pub fn export(partition: Partition, office: OfficeCode, at: Moment) -> Self {
        Self { partition, prefix: format!("{office}{:04}E", at.china_day().year()) }
    }

    /// The series of the numbers of a day that consolidation gives (汇总申请编号, 汇总统一编号).
    pub fn consolidation(partition: Partition, at: Moment) -> Self {
        Self { partition, prefix: format!("S{}", wire_day(at.china_day())) }
    }

    /// The series of provisional numbers (预录入统一编号) of bonded lists and gate passes of a year.
    pub fn zone_provisional(partition: Partition, at: Moment) -> Self {
        Self { partition, prefix: format!("{:04}00000", at.china_day().year()) }
    }

    /// The series of the numbers of bonded lists (清单编号) that come into the zones of an office in a year.
    pub fn bonded_list(partition: Partition, office: OfficeCode, at: Moment) -> Self {
        let year = at.china_day().year().rem_euclid(100);
        Self { partition, prefix: format!("QD{office}{year:02}I") }
    }

    /// The series of the numbers of gate passes (核放单编号) into the zones of an office of a day.
    pub fn gate_pass(partition: Partition, office: OfficeCode, at: Moment) -> Self {
        let day = wire_day(at.china_day());
        Self { partition, prefix: format!("Z{office}I{}000", day.get(2..).unwrap_or_default()) }
    }

    /// The series of the numbers (报关单统一编号) of formal declarations that follow from bonded lists.
    pub fn zone_formal(partition: Partition, at: Moment) -> Self {
        Self { partition, prefix: format!("I{:04}0000", at.china_day().year()) }
    }

    /// The series of formal declaration numbers (报关单编号) of an office and year: `0` says export.
    pub fn formal(partition: Partition, office: OfficeCode, at: Moment) -> Self {
        Self { partition, prefix: format!("{office}{:04}0", at.china_day().year()) }
    }

    /// The `n`th number, if it has nine digits.
    fn number(&self, n: i64) -> Option<String> {
        let serial = n.checked_mul(PARTITIONS)?.checked_add(i64::from(self.partition.0))?;
        (serial <= LARGEST_SERIAL).then(|| format!("{}{serial:09}", self.prefix))
    }
}

/// Serials that are reserved and not used yet: `next..end` for each series.
///
/// A decision takes numbers from here; what a dropped decision took is lost, which the standard allows.
#[derive(Debug, Default)]
pub struct Serials {
    reserved: RefCell<HashMap<Series, (i64, i64)>>,
}

impl Serials {
    /// How many more numbers `series` needs to have `wanted`.
    pub fn shortfall(&self, series: &Series, wanted: i64) -> i64 {
        let reserved = self.reserved.borrow();
        let left = reserved.get(series).map_or(0, |(next, end)| end - next);
        (wanted - left).max(0)
    }

    /// Adds a block that was reserved in the store. What was left of an earlier block is dropped when
    /// the new one does not follow it.
    pub fn add(&self, series: Series, first: i64, count: i64) {
        let mut reserved = self.reserved.borrow_mut();
        let block = reserved.entry(series).or_insert((first, first));
        if block.1 != first {
            *block = (first, first);
        }
        block.1 += count;
    }

    /// Forgets everything: another writer may have taken the partition in between.
    pub fn clear(&self) {
        self.reserved.borrow_mut().clear();
    }

    /// The next provisional number.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn provisional_number(
        &self,
        partition: Partition,
        at: Moment,
    ) -> Result<ProvisionalNumber, SeriesExhausted> {
        let text = self.take(Series::provisional(partition, at))?;
        Ok(ProvisionalNumber::parse(&text).unwrap_or_else(|_| unreachable!("18 characters")))
    }

    /// The next declaration number of `office`.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn declaration_number(
        &self,
        partition: Partition,
        office: OfficeCode,
        at: Moment,
    ) -> Result<DeclarationNumber, SeriesExhausted> {
        let text = self.take(Series::declaration(partition, office, at))?;
        Ok(DeclarationNumber::parse(&text).unwrap_or_else(|_| unreachable!("18 characters")))
    }

    /// The next export declaration number of `office`.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn export_number(
        &self,
        partition: Partition,
        office: OfficeCode,
        at: Moment,
    ) -> Result<DeclarationNumber, SeriesExhausted> {
        let text = self.take(Series::export(partition, office, at))?;
        Ok(DeclarationNumber::parse(&text).unwrap_or_else(|_| unreachable!("18 characters")))
    }

    /// The next number of a request to consolidate, or of a result.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn consolidation_number(
        &self,
        partition: Partition,
        at: Moment,
    ) -> Result<ConsolidationNumber, SeriesExhausted> {
        let text = self.take(Series::consolidation(partition, at))?;
        Ok(ConsolidationNumber::parse(&text).unwrap_or_else(|_| unreachable!("18 characters")))
    }

    /// The next formal declaration number of `office`.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn formal_number(
        &self,
        partition: Partition,
        office: OfficeCode,
        at: Moment,
    ) -> Result<FormalDeclarationNumber, SeriesExhausted> {
        let text = self.take(Series::formal(partition, office, at))?;
        Ok(FormalDeclarationNumber::parse(&text).unwrap_or_else(|_| unreachable!("18 characters")))
    }

    /// The next number of a series of a bonded zone, whose numbers are no longer than `parse` takes.
    ///
    /// # Errors
    /// [`SeriesExhausted`].
    pub fn zone_number<T, E>(
        &self,
        series: Series,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, SeriesExhausted> {
        let text = self.take(series)?;
        Ok(parse(&text).unwrap_or_else(|_| unreachable!("at most 24 characters")))
    }

    /// The next numbers of a series, at most `count`, which nobody has taken yet.
    pub fn upcoming(&self, series: &Series, count: i64) -> Vec<String> {
        let reserved = self.reserved.borrow();
        let Some((next, end)) = reserved.get(series) else { return Vec::new() };
        let last = next.saturating_add(count).min(*end);
        (*next..last).filter_map(|n| series.number(n)).collect()
    }

    /// Leaves out the next `count` numbers of a series.
    pub fn pass_over(&self, series: &Series, count: i64) {
        if let Some((next, end)) = self.reserved.borrow_mut().get_mut(series) {
            *next = next.saturating_add(count).min(*end);
        }
    }

    fn take(&self, series: Series) -> Result<String, SeriesExhausted> {
        let mut reserved = self.reserved.borrow_mut();
        let next = reserved.get_mut(&series).filter(|(next, end)| next < end).map(|(next, _)| {
            *next += 1;
            *next - 1
        });
        match next.and_then(|n| series.number(n)) {
            Some(number) => Ok(number),
            None => Err(SeriesExhausted { series: series.prefix, partition: series.partition }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse_wire(text).unwrap()
    }

    #[test]
    fn ids_grow_and_name_their_partition_even_when_the_clock_goes_back() {
        let mut ids = IdSource::default();
        let (now, before) = (moment("20261122120000"), moment("20261122115959"));
        let mut last = ids.next(Partition(7), now);
        for _ in 0..100_000 {
            let id = ids.next(Partition(200), before);
            assert!(id >> 22 >= last >> 22 && id != last);
            assert_eq!(partition_of(id), Partition(200));
            assert!(first_id_at(made_at(id)) <= id && made_at(id) >= now);
            last = id;
        }
    }

    #[test]
    fn two_processes_never_make_the_same_id_however_their_clocks_go() {
        let now = moment("20261122120000");
        let place = |number, floor_ms| Place { number, epoch: 1, floor_ms, batch: 0 };
        let (first, other) = (place(0, 5), place(127, 5));
        let mut sources = [IdSource::at(&first), IdSource::at(&other)];
        let mut made = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            for source in &mut sources {
                assert!(made.insert(source.next(Partition(9), now)));
            }
        }
        assert!(made.iter().all(|id| partition_of(*id) == Partition(9)));
        // Whoever has the place next may have a clock that is an hour behind.
        let last = sources[1].last_ms();
        let again = place(127, last);
        let mut later = IdSource::at(&again);
        for _ in 0..1_000 {
            let id = later.next(Partition(9), now.plus_millis(-3_600_000));
            assert!(made.insert(id) && is_made_at(id, &again), "{id}");
            assert!(!is_made_at(id, &place(0, last)) && ms_of(id) > last);
        }
        let before = sources[1].next(Partition(9), now);
        assert!(ms_of(before) > last || !is_made_at(before, &again));
    }

    #[test]
    fn serials_carry_their_partition_and_end_with_nine_digits() {
        let serials = Serials::default();
        let at = moment("20261122120000");
        let office = OfficeCode::parse("2924").unwrap();
        let series = Series::declaration(Partition(255), office, at);
        assert_eq!(serials.shortfall(&series, 2), 2);
        serials.add(series.clone(), 1, 2);
        let number = |serials: &Serials| serials.declaration_number(Partition(255), office, at);
        assert_eq!(number(&serials).unwrap().as_str(), "29242026I000000511");
        assert_eq!(partition_of_number("29242026I000000511"), Some(Partition(255)));
        assert_eq!(partition_of_number("29242026I0000O0511"), None);
        assert_eq!(number(&serials).unwrap().as_str(), "29242026I000000767");
        assert!(number(&serials).is_err(), "nothing reserved");
        serials.add(series, 3_906_250, 1);
        assert!(number(&serials).is_err(), "ten digits");
    }
}
