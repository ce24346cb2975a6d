//! One guarantee: how it stands, what was held and given back, what was changed and proposed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::guarantees::{self, Listed, Movement, Proposal};
use tongguan_application::history::{Cause, Event};
use tongguan_application::parcels::ParcelsError;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use super::proposal::standing;
use super::{Officers, ROWS, address, free, movements, state, term};
use crate::Shared;
use crate::caller::blocking;
use crate::pages::audit::differences;
use crate::pages::form;
use crate::pages::shell::{Visit, time};
use crate::pages::words::data;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::views::guarantee::{place_text, read_place};

/// Changes and proposals that are shown; the interface has all.
const MOST: i64 = 20;

/// Behind which movement.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// What is known of one.
struct Known {
    one: Listed,
    movements: Vec<Movement>,
    changes: Vec<Event>,
    proposals: Vec<Proposal>,
}

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    Path(party): Path<i64>,
    Query(Asked { after }): Query<Asked>,
) -> Result<Response, Problem> {
    let party = PartyId(party);
    let before = form::place("after", &after, read_place)?;
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let most = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let reading = move || {
        enquiries.store().read(|view| {
            let Some(one) = guarantees::find(view, party)? else { return Ok(None) };
            Ok::<_, ParcelsError>(Some(Known {
                one,
                movements: guarantees::movements(view, party, before, most)?,
                changes: guarantees::changes(view, party, None, MOST)?,
                proposals: guarantees::proposals_of(view, party, MOST)?,
            }))
        })
    };
    let mut known = blocking(reading).await?.ok_or(Problem::NotFound)?;
    let more = known.movements.len() > ROWS;
    known.movements.truncate(ROWS);
    let heading = visit.say("税款担保", "Guarantee");
    let title = format!("{} · {heading}", known.one.name);
    let body = html! {
        p { a href="/guarantees" { (visit.say("回到担保清单", "Back to the guarantees")) } }
        h1 { (heading) " " (data(&known.one.name)) }
        (facts(&visit, &known.one, now))
        (to_do(&visit, &known))
        h2 { (visit.say("占用与恢复", "Held and given back")) }
        @if known.movements.is_empty() {
            div.notice { p { (visit.say(
                "还没有。清单放行时占用税款，退货时恢复，随后列在这里。",
                "Nothing yet. What a release holds, and what a return gives back, is listed here soon after.",
            )) } }
        } @else { (movements(&visit, &known.movements, Officers::Named)) }
        @if let Some(last) = known.movements.last().filter(|_| more) {
            (visit.next_page(format_args!("{}?after={}", address(party), place_text(last.place))))
        }
        h2 { (visit.say("更改", "Changes")) }
        (changes(&visit, &known.changes))
        h2 { (visit.say("更改提议", "Proposed changes")) }
        (proposals(&visit, &known.proposals))
    };
    Ok(visit.page(&title, &body))
}

fn facts(visit: &Visit, one: &Listed, now: Moment) -> Markup {
    let terms = guarantees::terms(&one.guarantee);
    html! { dl.facts {
        dt { (visit.say("担保企业", "Guarantor")) } dd { (data(&one.name)) " " code.muted { (one.codes.join(", ")) } }
        dt { (visit.say("状态", "State")) } dd { (state(visit, &terms, now)) }
        dt { (visit.say("担保额度", "Granted")) } dd.number { "CNY " (terms.granted) }
        dt { (visit.say("已占用", "Held for released parcels")) } dd.number { "CNY " (one.guarantee.held) }
        dt { (visit.say("可用", "Free")) } dd.number { "CNY " (free(one, now)) }
        dt { (visit.say("等待中", "Parcels wait for")) } dd.number { "CNY " (one.guarantee.queued) }
        dt { (visit.say("有效期", "Term")) } dd { (term(visit, &terms)) }
        dt { (visit.say("保函编号", "Guarantee document")) }
        dd { (terms.reference.as_deref().map_or_else(|| data("–"), data)) }
    } }
}

/// What waits for an answer, or the way to a proposal.
fn to_do(visit: &Visit, known: &Known) -> Markup {
    let open = known.proposals.iter().find(|proposal| proposal.answer.is_none());
    html! { @if let Some(open) = open {
        div.notice.warn { p {
            (visit.say("有一项更改提议待复核：", "A proposed change waits for approval: "))
            a href={ "/guarantee-proposals/" (open.n) } { (visit.say("提议", "proposal ")) (open.n) }
        } }
    } @else if visit.may(Permission::ProposeGuarantees) {
        p { a.button href={ (address(known.one.guarantee.party_id)) "/change" } {
            (visit.say("提议更改", "Propose a change"))
        } }
    } }
}

fn changes(visit: &Visit, events: &[Event]) -> Markup {
    html! {
        @if events.is_empty() {
            div.notice { p { (visit.say("登记以来没有记录到更改。", "No change is recorded.")) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(visit.say("更改", "Changes")) { table {
                thead { tr {
                    th scope="col" { (visit.say("时间", "At")) }
                    th scope="col" { (visit.say("何人何法", "By")) }
                    th scope="col" { (visit.say("更改前后", "Before and after")) }
                } }
                tbody { @for event in events { tr {
                    td { (time(event.at)) }
                    td { (by(visit, &event.cause)) }
                    td { (differences(visit, &event.entry.fields)) }
                } } }
            } }
        }
    }
}

fn by(visit: &Visit, cause: &Cause) -> Markup {
    html! { @match cause {
        Cause::Person(actor) => { (data(&actor.name)) }
        Cause::File { name, .. } => { (visit.say("文件", "file")) " " (data(name)) }
        Cause::Command(name) => { (visit.say("命令", "command")) " " code { (name) } }
    } }
}

fn proposals(visit: &Visit, all: &[Proposal]) -> Markup {
    html! {
        @if all.is_empty() {
            div.notice { p { (visit.say(
                "还没有提议。关员提议更改后列在这里，由另一名主管复核。",
                "Nothing was proposed yet. What an officer proposes is listed here, until a supervisor has answered.",
            )) } }
        } @else {
            div.table tabindex="0" role="region" aria-label=(visit.say("更改提议", "Proposed changes")) { table {
                thead { tr {
                    th.number scope="col" { (visit.say("编号", "Number")) }
                    th scope="col" { (visit.say("提议人", "By")) }
                    th scope="col" { (visit.say("原因", "Reason")) }
                    th scope="col" { (visit.say("状态", "Standing")) }
                } }
                tbody { @for proposal in all { tr {
                    td.number { a href={ "/guarantee-proposals/" (proposal.n) } { (proposal.n) } }
                    td { (data(&proposal.proposed_by)) " " (time(proposal.proposed_at)) }
                    td { (data(&proposal.reason)) }
                    td { (standing(visit, proposal)) }
                } } }
            } }
        }
    }
}
