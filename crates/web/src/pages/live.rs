//! Live figures (实时数据): what was counted today, as numbers, as a chart and as a table, and the stream that tells
//! a page when to look again.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::Channel;
use maud::{Markup, html};
use tokio::time::{Instant, sleep, timeout_at};
use tongguan_application::enquiry::Live;
use tongguan_application::figures::{Figure, HOURS, Today};

use super::assets::LIVE_ADDRESS;
use super::shell::Visit;
use crate::Shared;
use crate::problem::Problem;

/// What is sent first: how long a browser waits before it comes again, in milliseconds.
const BEGINNING: &[u8] = b"retry: 5000\n\n";
/// What is sent when something was decided.
const CHANGED: &[u8] = b"event: changed\ndata: \n\n";
/// Pages look again at most so often.
const REST: Duration = Duration::from_secs(2);
/// How long a stream lasts; then the browser comes again.
const LASTS: Duration = Duration::from_secs(600);
/// The chart's width and height, and how much of the height is the bars'.
const CHART: (i64, i64, i64) = (720, 180, 150);

/// Tells a browser when something was decided, without saying what.
pub async fn stream(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    let wanted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !wanted.contains("text/event-stream") {
        return Err(Problem::Malformed("accept"));
    }
    let place = shared.streams.clone().try_acquire_owned().map_err(|_| Problem::Busy)?;
    let (mut sender, body) = Channel::<Bytes, Infallible>::new(1);
    let (mut mail, until) = (shared.access.mail.clone(), Instant::now() + LASTS);
    mail.mark_unchanged();
    tokio::spawn(async move {
        let _place = place;
        let mut next = BEGINNING;
        while sender.send_data(Bytes::from_static(next)).await.is_ok() {
            // Ends with the service, and when its time is over.
            let Ok(Ok(())) = timeout_at(until, mail.changed()).await else { return };
            sleep(REST).await;
            mail.mark_unchanged();
            next = CHANGED;
        }
    });
    let mut response = Body::new(body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The figures, which refresh themselves where scripts run.
pub fn section(visit: &Visit, title: &str, live: &Live) -> Markup {
    html! {
        section #live {
            h2 { (title) }
            (numbers(visit, live))
            (lanes(visit, &live.today))
            (chart(visit, &live.today))
            (table(visit, &live.today))
        }
        script src=(LIVE_ADDRESS.as_str()) defer {}
    }
}

fn numbers(visit: &Visit, live: &Live) -> Markup {
    let figures = [
        (Figure::Entered, ("今日入库", "Entered today")),
        (Figure::Released, ("今日放行", "Released today")),
        (Figure::Refused, ("今日退单", "Refused today")),
    ];
    html! {
        div.columns {
            @for (figure, title) in figures {
                div.card {
                    p.figure { (live.today.total(figure)) }
                    p { (visit.language.of(title)) }
                }
            }
            div.card {
                p.figure { (live.waiting) }
                p { (visit.say("正在等待审核、查验或担保", "wait for review, examination or a guarantee")) }
            }
        }
    }
}

fn lanes(visit: &Visit, today: &Today) -> Markup {
    let lanes = [
        (Figure::Green, ("绿色通道（直接通过）", "Green lane: passed at once")),
        (Figure::Yellow, ("黄色通道（人工审核）", "Yellow lane: to review")),
        (Figure::Red, ("红色通道（查验）", "Red lane: to examination")),
    ];
    html! {
        dl.facts { @for (figure, title) in lanes {
            dt { (visit.language.of(title)) } dd { (today.total(figure)) }
        } }
    }
}

/// Two bars for each hour: filled for what was entered, outlined for what was released.
fn chart(visit: &Visit, today: &Today) -> Markup {
    let (width, height, bars) = CHART;
    let most = (0..HOURS).flat_map(|hour| {
        [Figure::Entered, Figure::Released].map(|figure| today.in_hour(hour, figure))
    });
    let most = most.max().unwrap_or(0).max(1);
    let step = width / 24;
    let high = |count: i64| count.saturating_mul(bars - 10) / most;
    let hours = (0_i64..).zip(0..HOURS);
    html! {
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby="chart-title chart-desc" {
            title #chart-title { (visit.say("今日每小时入库与放行", "Entered and released today, by the hour")) }
            desc #chart-desc { (visit.say(
                format!("共入库{}票，放行{}票；每小时最多{most}票。", today.total(Figure::Entered), today.total(Figure::Released)),
                format!(
                    "{} entered and {} released in all; at most {most} in an hour.",
                    today.total(Figure::Entered), today.total(Figure::Released),
                ),
            )) }
            line class="axis" x1="0" y1=(bars) x2=(width) y2=(bars) {}
            @for (x, hour) in hours {
                @let entered = high(today.in_hour(hour, Figure::Entered));
                @let released = high(today.in_hour(hour, Figure::Released));
                @if entered > 0 {
                    rect class="entered" x=(x * step + 3) y=(bars - entered) width="11" height=(entered) {}
                }
                @if released > 0 {
                    rect class="released" x=(x * step + 16) y=(bars - released) width="10" height=(released) {}
                }
                @if hour % 3 == 0 { text x=(x * step + 3) y=(height - 10) { (hour) } }
            }
        }
        p.hint { (visit.say(
            "实心为入库，空心为放行；横轴为中国时间的小时。",
            "Filled: entered. Outlined: released. Below: the hour, in China’s time.",
        )) }
    }
}

fn table(visit: &Visit, today: &Today) -> Markup {
    let columns = [
        (Figure::Entered, ("入库", "Entered")),
        (Figure::Released, ("放行", "Released")),
        (Figure::Refused, ("退单", "Refused")),
    ];
    let caption = visit.say("今日每小时", "Today, by the hour");
    let any = |hour: &usize| columns.iter().any(|(figure, _)| today.in_hour(*hour, *figure) > 0);
    html! {
        details {
            summary { (visit.say("以表格显示", "The same as a table")) }
            div.table tabindex="0" role="region" aria-label=(caption) { table {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (visit.say("时", "Hour")) }
                    @for (_, title) in columns { th.number scope="col" { (visit.language.of(title)) } }
                } }
                tbody {
                    @for hour in (0..HOURS).filter(any) { tr {
                        th scope="row" { (format!("{hour:02}:00")) }
                        @for (figure, _) in columns { td.number { (today.in_hour(hour, figure)) } }
                    } }
                    tr {
                        th scope="row" { (visit.say("合计", "In all")) }
                        @for (figure, _) in columns { td.number { (today.total(figure)) } }
                    }
                }
            } }
        }
    }
}
