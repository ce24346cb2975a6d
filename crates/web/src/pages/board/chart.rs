//! A panel's figures as lines, and the same as a table.

#![expect(clippy::float_arithmetic, reason = "places on a screen")]

use maud::{Markup, html};
use tongguan_application::board::{Figure, Sample, Span, Step};
use tongguan_domain::time::Moment;

use super::words::Unit;
use crate::pages::shell::{Visit, time, time_of};

/// The chart's width and height, and how much of the height is the lines'.
const CHART: (f64, f64, f64) = (720.0, 190.0, 150.0);
/// Room above the lines, for the number of the highest.
const ABOVE: f64 = 22.0;
/// Into so many parts the time is divided that is drawn: as many as a telephone shows.
const DRAWN: u32 = 90;
/// Into so many an hour is divided in a table, and a day: five minutes, an hour.
const ROWS: (u32, u32) = (12, 24);
/// How lines are told apart, by no colour: dashes as SVG has them, and what they are called.
const STROKES: [(&str, (&str, &str)); 4] = [
    ("none", ("实线", "solid")),
    ("8 4", ("长虚线", "dashed")),
    ("2 4", ("点线", "dotted")),
    ("10 3 2 3", ("点划线", "dash and dot")),
];

/// A line of a panel.
pub struct Line {
    /// What it is called.
    pub title: (&'static str, &'static str),
    /// What it shows.
    pub figure: Figure,
}

/// The lines over time. What they show is said in words, too.
pub fn chart(
    visit: &Visit,
    (id, title): (&str, &str),
    unit: Unit,
    lines: &[Line],
    (samples, span): (&[Sample], Span),
) -> Markup {
    let drawn: Vec<_> = lines.iter().map(|line| line.figure.steps(samples, span, DRAWN)).collect();
    let values = drawn.iter().flatten().filter_map(|step| step.value);
    let most = values.fold(0.0, f64::max);
    let end = samples.last().map_or(Moment::from_micros(0), |last| last.at);
    let begin = end.plus_millis(-span.millis());
    let place = Place { begin, millis: span.millis(), most };
    let (width, height, low) = CHART;
    html! {
        ul { @for ((line, steps), (_, stroke)) in lines.iter().zip(&drawn).zip(STROKES) {
            li { (visit.language.of(stroke)) ": " (in_words(visit, line, unit, steps)) }
        } }
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby={ (id) "-drawn" } {
            title id={ (id) "-drawn" } { (title) ": " (visit.say(
                "曲线；数值见上方文字与下方表格。",
                "lines; their numbers are in the words above and the table below.",
            )) }
            line class="axis" x1="0" y1=(low) x2=(width) y2=(low) {}
            text x="0" y="14" { (unit.written(visit, most)) }
            @for (steps, (dashes, _)) in drawn.iter().zip(STROKES) {
                @for points in place.runs(steps) {
                    polyline points=(points) stroke-dasharray=(dashes) {}
                }
            }
            text x="0" y=(height - 16.0) { (clock(begin)) }
            text x=(width) y=(height - 16.0) text-anchor="end" { (clock(end)) }
        }
    }
}

/// The same, each five minutes of an hour, or each hour of a day, the newest first.
pub fn table(
    visit: &Visit,
    title: &str,
    unit: Unit,
    lines: &[Line],
    (samples, span): (&[Sample], Span),
) -> Markup {
    let rows = if span == Span::Hour { ROWS.0 } else { ROWS.1 };
    let columns: Vec<_> = lines.iter().map(|line| line.figure.steps(samples, span, rows)).collect();
    let times: Vec<_> = columns.first().into_iter().flatten().map(|step| step.until).collect();
    let at = |steps: &[Step], until: Moment| {
        steps.iter().find(|step| step.until == until).and_then(|step| step.value)
    };
    html! {
        details {
            summary { (visit.say("以表格显示", "The same as a table")) ": " (title) }
            div.table tabindex="0" role="region" aria-label=(title) { table {
                caption { (title) }
                thead { tr {
                    th scope="col" { (visit.say("截至", "Until")) }
                    @for line in lines { th.number scope="col" { (visit.language.of(line.title)) } }
                } }
                tbody { @for until in times.iter().rev() { tr {
                    th scope="row" { (time(*until)) }
                    @for steps in &columns {
                        td.number { (said(visit, unit, at(steps, *until))) }
                    }
                } } }
            } }
        }
    }
}

/// What it is now and what it was at most.
fn in_words(visit: &Visit, line: &Line, unit: Unit, steps: &[Step]) -> Markup {
    let now = steps.last().and_then(|step| step.value);
    let known = steps.iter().filter_map(|step| Some((step.value?, step.until)));
    let most = known.max_by(|(a, _), (b, _)| a.total_cmp(b));
    html! {
        (visit.language.of(line.title)) " — "
        (visit.say("现在", "now")) " " strong { (said(visit, unit, now)) }
        @if let Some((most, at)) = most {
            (visit.say("，最高 ", "; at most ")) (unit.written(visit, most)) " (" (clock(at)) ")"
        }
    }
}

fn said(visit: &Visit, unit: Unit, value: Option<f64>) -> String {
    value.map_or_else(|| visit.say("无", "none").to_owned(), |value| unit.written(visit, value))
}

/// Hour and minute, in China's time.
fn clock(at: Moment) -> String {
    time_of(at).get(11..16).unwrap_or_default().to_owned()
}

/// Where points stand.
struct Place {
    begin: Moment,
    millis: i64,
    most: f64,
}

impl Place {
    /// The points of each unbroken part of a line, as SVG writes them. A line of one point would not be seen, so it has
    /// two.
    fn runs(&self, steps: &[Step]) -> Vec<String> {
        let mut runs: Vec<Vec<&Step>> = Vec::new();
        let mut until = None;
        for step in steps.iter().filter(|step| step.value.is_some()) {
            match runs.last_mut().filter(|_| until == Some(step.from)) {
                Some(run) => run.push(step),
                None => runs.push(vec![step]),
            }
            until = Some(step.until);
        }
        let points = |run: &Vec<&Step>| {
            let first = run.first().map(|step| self.point(step.from, step.value));
            let each = run.iter().map(|step| self.point(step.until, step.value));
            first.into_iter().chain(each).collect::<Vec<_>>().join(" ")
        };
        runs.iter().map(points).collect()
    }

    fn point(&self, at: Moment, value: Option<f64>) -> String {
        let (width, _, low) = CHART;
        let part = at.since(self.begin).as_secs_f64() * 1_000.0 / Self::length(self.millis);
        let high = if self.most > 0.0 { value.unwrap_or(0.0) / self.most } else { 0.0 };
        format!("{:.0},{:.0}", width * part, low - (low - ABOVE) * high)
    }

    #[expect(clippy::cast_precision_loss, reason = "a day at most")]
    const fn length(millis: i64) -> f64 {
        millis as f64
    }
}
