//! Bonded lists (核注清单) and gate passes (核放单), as the page of their account book shows them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::bonded::{ListRecord, PassRecord};
use tongguan_domain::access::Permission;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::bonded::list::{BondedListState, BondedListStep};

use super::books::{Formed, MOST};
use super::form::{Sent, go_to};
use super::shell::{Visit, encoded, time};
use super::words::data;
use crate::Shared;
use crate::api::bonded_lists::{ListStepGiven, take_step};
use crate::caller::{Caller, blocking};
use crate::part::Path;
use crate::problem::Problem;

/// Takes a list a step further.
pub async fn step(
    State(shared): State<Shared>,
    caller: Caller,
    Path((book, number)): Path<(String, String)>,
    Sent(Formed { given }): Sent<Formed<ListStepGiven>>,
) -> Result<Response, Problem> {
    let list = take_step(&shared, &caller, book, &number, &given).await?;
    Ok(go_to(&format!("/books/{}?done=stepped", list.list.book)))
}

/// Shows a gate pass.
pub async fn gate_pass(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let pass = blocking(move || enquiries.gate_pass(reach, &number)).await?;
    let pass = pass.ok_or(Problem::NotFound)?;
    let title = visit.say("核放单", "Gate pass");
    let body = html! {
        p { a href="/books" { (visit.say("保税账册", "Bonded stock")) } }
        h1 { (title) " " (pass.number) }
        dl.facts {
            dt { (visit.say("状态", "Where it stands")) } dd lang="en" { (pass.state) }
            dt { (visit.say("自", "Since")) } dd { (time(pass.since)) }
            @if let Some(by) = &pass.by {
                dt { (visit.say("经办", "By")) } dd { (data(&by.officer)) ": " (data(&by.reason)) }
            }
        }
        h2 { (visit.say("核注清单", "Bonded lists")) }
        ul { @for list in &pass.lists {
            li { (list.number) " " a href={ "/books/" (list.book) } { (list.book) } }
        } }
    };
    Ok(visit.page(title, &body))
}

/// The lists of a book, the newest first.
pub fn shown(
    visit: &Visit,
    book: &AccountBook,
    lists: &[ListRecord],
    passes: &[PassRecord],
) -> Markup {
    if lists.is_empty() {
        return html! { div.notice { p { (visit.say(
            "没有进区核注清单。企业以报文（INV101）申报。",
            "There is no bonded list. Enterprises lodge theirs by message (INV101).",
        )) } } };
    }
    html! {
        // The newest first: their numbers grow.
        @for list in lists.iter().rev().take(MOST) {
            section aria-labelledby={ "list-" (list.list.number) } {
                h3 id={ "list-" (list.list.number) } { (list.list.number) " " (state(visit, list.state)) }
                ul { @for ((item, quantity), passed) in list.list.lines.iter().zip(list.let_through()) {
                    li { (item) ": " (quantity) ", " (visit.say("已过卡", "past the gate")) " " (passed) }
                } }
                @for named in &list.named_by {
                    @let came = passes.iter().any(|pass| pass.number == named.pass);
                    p {
                        (visit.say("核放单", "Gate pass")) " "
                        @if came { a href={ "/gate-passes/" (named.pass) } { (named.pass) } } @else { (named.pass) }
                    }
                }
                ol { @for (state_then, at, by) in &list.steps {
                    li {
                        (time(*at)) " " (state(visit, *state_then)) " "
                        @if visit.may(Permission::Decide) { (data(&by.officer)) ": " }
                        (data(&by.reason))
                    }
                } }
                @if visit.may(Permission::Decide) && !list.state.is_final() { (steps(visit, book, list)) }
            }
        }
    }
}

fn steps(visit: &Visit, book: &AccountBook, list: &ListRecord) -> Markup {
    let id = &list.list.number;
    let possible = BondedListStep::ALL.into_iter().filter(|step| list.state.take(*step).is_ok());
    html! {
        form.row method="post" action={ "/books/" (book.number) "/lists/" (encoded(id.as_str())) "/steps" } {
            (visit.form_token())
            div {
                label for={ "step-" (id) } { (visit.say("办理", "What is done")) }
                select id={ "step-" (id) } name="step" {
                    @for step in possible { option value=(step.name()) { (visit.language.of(step_title(step))) } }
                }
            }
            @if list.state == BondedListState::Approved {
                div {
                    label for={ "pass-" (id) } { (visit.say("核放单编号（过卡时）", "Gate pass, for the gate")) }
                    input id={ "pass-" (id) } name="gate_pass" maxlength="64";
                }
            }
            div {
                label for={ "reason-" (id) } { (visit.say("原因", "Why")) }
                input id={ "reason-" (id) } name="reason" maxlength="500" required;
            }
            div { button { (visit.say("办理", "Carry it out")) } }
        }
    }
}

const fn step_title(step: BondedListStep) -> (&'static str, &'static str) {
    match step {
        BondedListStep::Approve => ("审核通过", "approve it"),
        BondedListStep::Refuse => ("退单", "refuse it"),
        BondedListStep::Withdraw => ("撤回", "withdraw it"),
        BondedListStep::PassGate => ("过卡", "let it pass the gate"),
        BondedListStep::EndShort => ("短少结案", "end it short: no more vehicles come"),
        BondedListStep::Admit => ("准予入库", "admit its goods"),
        BondedListStep::TurnAway => ("不准入库", "turn its goods away"),
    }
}

fn state(visit: &Visit, state: BondedListState) -> Markup {
    let (kind, zh, en) = match state {
        BondedListState::Lodged => ("warn", "待审核", "waits for review"),
        BondedListState::Approved => ("plain", "已审核，待过卡", "approved, waits for the gate"),
        BondedListState::Gated => ("warn", "已过卡，待检疫", "past the gate, waits for quarantine"),
        BondedListState::Stocked => ("good", "已入库", "in stock"),
        BondedListState::Refused => ("bad", "已退单", "refused"),
        BondedListState::NotAdmitted => ("bad", "不准入库", "not admitted"),
        BondedListState::Withdrawn => ("plain", "已撤回", "withdrawn"),
    };
    html! { span class={ "tag " (kind) } { (visit.say(zh, en)) } }
}
