//! From what of each guarantee a batch holds: where several processes decide on one database, from a slice that is
//! set aside for this one, so that one guarantor behind every parcel makes nobody wait for the others.
//!
//! Deciding knows nothing of it: what a batch may not hold from counts as held. A batch that would put anything in
//! the queue, or change the queue, is begun anew with more of the guarantee, and in the end with all of it: so nobody
//! is refused, or told how much is left, while something is set aside elsewhere.

use std::collections::BTreeMap;

use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::{Delta, HeldFrom, Partition, Tx};

use super::batch::BatchError;

/// From what of each guarantee a batch holds.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The place of this process.
    place: u8,
    /// How many processes share what is left.
    processes: usize,
    /// Whether this one stays, so that something is set aside for it.
    stays: bool,
    /// Those of which its slice did not suffice.
    raised: BTreeMap<PartyId, HeldFrom>,
    /// Whether the whole of all is taken, whatever the others have.
    is_whole: bool,
}

impl Holding {
    /// By the process at `place`, where so many share the work; a command line, which ends soon, does not stay.
    pub const fn at(place: u8, processes: usize, stays: bool) -> Self {
        Self { place, processes, stays, raised: BTreeMap::new(), is_whole: processes <= 1 }
    }

    /// The whole of every guarantee.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { is_whole: true, ..self }
    }

    /// More of these guarantees than before.
    pub fn raise(&mut self, guarantors: &[PartyId]) {
        for id in guarantors {
            let more = match self.from(*id) {
                HeldFrom::Slice => HeldFrom::Rest,
                HeldFrom::Rest | HeldFrom::Whole => HeldFrom::Whole,
            };
            self.raised.insert(*id, more);
        }
    }

    pub(super) fn from(&self, guarantor: PartyId) -> HeldFrom {
        match self.is_whole {
            true => HeldFrom::Whole,
            false => self.raised.get(&guarantor).copied().unwrap_or(HeldFrom::Slice),
        }
    }

    pub(super) const fn place(&self) -> u8 {
        self.place
    }

    /// Writes what was held, and sets aside for this process where it had no slice, or too small a one.
    ///
    /// # Errors
    /// [`BatchError::Storage`], where a balance would fall below nothing.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        guarantees: &[(PartyId, HeldFrom, Guarantee, Guarantee)],
        at: Moment,
    ) -> Result<(), BatchError> {
        let (mut of_slices, mut of_rows, mut aside) = (Vec::new(), Vec::new(), Vec::new());
        for (id, from, before, after) in guarantees {
            if before == after {
                continue;
            }
            let key = (Partition::of_party(*id), *id);
            let of = |guarantee: &Guarantee| (guarantee.queued.fen(), guarantee.held.fen());
            let delta = Delta::between(of(before), of(after));
            if *from == HeldFrom::Slice {
                of_slices.push((key, Money::from_fen(delta.taken)));
                continue;
            }
            of_rows.push((key, delta));
            let slice = self.to_set_aside(after, Money::from_fen(delta.taken), at);
            aside.extend(slice.map(|slice| (key, slice)));
        }
        tx.hold_of_slices(self.place, &of_slices)?;
        tx.change_guarantees(&of_rows)?;
        tx.set_aside(self.place, &aside)?;
        Ok(())
    }

    /// Half of what would fall to each process; nothing where a batch like this one would soon have used it up, so that
    /// the last of a guarantee is held from its row. Nothing is set aside while anybody queues.
    fn to_set_aside(&self, left: &Guarantee, held: Money, at: Moment) -> Option<Money> {
        if self.processes <= 1 || !self.stays || left.queued > Money::ZERO {
            return None;
        }
        let each = i64::try_from(self.processes).ok()?.checked_mul(2)?;
        let slice = Money::from_fen(left.free(at).fen() / each);
        (slice > Money::ZERO && slice >= held).then_some(slice)
    }
}

/// Whether a decision needs more of a guarantee than it was given: it has touched the queue; or its slice, which
/// somebody may have taken back, was empty.
pub(super) fn is_short(from: HeldFrom, before: &Guarantee, after: &Guarantee) -> bool {
    let was_empty = from == HeldFrom::Slice && before.held >= before.granted;
    match from {
        HeldFrom::Whole => false,
        HeldFrom::Slice | HeldFrom::Rest => {
            before.queued != after.queued || (was_empty && before != after)
        }
    }
}

#[cfg(test)]
mod tests {
    use tongguan_domain::party::Standing;

    use super::*;

    fn fen(fen: i64) -> Money {
        Money::from_fen(fen)
    }

    fn guarantee(granted: i64, held: i64, queued: i64) -> Guarantee {
        Guarantee {
            granted: fen(granted),
            held: fen(held),
            queued: fen(queued),
            valid_from: Moment::from_micros(0),
            valid_to: None,
            standing: Standing::Active,
        }
    }

    #[test]
    fn more_is_taken_step_by_step() {
        let (some, other) = (PartyId(1), PartyId(2));
        let mut holding = Holding::at(3, 2, true);
        for expected in [HeldFrom::Slice, HeldFrom::Rest, HeldFrom::Whole, HeldFrom::Whole] {
            assert_eq!((holding.from(some), holding.from(other)), (expected, HeldFrom::Slice));
            holding.raise(&[some]);
        }
        assert_eq!(holding.whole().from(other), HeldFrom::Whole);
        assert_eq!(Holding::at(3, 1, true).from(some), HeldFrom::Whole, "nobody is beside");
    }

    #[test]
    fn half_of_each_share_is_set_aside_while_it_lasts() {
        let (at, sharing) = (Moment::from_micros(0), Holding::at(0, 4, true));
        for (left, held, expected) in [
            (guarantee(800, 0, 0), 10, Some(fen(100))),
            (guarantee(800, 400, 0), 50, Some(fen(50))),
            (guarantee(800, 400, 0), 51, None),
            (guarantee(800, 0, 1), 10, None),
            (guarantee(800, 800, 0), 0, None),
            (Guarantee { standing: Standing::Suspended, ..guarantee(800, 0, 0) }, 10, None),
        ] {
            assert_eq!(sharing.to_set_aside(&left, fen(held), at), expected, "{left:?}");
        }
        for nobody in [Holding::at(0, 1, true), Holding::at(0, 4, false)] {
            assert_eq!(nobody.to_set_aside(&guarantee(800, 0, 0), fen(1), at), None);
        }
    }

    #[test]
    fn nobody_queues_or_leaves_the_queue_before_everything_was_looked_at() {
        let (before, held) = (guarantee(100, 40, 0), guarantee(100, 60, 0));
        let (queued, empty) = (guarantee(100, 40, 5), guarantee(100, 100, 0));
        let back = guarantee(100, 90, 0);
        for (from, before, after, expected) in [
            (HeldFrom::Slice, before, held, false),
            (HeldFrom::Slice, before, queued, true),
            (HeldFrom::Rest, queued, held, true),
            (HeldFrom::Rest, empty, back, false),
            (HeldFrom::Slice, empty, back, true),
            (HeldFrom::Slice, empty, empty, false),
            (HeldFrom::Whole, before, queued, false),
        ] {
            assert_eq!(is_short(from, &before, &after), expected, "{from:?} {before:?} {after:?}");
        }
    }
}
