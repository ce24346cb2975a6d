//! What passes the gate, recorded at its terminal (卡口通行): where the guard stands, the button, the last passages.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::gate::{Checked, Passage, Passing, Way};
use tongguan_domain::ids::PlaceCode;
use tongguan_domain::place::SupervisedPlace;

use super::form::{Sent, go_to};
use super::gate;
use super::shell::{Visit, encoded, nothing, notice, time};
use super::words::data;
use crate::Shared;
use crate::caller::Caller;
use crate::cookies::PLACE;
use crate::gate::{operator, own, record};
use crate::language::Language;
use crate::part::Path;
use crate::problem::Problem;
use crate::refusal::unpassed;

/// Where somebody stands, of all the places where that may be.
pub struct Stand {
    /// The places that the operator runs.
    pub places: Vec<SupervisedPlace>,
    /// The one that was chosen, or the only one.
    pub at: Option<PlaceCode>,
}

/// A passage that is to be recorded, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct PassingGiven {
    place: String,
    q: String,
    seen: String,
}

impl Stand {
    /// Of a caller, whose browser may remember a place.
    ///
    /// # Errors
    /// [`Problem::Unavailable`].
    pub async fn of(
        shared: &Shared,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let places = own(shared, operator(caller)?).await?;
        let remembered = PLACE.read(headers, shared.access.is_secure);
        let is_it = |place: &&SupervisedPlace| Some(place.code.as_str()) == remembered.as_deref();
        let at = match places.as_slice() {
            [only] => Some(only),
            several => several.iter().find(is_it),
        };
        let at = at.map(|place| place.code.clone());
        Ok(Self { places, at })
    }
}

/// Remembers the place where somebody stands, and goes back to its gate.
pub async fn choose(
    State(shared): State<Shared>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let places = own(&shared, operator(&caller)?).await?;
    let chosen = places.iter().find(|place| place.code.as_str() == code);
    let chosen = chosen.ok_or(Problem::NotFound)?;
    let cookie = PLACE.written(Some(chosen.code.as_str()), shared.access.is_secure);
    let mut response = go_to("/gate");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}

/// Records that something passes, or says how it stands now.
pub async fn pass(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    headers: HeaderMap,
    Sent(PassingGiven { place, q, seen }): Sent<PassingGiven>,
) -> Result<Response, Problem> {
    let place = PlaceCode::parse(&place).map_err(|_| Problem::Malformed("place"))?;
    let passing = Passing { place, number: q.clone(), seen };
    let error = match record(&shared, &caller, passing).await? {
        Ok(passage) => return Ok(go_to(&format!("/gate?passed={}", passage.n))),
        Err(error) => error,
    };
    let Some(why) = unpassed(&error) else { return Err(error.into()) };
    let told = notice("bad", why.of(visit.language));
    let stand = Stand::of(&shared, &caller, &headers).await?;
    gate::looked_up(&shared, &visit, &stand, (StatusCode::CONFLICT, &told), q).await
}

/// The button that records what may pass, or what has to be done before.
pub fn form(visit: &Visit, stand: &Stand, number: &str, checked: &Checked) -> Markup {
    let before = html! { @if let Some(last) = &checked.last { p { (passed(visit, last)) } } };
    if !checked.may_pass() {
        return before;
    }
    let Some(at) = &stand.at else { return html! { (before) (unplaced(visit, stand)) } };
    let words = match checked.way() {
        Way::In => ("记录进场", "Record that it comes in"),
        Way::Out => ("记录离场", "Record that it leaves"),
    };
    html! {
        (before)
        form method="post" action="/gate/passages" {
            (visit.form_token())
            input type="hidden" name="place" value=(at);
            input type="hidden" name="q" value=(number);
            input type="hidden" name="seen" value=(checked.seen);
            button { (visit.language.of(words)) }
        }
        p.hint { (visit.say(
            "只作记录，不改变清单或核放单的状态；运抵（507）与入库（711）仍由经营人以签名报文申报。",
            "It is recorded and changes no status: arrivals (507) and entries (711) are reported by the operator's \
             signed messages as ever.",
        )) }
    }
}

fn unplaced(visit: &Visit, stand: &Stand) -> Markup {
    let words = if stand.places.is_empty() {
        (
            "贵单位没有登记的监管场所，不能记录通行。请联系主管海关登记。",
            "No supervised place is registered as yours, so passages are not recorded. Ask the office that supervises \
             yours to have it registered.",
        )
    } else {
        ("记录通行前，请选择所在场所。", "Choose the place where you stand to record what passes.")
    };
    html! { p.hint { (visit.language.of(words)) } }
}

/// Where somebody stands, what else there is to choose, and what has passed there last.
pub fn panel(visit: &Visit, stand: &Stand, passages: &[Passage]) -> Markup {
    let at = stand.places.iter().find(|place| Some(&place.code) == stand.at.as_ref());
    html! {
        h2 { (visit.say("所在场所", "Where you stand")) }
        @match at {
            Some(place) => p { (called(visit, place)) " (" (place.code) ")" },
            None => (unplaced(visit, stand)),
        }
        @if stand.places.len() > 1 {
            ul { @for place in stand.places.iter().filter(|place| Some(&place.code) != stand.at.as_ref()) {
                li { a href={ "/gate/at/" (encoded(place.code.as_str())) } { (called(visit, place)) " (" (place.code) ")" } }
            } }
        }
        @if at.is_some() {
            h2 { (visit.say("最近通行", "Passed last")) }
            @if passages.is_empty() {
                p { (visit.say(
                    "尚无通行记录。查询编号并放行后即可记录。",
                    "Nothing was recorded yet. Look a number up and let it pass to record it.",
                )) }
            }
            ul { @for passage in passages { li { (line(visit, passage)) } } }
        }
    }
}

/// That a passage was just recorded.
pub fn recorded(visit: &Visit, passages: &[Passage], n: &str) -> Markup {
    let it = passages.iter().find(|passage| passage.n.to_string() == n);
    it.map_or_else(nothing, |passage| {
        html! { div.notice.good role="status" { p { (visit.say("已记录：", "Recorded: ")) (line(visit, passage)) } } }
    })
}

/// A passage in a line, with who recorded it.
pub fn line(visit: &Visit, passage: &Passage) -> Markup {
    html! {
        (time(passage.at)) " " (visit.language.of(way(passage.way))) " · " (data(&passage.number))
        @if passage.parcels > 1 { " · " (passage.parcels) " " (visit.say("件", "parcels")) }
        " · " (data(&passage.who))
    }
}

fn passed(visit: &Visit, last: &Passage) -> Markup {
    html! {
        (visit.say("此前已记录：", "Recorded before: "))
        (time(last.at)) " " (visit.language.of(way(last.way))) " · " (last.place)
    }
}

/// Which way, in words.
pub const fn way(way: Way) -> (&'static str, &'static str) {
    match way {
        Way::In => ("进场", "came in"),
        Way::Out => ("离场", "left"),
    }
}

fn called(visit: &Visit, place: &SupervisedPlace) -> Markup {
    match (visit.language, &place.name_en) {
        (Language::English, Some(name)) => html! { (name) },
        _ => data(&place.name),
    }
}
