//! Live figures.

use serde::Serialize;
use tongguan_application::enquiry::Live;
use tongguan_application::figures::{Figure, HOURS};
use utoipa::ToSchema;

/// What was counted today (实时数据).
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// The day, in China's zone.
    #[schema(format = Date)]
    day: String,
    /// How many wait for review, examination or a guarantee now.
    waiting: i64,
    /// The whole day.
    total: CountsView,
    /// The hours in which something was told, from 0.
    hours: Vec<HourView>,
}

/// An hour of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourView {
    /// Which, from 0.
    hour: usize,
    #[serde(flatten)]
    counts: CountsView,
}

/// How many declarations.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsView {
    /// Entered: their documents agree.
    entered: i64,
    /// Passed at once.
    green: i64,
    /// Sent to review.
    yellow: i64,
    /// Sent to examination.
    red: i64,
    /// Released.
    released: i64,
    /// Refused or cancelled.
    refused: i64,
}

impl FiguresView {
    /// Of what was counted.
    pub fn of(live: &Live) -> Self {
        let today = &live.today;
        let hours = (0..HOURS).map(|hour| HourView {
            hour,
            counts: CountsView::of(|figure| today.in_hour(hour, figure)),
        });
        let none = CountsView::of(|_| 0);
        Self {
            day: today.begins_at.china_day().to_string(),
            waiting: live.waiting,
            total: CountsView::of(|figure| today.total(figure)),
            hours: hours.filter(|hour| hour.counts != none).collect(),
        }
    }
}

impl CountsView {
    fn of(count: impl Fn(Figure) -> i64) -> Self {
        Self {
            entered: count(Figure::Entered),
            green: count(Figure::Green),
            yellow: count(Figure::Yellow),
            red: count(Figure::Red),
            released: count(Figure::Released),
            refused: count(Figure::Refused),
        }
    }
}
