//! The last hour and day of a process: a sample each ten seconds, and the worst of each five minutes.

use std::collections::VecDeque;

use tongguan_domain::time::Moment;

use super::sample::Sample;

/// Samples of an hour, both ends included.
const OF_AN_HOUR: usize = 361;
/// Samples of a day, both ends included.
const OF_A_DAY: usize = 289;
/// How far those of a day are apart, in milliseconds.
const COARSE_MS: i64 = 300_000;

/// How far back is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day.
    Day,
}

/// Samples, of which as many are kept as an hour and a day take, and never more.
#[derive(Debug, Default)]
pub struct Ring {
    hour: VecDeque<Sample>,
    day: VecDeque<Sample>,
    /// The worst since the last one of the day.
    since: Option<Sample>,
}

/// What a ring held at a moment.
#[derive(Debug, Clone, Default)]
pub struct History {
    hour: Vec<Sample>,
    day: Vec<Sample>,
}

impl Span {
    /// How long it is, in milliseconds.
    pub const fn millis(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }
}

impl Ring {
    /// Keeps a sample. One that is not later than the last means that the clock was put back: nothing from before has a
    /// place in order of time, and all of it goes.
    pub fn keep(&mut self, sample: Sample) {
        if self.hour.back().is_some_and(|last| sample.at <= last.at) {
            *self = Self::default();
        }
        let worst = match self.since.take() {
            Some(since) => sample.clone().or_worse(&since),
            None => sample.clone(),
        };
        let is_due = self.day.back().is_none_or(|last| last.at.plus_millis(COARSE_MS) <= sample.at);
        if is_due {
            push(&mut self.day, worst, (OF_A_DAY, Span::Day));
        } else {
            self.since = Some(worst);
        }
        push(&mut self.hour, sample, (OF_AN_HOUR, Span::Hour));
    }

    /// What is kept. The day ends with what was seen since its last sample.
    pub fn history(&self) -> History {
        History {
            hour: self.hour.iter().cloned().collect(),
            day: self.day.iter().chain(&self.since).cloned().collect(),
        }
    }
}

/// What is too old goes, and what is too much: two samples may be closer than they should.
fn push(kept: &mut VecDeque<Sample>, sample: Sample, (most, span): (usize, Span)) {
    let begin = sample.at.plus_millis(-span.millis());
    kept.push_back(sample);
    while kept.len() > most || kept.front().is_some_and(|first| first.at < begin) {
        kept.pop_front();
    }
}

impl History {
    /// The samples, in order of time.
    pub fn samples(&self, span: Span) -> &[Sample] {
        match span {
            Span::Hour => &self.hour,
            Span::Day => &self.day,
        }
    }

    /// The last sample.
    pub fn latest(&self) -> Option<&Sample> {
        self.hour.last()
    }

    /// Since when there are samples.
    pub fn since(&self) -> Option<Moment> {
        self.day.first().map(|first| first.at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::{Measure, Measured};

    fn sample(at_ms: i64, waiting: f64, batches: f64) -> Sample {
        let of = |name, value| Measured { name, labels: Vec::new(), value };
        let measured = [
            of("tongguan_messages_waiting", waiting),
            of("tongguan_disk_free_bytes", waiting),
            of("tongguan_batches_total", batches),
        ];
        Sample::of(Moment::from_micros(0).plus_millis(at_ms), measured)
    }

    #[test]
    fn what_it_holds_is_bounded() {
        let bytes = size_of::<Sample>() * (OF_AN_HOUR + OF_A_DAY + 1);
        assert!(bytes < 300 << 10, "{bytes}");
    }

    #[test]
    fn an_hour_and_a_day_of_samples_are_kept_whole() {
        let mut ring = Ring::default();
        for n in 0..20_000_i64 {
            ring.keep(sample(n * 10_000, 0.0, 0.0));
        }
        let history = ring.history();
        for (span, most) in [(Span::Hour, OF_AN_HOUR), (Span::Day, OF_A_DAY)] {
            let kept = history.samples(span);
            let (first, last) = (kept.first().unwrap().at, kept.last().unwrap().at);
            assert!((most..=most + 1).contains(&kept.len()), "{span:?}: {}", kept.len());
            assert!(last.since(first).as_millis() >= i128::from(span.millis()), "{span:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_gets_lost_between_the_hour_and_the_day(
            steps in prop::collection::vec((1_i64..400_000, 0.0_f64..100.0), 1..120),
        ) {
            let (mut ring, mut at, mut seen) = (Ring::default(), 0, Vec::new());
            for (n, (step, waiting)) in (0_i32..).zip(steps) {
                at += step;
                ring.keep(sample(at, waiting, f64::from(n)));
                seen.push((at, waiting));
            }
            let history = ring.history();
            for (span, most) in [(Span::Hour, OF_AN_HOUR), (Span::Day, OF_A_DAY + 1)] {
                let kept = history.samples(span);
                prop_assert!(kept.len() <= most);
                prop_assert!(kept.windows(2).all(|two| two[0].at < two[1].at), "in order of time");
                let rises = |two: &[Sample]| two[0].value(Measure::Batches) <= two[1].value(Measure::Batches);
                prop_assert!(kept.windows(2).all(rises), "a counter only grows");
                prop_assert_eq!(kept.last().map(|last| last.at), history.latest().map(|last| last.at));
            }
            // The worst of the last day stands in the day, however short it was.
            let begin = at - Span::Day.millis() + 400_000;
            let worst = seen.iter().filter(|(at, _)| *at >= begin).map(|(_, waiting)| *waiting);
            let worst = worst.fold(0.0, f64::max);
            let of_day = history.samples(Span::Day).iter().filter_map(|it| it.value(Measure::MessagesWaiting));
            prop_assert!(of_day.fold(0.0, f64::max) >= worst);
        }

        #[test]
        fn a_clock_that_is_put_back_leaves_nothing_out_of_order(
            times in prop::collection::vec(0_i64..10_000_000, 1..60),
        ) {
            let mut ring = Ring::default();
            for at in times {
                ring.keep(sample(at, 0.0, 0.0));
                let history = ring.history();
                for span in [Span::Hour, Span::Day] {
                    prop_assert!(history.samples(span).windows(2).all(|two| two[0].at < two[1].at));
                }
                prop_assert!(history.latest().is_some());
            }
        }
    }
}
