//! What a process has measured of itself, and which alerts hold.

use serde::Serialize;
use tongguan_application::board::{Figure, History, Measure, Span, State, Verdict};
use tongguan_application::mailboxes::Unfetched;
use tongguan_application::operating::Outcome;
use tongguan_application::refusals::Refused;
use tongguan_domain::ids::DxpId;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

/// What is told, with its unit.
const FIGURES: [(&str, Unit, Figure); 22] = {
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
        ("unfetched_mailboxes", Count, Level(Measure::Unfetched)),
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
    /// For what documents are refused, the most frequent of the last hour first; nothing where the database does not
    /// answer.
    refusals: Option<Vec<RefusedForView>>,
    /// What lies in mailboxes and nobody has fetched; nothing where the database does not answer.
    unfetched: Option<UnfetchedView>,
}

/// How often documents of a message were refused for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedForView {
    /// The message, `CEB621`; nothing where it cannot be told.
    message: Option<&'static str>,
    /// The published code of the first rule that was broken; `other` where it was none of the catalogue.
    code: &'static str,
    /// Its official number, where it has one.
    official: Option<String>,
    /// What is wrong, in the official words where there are any; `*` for what differs from document to document.
    zh: String,
    /// The same in English.
    en: String,
    /// How often in the last hour.
    last_hour: i64,
    /// How often in the last day.
    last_day: i64,
}

/// What lies in mailboxes and nobody has fetched.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnfetchedView {
    /// In how many mailboxes anything does.
    mailboxes: usize,
    /// In how many of them for more than a day and less than a week.
    late: usize,
    /// Those in which it has longest.
    longest: Vec<UnfetchedMailView>,
}

/// A mailbox in which something waits to be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnfetchedMailView {
    /// The mailbox.
    mailbox: String,
    /// Whose it is, as far as that is registered.
    owners: Vec<String>,
    /// How many places wait.
    count: i64,
    /// When the first of them was decided; nothing where that is not stored any more.
    since: Option<String>,
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
    /// Of what was measured, how it stands, and what the database tells besides.
    pub fn of(
        history: &History,
        verdicts: &[Verdict],
        told: Option<(&Outcome, &Registry)>,
    ) -> Self {
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
            refusals: told.map(|(it, _)| it.refused.iter().map(RefusedForView::of).collect()),
            unfetched: told.map(|(it, registry)| UnfetchedView::of(&it.unfetched, registry)),
        }
    }
}

impl RefusedForView {
    fn of(refused: &Refused) -> Self {
        let ((official, code), (zh, en)) = (refused.codes(), refused.wording());
        let (last_hour, last_day) = (refused.last_hour, refused.last_day);
        Self { message: refused.message_code(), code, official, zh, en, last_hour, last_day }
    }
}

impl UnfetchedView {
    fn of(unfetched: &Unfetched, registry: &Registry) -> Self {
        let longest = unfetched.longest.iter().map(|waiting| UnfetchedMailView {
            mailbox: waiting.mailbox.to_string(),
            owners: owners(registry, &waiting.mailbox),
            count: waiting.count,
            since: waiting.since.map(|since| since.to_string()),
        });
        Self { mailboxes: unfetched.mailboxes, late: unfetched.late, longest: longest.collect() }
    }
}

/// The names of those whose mailbox it is, as far as they are registered.
pub fn owners(registry: &Registry, mailbox: &DxpId) -> Vec<String> {
    let owners = registry.parties().filter(|party| party.mailbox.as_ref() == Some(mailbox));
    owners.map(|party| party.name.clone()).collect()
}

const fn name(state: State) -> &'static str {
    match state {
        State::Unknown => "unknown",
        State::Good => "good",
        State::Look => "look",
        State::ActNow => "act-now",
    }
}
