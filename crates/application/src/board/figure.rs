//! What is drawn: a rate, a level, a part of the answers, over time.

use tongguan_domain::time::Moment;

use super::measure::{Kind, Measure};
use super::ring::Span;
use super::sample::Sample;

/// What can be reckoned from samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// How much a counter grows in a second.
    Rate(Measure),
    /// How much there is.
    Level(Measure),
    /// Within how many seconds that part of the answers is given.
    Within(f64),
    /// How much of the first there is for each of the second, both counters.
    Each(Measure, Measure),
}

/// A figure between two moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From when.
    pub from: Moment,
    /// Until when.
    pub until: Moment,
    /// How much: of a level the worst.
    pub value: Option<f64>,
}

impl Figure {
    /// The figure in so many equal parts of a span that ends with the last sample, in order of time; those without a
    /// sample are left out.
    pub fn steps(self, samples: &[Sample], span: Span, parts: u32) -> Vec<Step> {
        let Some(last) = samples.last() else { return Vec::new() };
        let long = span.millis() / i64::from(parts.max(1));
        let part = |n: u32| {
            let until = last.at.plus_millis(-i64::from(n) * long);
            let from = until.plus_millis(-long);
            let inside = |it: &&Sample| it.at > from && it.at <= until;
            let of: Vec<_> = samples.iter().filter(inside).collect();
            let before = samples.iter().rev().find(|it| it.at <= from);
            let newest = of.last()?;
            let value = match self {
                Self::Level(measure) => worst(measure, &of),
                _ => self.between(before.or(of.first().copied()), newest),
            };
            Some(Step { from, until, value })
        };
        (0..parts).rev().filter_map(part).collect()
    }

    /// What it is at a sample, as far as it follows from an earlier one.
    pub(super) fn between(self, earlier: Option<&Sample>, sample: &Sample) -> Option<f64> {
        match self {
            Self::Level(measure) => sample.value(measure),
            Self::Rate(measure) => {
                let earlier = earlier?;
                let seconds = sample.at.since(earlier.at).as_secs_f64();
                (seconds > 0.0).then_some(grown(measure, earlier, sample)? / seconds)
            }
            Self::Within(part) => sample.answered_within(earlier?, part),
            Self::Each(much, many) => {
                let many = grown(many, earlier?, sample)?;
                (many > 0.0).then_some(grown(much, earlier?, sample)? / many)
            }
        }
    }
}

/// By how much a counter has grown.
pub(super) fn grown(measure: Measure, from: &Sample, to: &Sample) -> Option<f64> {
    Some(to.value(measure)? - from.value(measure)?)
}

fn worst(measure: Measure, samples: &[&Sample]) -> Option<f64> {
    let values = samples.iter().filter_map(|it| it.value(measure));
    match measure.kind() {
        Kind::Low => values.reduce(f64::min),
        Kind::High | Kind::Counter => values.reduce(f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Measured;

    fn at(seconds: i64, name: &str, value: f64) -> Sample {
        let labels = vec![("route", "/ceb"), ("le", "0.1")];
        let known = Measured { name, labels, value };
        let all = Measured { labels: vec![("route", "/ceb"), ("le", "+Inf")], ..known.clone() };
        Sample::of(Moment::from_micros(0).plus_millis(seconds * 1_000), [known, all])
    }

    #[test]
    fn a_rate_is_of_the_time_between_and_there_is_none_of_one_sample() {
        let name = "tongguan_batches_total";
        let samples = [at(0, name, 0.0), at(3_300, name, 6_600.0), at(3_600, name, 6_750.0)];
        let rate = Figure::Rate(Measure::Batches);
        let values = |samples: &[Sample]| {
            let steps = rate.steps(samples, Span::Hour, 12);
            steps.iter().map(|step| step.value).collect::<Vec<_>>()
        };
        // Both series count, whatever their labels are. Where nothing was measured, nothing is told, and the hour begins
        // behind the first sample.
        assert_eq!(values(&samples), [Some(4.0), Some(1.0)]);
        assert_eq!(values(&samples[..1]), [None]);
    }

    #[test]
    fn half_of_the_answers_lie_in_the_middle_of_their_bucket() {
        let name = "tongguan_http_request_seconds_bucket";
        let within = |part, from, to| {
            Figure::Within(part).between(Some(&at(0, name, from)), &at(10, name, to))
        };
        // Nothing below 0.05 s, all below 0.1 s.
        assert!((within(0.5, 0.0, 10.0).unwrap() - 0.075).abs() < 1e-9);
        assert!((within(1.0, 4.0, 10.0).unwrap() - 0.1).abs() < 1e-9);
        assert_eq!(within(0.99, 3.0, 3.0), None, "nobody asked");
    }

    #[test]
    fn a_part_of_an_hour_tells_the_worst_of_a_level() {
        let name = "tongguan_messages_waiting";
        let samples: Vec<_> = [(0, 1.0), (100, 9.0), (200, 2.0), (400, 3.0)]
            .map(|(seconds, waiting)| at(seconds, name, waiting / 2.0))
            .into();
        let steps = Figure::Level(Measure::MessagesWaiting).steps(&samples, Span::Hour, 12);
        let values: Vec<_> = steps.iter().map(|step| step.value).collect();
        assert_eq!(values, [Some(9.0), Some(3.0)], "{steps:?}");
    }
}
