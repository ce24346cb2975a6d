//! How it stands with each alert, by what a process has measured of itself.

use tongguan_domain::time::Moment;

use super::alert::{ALERTS, Alert, Condition, Severity};
use super::figure::Figure;
use super::measure::Measure;
use super::ring::{History, Span};
use super::sample::Sample;

/// How something stands, in one word; what is worse is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It was not measured, or not for long enough.
    Unknown,
    /// Nothing has to be done.
    Good,
    /// Somebody should look when it suits, or an alert is about to be raised.
    Look,
    /// Somebody has to act now.
    ActNow,
}

/// How it stands with an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Which.
    pub alert: &'static Alert,
    /// How it stands.
    pub state: State,
    /// Since when it is so, where it is not good.
    pub since: Option<Moment>,
}

/// How it stands with every alert that a process can tell of itself, in the order of [`ALERTS`]. Nothing is known where
/// the last sample is too old.
pub fn judged(history: &History, now: Moment) -> Vec<Verdict> {
    let samples = if history.is_stale(now) { &[] } else { history.samples(Span::Hour) };
    let seen = ALERTS.iter().filter(|it| it.when != Condition::Unreachable);
    seen.map(|alert| of(alert, samples)).collect()
}

fn of(alert: &'static Alert, samples: &[Sample]) -> Verdict {
    let verdict = |state, since| Verdict { alert, state, since };
    match holds(alert.when, samples) {
        None => return verdict(State::Unknown, None),
        Some(false) => return verdict(State::Good, None),
        Some(true) => {}
    }
    let until = |n: &usize| holds(alert.when, samples.get(..*n).unwrap_or_default()) == Some(true);
    let first = (1..=samples.len()).rev().take_while(until).last();
    let first = first.and_then(|n| samples.get(n - 1)).map(|first| first.at);
    let last = samples.last().map(|last| last.at);
    let lasted = first.zip(last).map(|(first, last)| last.since(first).as_secs());
    let is_raised = lasted.is_some_and(|lasted| lasted >= i64::from(alert.minutes) * 60);
    let state = match alert.severity {
        Severity::Page if is_raised => State::ActNow,
        Severity::Page | Severity::Ticket => State::Look,
    };
    verdict(state, first)
}

/// Whether a condition holds at the last of some samples; nothing where it is not known.
fn holds(condition: Condition, samples: &[Sample]) -> Option<bool> {
    let last = samples.last()?;
    match condition {
        Condition::Unreachable => None,
        Condition::Above(level, bound) | Condition::AnywhereAbove(level, bound) => {
            Some(last.value(level)? > bound)
        }
        Condition::Below(level, bound) => Some(last.value(level)? < bound),
        Condition::Faster(counter, bound, over) => {
            Some(over_minutes(Figure::Rate(counter), samples, over)? > bound)
        }
        Condition::Grew(counter, over) => grew(counter, samples, over),
        Condition::Stands(waits, counter, over) => {
            let waits = last.value(waits)? > 0.0;
            if waits { grew(counter, samples, over).map(|grew| !grew) } else { Some(false) }
        }
        Condition::EachAbove(much, many, bound, over) => {
            // Where there was none of the second, there is nothing too much for each.
            grew(many, samples, over)?;
            let each = over_minutes(Figure::Each(much, many), samples, over);
            Some(each.is_some_and(|each| each > bound))
        }
    }
}

fn grew(counter: Measure, samples: &[Sample], minutes: u32) -> Option<bool> {
    Some(over_minutes(Figure::Rate(counter), samples, minutes)? > 0.0)
}

