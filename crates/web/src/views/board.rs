//! What a process has measured of itself, and which alerts hold.

use serde::Serialize;
use tongguan_application::board::{Figure, History, Measure, Span, State, Verdict};
use utoipa::ToSchema;

/// What is told, with its unit.
const FIGURES: [(&str, Unit, Figure); 21] = {
    use Figure::{Each, Level, Rate, Within};
    use Unit::{Bytes, Count, Microseconds, PerSecond, Seconds};
    [
        ("messages_taken", PerSecond, Rate(Measure::Taken)),
        ("declarations", PerSecond, Rate(Measure::Declarations)),
        ("messages_refused", PerSecond, Rate(Measure::RefusedWhole)),
        ("messages_turned_away", PerSecond, Rate(Measure::TurnedAway)),
        ("messages_not_kept", PerSecond, Rate(Measure::NotKept)),
        ("answered_p50", Seconds, Within(0.5)),
        ("answered_p99", Seconds, Within(0.99)),
        ("batch", Microseconds, Each(Measure::BatchMicros, Measure::Batches)),
        ("messages_waiting", Count, Level(Measure::MessagesWaiting)),
        ("documents_held", Count, Level(Measure::Held)),
        ("relay_waiting", Count, Level(Measure::RelayWaiting)),
        ("connections", Count, Level(Measure::Connections)),
        ("undecided", Seconds, Level(Measure::Undecided)),
        ("undistributed", Seconds, Level(Measure::Undistributed)),
        ("unlisted", Seconds, Level(Measure::Unlisted)),
        ("unaudited", Seconds, Level(Measure::Unaudited)),
        ("unsigned", Seconds, Level(Measure::Unsigned)),
        ("database", Bytes, Level(Measure::DatabaseBytes)),
        ("disk_free", Bytes, Level(Measure::DiskFree)),
        ("memory", Bytes, Level(Measure::Resident)),
        ("backup_age", Seconds, Level(Measure::BackupAge)),
    ]
};

/// In what is counted.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Unit {
    PerSecond,
    Seconds,
    Microseconds,
    Bytes,
    Count,
}

/// What the answering process has measured of itself (运行看板).
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardView {
    /// When it was measured last.
    sampled_at: Option<String>,
    /// Since when there are figures: a day ago at most.
    measured_since: Option<String>,
    /// The worst of all conditions: `unknown`, `good`, `look` or `act-now`.
    state: &'static str,
    /// The conditions, as the rules for Prometheus have them.
    conditions: Vec<ConditionView>,
    /// The figures.
    figures: Vec<FigureView>,
}

/// A condition under which an alert is raised.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    /// The alert, and the heading of its runbook.
    alert: &'static str,
    /// `unknown`, `good`, `look` or `act-now`.
    state: &'static str,
    /// Since when it holds.
    since: Option<String>,
    /// As Prometheus would ask.
    condition: String,
}

/// A figure over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// Which.
    name: &'static str,
    /// In what it is.
    unit: Unit,
    /// Each five minutes of the last hour; of a level the worst.
    hour: Vec<FigureUntilView>,
    /// Each hour of the last day; of a level the worst.
    day: Vec<FigureUntilView>,
}

/// A figure until a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureUntilView {
    /// Until when.
    until: String,
    /// How much; nothing where it is not known.
    value: Option<f64>,
}

impl BoardView {
    /// Of what was measured, and how it stands.
    pub fn of(history: &History, verdicts: &[Verdict]) -> Self {
        let worst = verdicts.iter().map(|it| it.state).max().unwrap_or(State::Unknown);
        let conditions = verdicts.iter().map(|verdict| ConditionView {
            alert: verdict.alert.name,
            state: name(verdict.state),
            since: verdict.since.map(|since| since.to_string()),
            condition: verdict.alert.when.to_string(),
        });
        let steps = |figure: Figure, span, parts| {
            let steps = figure.steps(history.samples(span), span, parts).into_iter();
            steps
                .map(|it| FigureUntilView { until: it.until.to_string(), value: it.value })
                .collect()
        };
        let figures = FIGURES.into_iter().map(|(name, unit, figure)| FigureView {
            name,
            unit,
            hour: steps(figure, Span::Hour, 12),
            day: steps(figure, Span::Day, 24),
        });
        Self {
            sampled_at: history.latest().map(|last| last.at.to_string()),
            measured_since: history.since().map(|since| since.to_string()),
            state: name(worst),
            conditions: conditions.collect(),
            figures: figures.collect(),
        }
    }
}

const fn name(state: State) -> &'static str {
    match state {
        State::Unknown => "unknown",
        State::Good => "good",
        State::Look => "look",
        State::ActNow => "act-now",
    }
}
