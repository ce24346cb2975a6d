//! What happens when: every document and every act of an officer, in order of time.

use tongguan_domain::commerce::Part;
use tongguan_domain::ids::IdError;
use tongguan_domain::time::Moment;

use super::bill::{Bill, PARCELS, later};
use super::parcel::Parcel;
use super::report::{Kind, Report};
use super::{ExportedMonth, Fate};
use crate::traffic::dice::Dice;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;
/// When the last report of a bill is sent at the latest, minutes after its start.
const REPORTED: u64 = 50 * HOUR;

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Step {
    /// Orders of parcels (303).
    Orders(Vec<u64>),
    /// Waybills of parcels (505).
    Waybills(Vec<u64>),
    /// Lists of parcels (603), as they are first sent.
    Lists(Vec<u64>),
    /// A report of parcels of a bill, or a part of one.
    Report(Report),
    /// The list is changed.
    Change(u64),
    /// The list is declared anew, in order this time.
    Mend(u64),
    /// The list is declared once more under another number.
    Duplicate(u64),
    /// Its cancellation is asked for (605).
    Cancel(u64),
    /// An officer takes it back (退关).
    Withdraw(u64),
    /// Its goods are asked back (213).
    AskBack(u64),
    /// A bill says how its goods come back (607).
    LinkBack(u64),
    /// Its goods are tallied (215).
    Tally(u64),
    /// An officer rules on a return that differs from its tally.
    RuleReturn(u64),
}

/// Everything that happens in a month, in order of time.
///
/// # Errors
/// None for any month; a test makes sure of it.
pub fn schedule(month: &ExportedMonth) -> Result<Vec<(Moment, Step)>, IdError> {
    let mut steps = Vec::new();
    for n in 0..month.declarations.div_ceil(PARCELS) {
        let bill = Bill::of(month, n)?;
        let numbers = (n * PARCELS + 1)..=month.declarations.min((n + 1) * PARCELS);
        let parcels: Vec<_> = numbers.map(|n| Parcel::of(month, n)).collect::<Result<_, _>>()?;
        let mut dice = Dice::new(month.seed, "schedule of the month", n);
        let together = together(&bill, &parcels, &mut dice);
        let alone = parcels.iter().flat_map(|parcel| alone(parcel, &mut dice));
        let alone: Vec<_> = alone.collect();
        let all = together.into_iter().chain(alone);
        steps.extend(all.map(|(minute, step)| (later(bill.starts_at, minute * MINUTE), step)));
    }
    // Stable: what happens in one moment stays in order of bills.
    steps.sort_by_key(|(at, _)| *at);
    Ok(steps)
}

/// What is sent of several parcels of a bill together, each with its minute.
fn together(bill: &Bill, parcels: &[Parcel], dice: &mut Dice) -> Vec<(u64, Step)> {
    let of = |which: &dyn Fn(&Parcel) -> bool| -> Vec<u64> {
        parcels.iter().filter(|parcel| which(parcel)).map(|parcel| parcel.n).collect()
    };
    let sent_once = |parcel: &Parcel| parcel.fate != Fate::Changed;
    let mut steps = vec![
        (dice.below(60), Step::Orders(of(&sent_once))),
        (
            30 + dice.below(60),
            Step::Waybills(of(&|it| sent_once(it) && it.fate != Fate::WithoutWaybill)),
        ),
        (60 + dice.below(60), Step::Lists(of(&|_| true))),
    ];
    let arriving = of(&|parcel| parcel.fate.arrives());
    let mut report = |from: u64, kind, parcels: &[u64], dice: &mut Dice| {
        for report in split(bill.n, kind, parcels, dice) {
            steps.push((from + dice.below(6 * HOUR), Step::Report(report.clone())));
            if dice.one_in(6) {
                // The very same once more.
                steps.push((REPORTED + dice.below(HOUR), Step::Report(report)));
            }
        }
    };
    if bill.linked.is_some() {
        report(2 * HOUR, Kind::Link, &arriving, dice);
    }
    if !arriving.is_empty() {
        let named = if bill.arrives_whole { &[][..] } else { &arriving };
        report(4 * HOUR, Kind::Arrival, named, dice);
    }
    for flight in 0..2 {
        let leaving = of(&|parcel| parcel.fate.departs() && parcel.flight == flight);
        report(25 * HOUR, Kind::Departure(flight), &leaving, dice);
    }
    if bill.is_jumbled {
        let mut minutes: Vec<_> = steps.iter().map(|(minute, _)| *minute).collect();
        dice.shuffle(&mut minutes);
        for ((minute, _), other) in steps.iter_mut().zip(minutes) {
            *minute = other;
        }
    }
    steps
}

/// A report of these parcels in one to three parts. Without parcels, an arrival is of the whole bill, and
/// there is no other report.
fn split(bill: u64, kind: Kind, parcels: &[u64], dice: &mut Dice) -> Vec<Report> {
    if parcels.is_empty() && kind == Kind::Arrival {
        return vec![Report { bill, kind, part: Part::WHOLE, parcels: Vec::new() }];
    }
    let parts = usize::try_from(dice.between(1, 3)).unwrap_or(1);
    let size = parcels.len().div_ceil(parts).max(1);
    let of = u32::try_from(parcels.len().div_ceil(size)).unwrap_or(1);
    (1..)
        .zip(parcels.chunks(size))
        .map(|(number, parcels)| {
            let part = Part::new(number, of).unwrap_or(Part::WHOLE);
            Report { bill, kind, part, parcels: parcels.to_vec() }
        })
        .collect()
}

/// What happens to a parcel by itself, after all that happens to its bill.
fn alone(parcel: &Parcel, dice: &mut Dice) -> Vec<(u64, Step)> {
    let n = parcel.n;
    let mut steps = Vec::new();
    match parcel.fate {
        Fate::Changed => {
            steps.push((52 * HOUR, Step::Change(n)));
            steps.push((53 * HOUR + dice.below(HOUR), Step::Orders(vec![n])));
            steps.push((53 * HOUR + dice.below(HOUR), Step::Waybills(vec![n])));
        }
        Fate::Mended => steps.push((53 * HOUR, Step::Mend(n))),
        Fate::Cancelled | Fate::CancelledTooLate => steps.push((56 * HOUR, Step::Cancel(n))),
        Fate::Withdrawn => steps.push((57 * HOUR, Step::Withdraw(n))),
        Fate::ReturnLinked => {
            steps.push((4 * DAY, Step::AskBack(n)));
            steps.push((4 * DAY + dice.between(2, 10) * HOUR, Step::LinkBack(n)));
            steps.push((5 * DAY, Step::Tally(n)));
        }
        fate if fate.is_asked_back() => {
            steps.push((4 * DAY + dice.below(DAY), Step::AskBack(n)));
            if fate != Fate::ReturnPending {
                steps.push((4 * DAY + dice.below(DAY), Step::Tally(n)));
            }
            steps.push((6 * DAY, Step::RuleReturn(n)));
        }
        _ => {}
    }
    if parcel.fate.is_sent_once() && dice.one_in(12) {
        steps.push((54 * HOUR, Step::Lists(vec![n])));
    }
    if parcel.fate.is_sent_once() && parcel.fate.ending() != 100 && dice.one_in(15) {
        steps.push((55 * HOUR, Step::Duplicate(n)));
    }
    steps
}