/// A figure over the last minutes of some samples, or over all where they are of less.
fn over_minutes(figure: Figure, samples: &[Sample], minutes: u32) -> Option<f64> {
    let last = samples.last()?;
    let begin = last.at.plus_millis(-i64::from(minutes) * 60_000);
    figure.between(samples.iter().find(|it| it.at >= begin), last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Measured, Ring};

    /// A sample each ten seconds, each of which is told its number.
    fn history(samples: i32, measured: impl Fn(f64) -> Vec<(&'static str, f64)>) -> History {
        let mut ring = Ring::default();
        for n in 0..samples {
            let measured = measured(f64::from(n)).into_iter();
            let measured =
                measured.map(|(name, value)| Measured { name, labels: Vec::new(), value });
            ring.keep(Sample::of(at(i64::from(n)), measured));
        }
        ring.history()
    }

    fn at(n: i64) -> Moment {
        Moment::from_micros(0).plus_millis(n * 10_000)
    }

    fn state(history: &History, alert: &str) -> State {
        let now = history.latest().map_or(at(0), |last| last.at);
        let verdicts = judged(history, now);
        verdicts.iter().find(|it| it.alert.name == alert).unwrap().state
    }

    #[test]
    fn nothing_is_known_before_anything_was_measured() {
        let verdicts = judged(&History::default(), at(0));
        assert_eq!(verdicts.len(), ALERTS.len() - 1, "all but that it does not answer");
        assert!(verdicts.iter().all(|it| it.state == State::Unknown), "{verdicts:?}");
    }

    #[test]
    fn an_alert_is_raised_once_it_has_lasted() {
        let late = |n: f64| vec![("tongguan_undistributed_seconds", n * 10.0)];
        let alert = "TongguanResponsesLate";
        assert_eq!(state(&history(7, late), alert), State::Good, "60 s is not above 60 s");
        assert_eq!(state(&history(8, late), alert), State::Look, "for two minutes yet");
        assert_eq!(state(&history(19, late), alert), State::Look);
        assert_eq!(state(&history(20, late), alert), State::ActNow);
        let history = history(20, late);
        let verdicts = judged(&history, at(19));
        let verdict = verdicts.iter().find(|it| it.alert.name == alert).unwrap();
        assert_eq!(verdict.since, Some(at(7)));
        // What was measured too long ago says nothing of now.
        assert!(judged(&history, at(27)).iter().all(|it| it.state == State::Unknown));
    }

    #[test]
    fn what_is_for_the_morning_wakes_nobody() {
        let held = |_| vec![("tongguan_documents_held", 1.0)];
        assert_eq!(state(&history(300, held), "TongguanDocumentsHeld"), State::Look);
    }

    #[test]
    fn what_waits_while_batches_are_committed_is_no_trouble() {
        let working = |n| vec![("tongguan_messages_waiting", 9.0), ("tongguan_batches_total", n)];
        let standing =
            |_| vec![("tongguan_messages_waiting", 9.0), ("tongguan_batches_total", 4.0)];
        let alert = "TongguanNothingCommitted";
        assert_eq!(state(&history(60, working), alert), State::Good);
        assert_eq!(state(&history(60, standing), alert), State::ActNow);
        assert_eq!(state(&history(1, standing), alert), State::Unknown, "one sample has no rate");
    }

    #[test]
    fn a_disk_is_scarce_before_it_is_full() {
        let free = |gib: f64| move |_| vec![("tongguan_disk_free_bytes", gib * f64::from(1 << 30))];
        let states = |gib| {
            let history = history(100, free(gib));
            ["TongguanRoomScarce", "TongguanNoRoom"].map(|alert| state(&history, alert))
        };
        assert_eq!(states(10.0), [State::Good, State::Good]);
        assert_eq!(states(9.9), [State::Look, State::Good]);
        assert_eq!(states(0.9), [State::Look, State::ActNow]);
    }

    #[test]
    fn slow_batches_are_told_from_none() {
        let of = |each: f64| {
            move |n: f64| {
                let counted = ("tongguan_batches_total", n);
                vec![counted, ("tongguan_batch_commit_microseconds_total", n * each)]
            }
        };
        let none = |_| vec![("tongguan_batches_total", 0.0)];
        assert_eq!(state(&history(200, of(600_000.0)), "TongguanCommitsSlow"), State::Look);
        assert_eq!(state(&history(200, of(400_000.0)), "TongguanCommitsSlow"), State::Good);
        assert_eq!(state(&history(200, none), "TongguanCommitsSlow"), State::Good);
    }
}
