//! Everything that a process measures, at one moment.

use tongguan_domain::time::Moment;

use super::measure::{ANSWER_BOUNDS, Kind, Measure, Selector};

/// What is counted of how long `/ceb` takes.
const ANSWERED: Selector = Selector {
    name: "tongguan_http_request_seconds_bucket",
    with: &[("route", &["/ceb"])],
    without: None,
};
const MEASURES: usize = Measure::ALL.len();
/// One for each bound, and one for all.
const BUCKETS: usize = ANSWER_BOUNDS.len() + 1;

/// A series at a moment, as it was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured<'t> {
    /// The metric.
    pub name: &'t str,
    /// Its labels.
    pub labels: Vec<(&'t str, &'t str)>,
    /// How much.
    pub value: f64,
}

/// Everything that is kept of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Moment,
    /// By measure; not a number where it is not known.
    values: [f64; MEASURES],
    /// How many answers took at most so long, by bound, since the start.
    answered: [f64; BUCKETS],
}

impl Sample {
    /// Of everything that is measured, as far as it is kept.
    pub fn of<'t>(at: Moment, measured: impl IntoIterator<Item = Measured<'t>>) -> Self {
        let unknown = |measure: Measure| match measure.kind() {
            Kind::Counter => 0.0,
            Kind::High | Kind::Low => f64::NAN,
        };
        let mut sample = Self { at, values: Measure::ALL.map(unknown), answered: [0.0; BUCKETS] };
        for Measured { name, labels, value } in measured {
            for (kept, measure) in sample.values.iter_mut().zip(Measure::ALL) {
                if measure.selector().means(name, &labels) {
                    *kept = if kept.is_nan() { value } else { *kept + value };
                }
            }
            if ANSWERED.means(name, &labels) {
                let bound = labels.iter().find(|(label, _)| *label == "le");
                let bound = bound.and_then(|(_, bound)| bound.parse::<f64>().ok());
                let bounds = ANSWER_BOUNDS.into_iter().chain([f64::INFINITY]);
                for (kept, _) in
                    sample.answered.iter_mut().zip(bounds).filter(|(_, it)| Some(*it) == bound)
                {
                    *kept += value;
                }
            }
        }
        sample
    }

    /// How much of a measure, where it is known.
    pub fn value(&self, measure: Measure) -> Option<f64> {
        let value = Measure::ALL.iter().zip(self.values).find(|(it, _)| **it == measure);
        value.map(|(_, value)| value).filter(|value| !value.is_nan())
    }

    /// Within how many seconds that part of the answers since an earlier sample was given, as Prometheus reckons it;
    /// nothing where none was. What took longer than the last bound counts as that.
    pub(super) fn answered_within(&self, earlier: &Self, part: f64) -> Option<f64> {
        let counts: Vec<_> =
            self.answered.iter().zip(earlier.answered).map(|(to, from)| to - from).collect();
        let rank = counts.last().copied().filter(|all| *all > 0.0)? * part;
        let (mut below, mut low) = (0.0, 0.0);
        for (count, bound) in counts.iter().zip(ANSWER_BOUNDS) {
            if *count >= rank {
                let share = if *count > below { (rank - below) / (count - below) } else { 1.0 };
                return Some(low + (bound - low) * share);
            }
            (below, low) = (*count, bound);
        }
        Some(low)
    }

    /// The worse of each level of two samples, and the counters of the later one, which this is.
    pub(super) fn or_worse(mut self, earlier: &Self) -> Self {
        for ((value, measure), before) in
            self.values.iter_mut().zip(Measure::ALL).zip(earlier.values)
        {
            // The smaller or greater of a number and of none is the number.
            *value = match measure.kind() {
                Kind::Counter => *value,
                Kind::High => value.max(before),
                Kind::Low => value.min(before),
            };
        }
        self
    }
}
