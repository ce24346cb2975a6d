//! The terminal of returned goods (退货运抵): a number is scanned, and that the goods of a return are back is recorded,
//! with pieces and damage. What is still on its way is listed below.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::record::ReturnRecord;
use tongguan_application::deciding::Decides;
use tongguan_application::returns::{self, Decided};
use tongguan_domain::ids::ReturnId;
use tongguan_domain::returns::ReturnState;
use tongguan_domain::status::ReturnStatus;

use super::case;
use super::form::{self, Sent, go_to};
use super::not_decided::{NotDone, attempt};
use super::shell::{Visit, encoded, nothing, notice};
use super::sound::Tone;
use super::words::{data, language_of};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;
use crate::views::returns::back_by;

/// Returns on their way that are listed at a time.
const ROWS: usize = 50;
/// Where the terminal is.
const ADDRESS: &str = "/return-arrivals";

/// What was scanned, or just recorded.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Scanned {
    q: String,
    done: String,
    late: String,
    behind: String,
}

/// What came back, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Arrived {
    /// 预录入编号 of the return.
    number: String,
    packages: String,
    damage: String,
}

/// Asks for a number, or says what to do with the goods of the return that it names.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(scanned): Query<Scanned>,
) -> Result<Response, Problem> {
    let number = scanned.q.trim().to_owned();
    if !number.is_empty() {
        return looked_up(&shared, &visit, &caller, &number).await;
    }
    let (told, tone) = match (scanned.done.as_str(), scanned.late.as_str()) {
        ("", "") => (nothing(), None),
        ("", late) => (too_late(&visit, late), Some(Tone::Stop)),
        (done, _) => {
            let text = visit.say(
                format!("{done}：已记录运抵，等待查验。"),
                format!("{done}: recorded as back. It waits to be examined."),
            );
            (notice("good", &text), Some(Tone::Good))
        }
    };
    let behind = form::place("behind", &scanned.behind, |text| text.parse().ok())?;
    let list = on_their_way(&shared, &visit, &caller, ReturnId(behind.unwrap_or(0))).await?;
    Ok(shown(&visit, (&told, &list), StatusCode::OK, tone))
}

/// Records that the goods of a return are back, or says why not.
pub async fn record(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(arrived): Sent<Arrived>,
) -> Result<Response, Problem> {
    let named = named(&shared, &caller, &arrived.number).await?;
    let is_it = |record: &&ReturnRecord| record.provisional_no.as_str() == arrived.number;
    let Some(found) = named.iter().find(is_it) else { return Err(Problem::NotFound) };
    let wrong = match arrive(&shared, &visit, &caller, found, &arrived).await? {
        Ok(decided) => {
            let outcome = if decided.status == ReturnStatus::InReview { "done" } else { "late" };
            return Ok(go_to(&format!("{ADDRESS}?{outcome}={}", encoded(&arrived.number))));
        }
        Err(wrong) => wrong,
    };
    // Somebody else may have recorded it meanwhile: what stands now is shown.
    let now = self::named(&shared, &caller, &arrived.number).await?;
    let answer = match now.iter().find(is_it) {
        Some(found) => one(&visit, found, &arrived).0,
        None => unknown(&visit, &arrived.number),
    };
    let told = html! { (notice("bad", &wrong.text)) (answer) };
    Ok(shown(&visit, (&told, &nothing()), wrong.status, Some(Tone::Stop)))
}

async fn arrive(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    found: &ReturnRecord,
    arrived: &Arrived,
) -> Result<Result<Decided, NotDone>, Problem> {
    let packages = arrived.packages.trim().parse().ok().filter(|packages| *packages > 0);
    let Some(packages) = packages else {
        return Ok(Err(NotDone::unfit(visit.say(
            "请填写运抵的件数，为大于0的整数。",
            "Say in how many pieces it came: a whole number above 0.",
        ))));
    };
    let damage = Some(arrived.damage.trim().to_owned()).filter(|damage| !damage.is_empty());
    let (id, recorder) = (found.id.to_string(), caller.audit_name());
    let work = move |desk: &mut dyn Decides| {
        returns::arrive(desk, &id, packages, damage.as_deref(), &recorder)
    };
    attempt(shared, visit, caller, work).await
}

async fn looked_up(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    number: &str,
) -> Result<Response, Problem> {
    let found = named(shared, caller, number).await?;
    let (answer, tone) = match found.as_slice() {
        [] => (unknown(visit, number), Tone::Stop),
        [found] => one(visit, found, &Arrived::default()),
        several => (choice(visit, several), Tone::Attention),
    };
    Ok(shown(visit, (&answer, &nothing()), StatusCode::OK, Some(tone)))
}

/// The returns under way of the office that a number names.
async fn named(
    shared: &Shared,
    caller: &Caller,
    number: &str,
) -> Result<Vec<ReturnRecord>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (number, now) = (number.to_owned(), shared.access.clock.now());
    blocking(move || enquiries.returns_named(reach, &number, now)).await
}

fn shown(
    visit: &Visit,
    (answer, list): (&Markup, &Markup),
    status: StatusCode,
    tone: Option<Tone>,
) -> Response {
    let title = visit.say("退货运抵", "Returned goods");
    let body = html! {
        h1 { (title) }
        (answer)
        form method="get" action=(ADDRESS) {
            label for="q" { (visit.say(
                "扫描或输入退货申请、清单、订单或运单编号",
                "Scan or type the number of a return, declaration, order or waybill",
            )) }
            input #q name="q" autocomplete="off" autofocus maxlength="80" enterkeyhint="go" required;
            button { (visit.say("查询", "Look it up")) }
        }
        (list)
    };
    visit.terminal(status, title, &body, tone)
}

fn unknown(visit: &Visit, number: &str) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p.figure { (visit.say("停：无待运抵的退货", "Stop: no return is awaited")) }
            p { (data(number)) ": " (visit.say(
                "本关区没有该编号的在办退货申请。请核对标签；货物先行存放，并询问审单关员。",
                "no return of that number is under way at the office. Check the label; keep the goods, and ask the \
                 reviewing officer.",
            )) }
        }
    }
}

fn too_late(visit: &Visit, number: &str) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p.figure { (visit.say("逾期：不予退货", "Too late: it cannot go back")) }
            p { (data(number)) ": " (visit.say(
                "货物在规定期限之后运抵，退货申请已失效，税款不退。货物先行存放，并询问审单关员。",
                "the goods came behind their last day, so the return has ended and the tax stays due. Keep the goods, \
                 and ask the reviewing officer.",
            )) }
        }
    }
}

fn choice(visit: &Visit, several: &[ReturnRecord]) -> Markup {
    html! {
        div.notice.warn role="status" {
            p.figure { (visit.say("有多份退货申请，请选择", "Several returns: choose one")) }
            ul { @for record in several { li { (link(record)) } } }
        }
    }
}

/// What to do with the goods of one, and how it sounds.
fn one(visit: &Visit, record: &ReturnRecord, draft: &Arrived) -> (Markup, Tone) {
    let number = &record.provisional_no;
    let declaration =
        html! { a href=(case::address(record.declaration)) { (record.document.dossier.order_no) } };
    if let ReturnState::Arrived(arrival) = &record.state {
        let before = html! {
            div.notice.good role="status" {
                p.figure { (visit.say("此前已记录运抵", "Recorded as back before")) }
                p { (number) " · " (declaration) " · " (pieces(visit, arrival.packages)) }
                p { a href="/returns" { (visit.say("去查验", "Examine it")) } }
            }
        };
        return (before, Tone::Good);
    }
    let answer = html! {
        div.notice.warn role="status" {
            p.figure { (visit.say("退货运抵：清点并记录", "It is awaited: count it, and record it")) }
            p { (number) " · " (declaration) @if let Some(day) = back_by(record) {
                " · " (visit.say("最迟退回日 ", "back by ")) (day)
            } }
            p { (visit.say("退货商品：", "What comes back: "))
                @for line in &record.lines {
                    (visit.say("第", "line ")) (line.number) (visit.say("项", "")) " × " (line.quantity.normalize()) " "
                } }
        }
        (arrival_form(visit, number.as_str(), draft))
    };
    (answer, Tone::Attention)
}

fn arrival_form(visit: &Visit, number: &str, draft: &Arrived) -> Markup {
    html! {
        form.stacked method="post" action=(ADDRESS) {
            (visit.form_token())
            input type="hidden" name="number" value=(number);
            div {
                label for="packages" { (visit.say("件数", "Pieces")) }
                input #packages name="packages" value=(draft.packages) inputmode="numeric" pattern="[0-9]{1,9}"
                    maxlength="9" autocomplete="off" required;
            }
            div {
                label for="damage" { (visit.say("破损情况", "Damage")) }
                p.hint #damage-hint { (visit.say(
                    "完好时留空；最多500字，申报人将读到。",
                    "Leave it empty where all is whole. At most 500 characters; the declarant reads it.",
                )) }
                input #damage name="damage" value=(draft.damage) lang=[language_of(&draft.damage)] maxlength="500"
                    aria-describedby="damage-hint";
            }
            button { (visit.say("记录运抵", "Record that it is back")) }
        }
    }
}

async fn on_their_way(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    after: ReturnId,
) -> Result<Markup, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let mut awaited =
        blocking(move || enquiries.awaited_returns(reach, after, ROWS.saturating_add(1))).await?;
    let has_more = awaited.len() > ROWS;
    awaited.truncate(ROWS);
    let last = awaited.last().filter(|_| has_more).map(|last| last.id);
    Ok(html! {
        h2 { (visit.say("待运抵的退货", "On their way")) }
        @if awaited.is_empty() {
            p { (visit.say(
                "没有待运抵的退货。退货申请获准后会列在这里。",
                "No return is on its way. Those that are approved are listed here.",
            )) }
        }
        ul { @for record in &awaited { li {
            (link(record))
            @if let Some(day) = back_by(record) { " · " (visit.say("最迟退回日 ", "back by ")) (day) }
        } } }
        @if let Some(id) = last { (visit.next_page(format_args!("{ADDRESS}?behind={id}"))) }
    })
}

/// The way to the terminal at a return.
pub(super) fn at(number: &str) -> String {
    format!("{ADDRESS}?q={}", encoded(number))
}

fn link(record: &ReturnRecord) -> Markup {
    let number = record.provisional_no.as_str();
    html! { a href=(at(number)) { (number) } " (" (record.document.dossier.order_no) ")" }
}

fn pieces(visit: &Visit, packages: u32) -> Markup {
    html! { (packages) (visit.say("件", if packages == 1 { " piece" } else { " pieces" })) }
}
