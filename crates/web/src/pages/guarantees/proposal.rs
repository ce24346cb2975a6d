//! One proposed change of a guarantee: before and after, and the answer to it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::guarantees::{self, GuaranteeError, Listed, Proposal};
use tongguan_domain::access::Permission;
use tongguan_domain::guarantee::Terms;
use tongguan_domain::party::Standing;

use super::address;
use super::proposing::refused;
use crate::Shared;
use crate::api::guarantees::answered;
use crate::caller::{Caller, aside};
use crate::pages::form::{Sent, go_to};
use crate::pages::proposals::{Answered, answer_form};
use crate::pages::shell::{Visit, nothing, time};
use crate::pages::words::data;
use crate::part::Path;
use crate::problem::Problem;

/// Shows it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
) -> Result<Response, Problem> {
    shown(&shared, &visit, &caller, n, StatusCode::OK, &nothing()).await
}

/// Approves it or turns it down.
pub async fn answer(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(n): Path<i64>,
    Sent(Answered { answer, reason }): Sent<Answered>,
) -> Result<Response, Problem> {
    match answered(&shared, &caller, n, answer, reason).await? {
        Ok(()) => Ok(go_to(&format!("/guarantee-proposals/{n}"))),
        Err(error) => {
            let told = refused(&visit, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shown(&shared, &visit, &caller, n, status, &told).await
        }
    }
}

/// Where a proposal stands, and who has answered it.
pub(super) fn standing(visit: &Visit, proposal: &Proposal) -> Markup {
    html! { @match &proposal.answer {
        None => { span.tag.warn { (visit.say("待复核", "waits for approval")) } }
        Some(answer) => {
            @if answer.refusal.is_some() {
                span.tag.bad { (visit.say("未采纳", "turned down")) }
            } @else {
                span.tag.good { (visit.say("已批准", "approved")) }
            }
            " " (data(&answer.by)) " " (time(answer.at))
        }
    } }
}

/// What a proposal wants to be other than it is.
pub fn wanted(visit: &Visit, proposal: &Proposal) -> Markup {
    let pairs = lines(visit, &proposal.before).into_iter().zip(lines(visit, &proposal.after));
    html! { dl.differences { @for ((name, was), (_, is)) in pairs.filter(|((_, was), (_, is))| was != is) {
        dt { (name) }
        dd {
            span.visually-hidden { (visit.say("更改前：", "before: ")) } del { (data(&was)) } " "
            span.visually-hidden { (visit.say("更改后：", "after: ")) } ins { (data(&is)) }
        }
    } } }
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    n: i64,
    status: StatusCode,
    told: &Markup,
) -> Result<Response, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let reading = aside(move || {
        enquiries.store().read(|view| {
            let proposal = guarantees::proposal(view, n)?;
            let one = guarantees::find(view, proposal.party)?;
            let one = one.ok_or(GuaranteeError::NoGuarantee(proposal.party))?;
            Ok::<_, GuaranteeError>((proposal, one))
        })
    });
    let (proposal, one) = reading.await??;
    let heading =
        visit.say(format!("担保更改提议{n}"), format!("Proposed change {n} of a guarantee"));
    let may_answer = proposal.answer.is_none() && visit.may(Permission::Approve);
    let body = html! {
        p { a href=(address(proposal.party)) { (visit.say("回到此担保", "Back to the guarantee")) } }
        h1 { (heading) }
        (told)
        (facts(visit, &proposal, &one))
        h2 { (visit.say("更改前后", "Before and after")) }
        (wanted(visit, &proposal))
        @if may_answer {
            (answer_form(visit, caller, &proposal.proposed_by, &format!("/guarantee-proposals/{n}")))
        }
    };
    Ok(visit.page_with(status, &heading, &body))
}

fn facts(visit: &Visit, proposal: &Proposal, one: &Listed) -> Markup {
    let refusal = proposal.answer.as_ref().and_then(|answer| answer.refusal.as_deref());
    html! { dl.facts {
        dt { (visit.say("担保企业", "Guarantor")) }
        dd { (data(&one.name)) " " code.muted { (one.codes.join(", ")) } }
        dt { (visit.say("已占用", "Held for released parcels")) } dd.number { "CNY " (one.guarantee.held) }
        dt { (visit.say("原因", "Reason")) } dd { (data(&proposal.reason)) }
        dt { (visit.say("提议人", "Proposed by")) }
        dd { (data(&proposal.proposed_by)) " " (time(proposal.proposed_at)) }
        dt { (visit.say("状态", "Standing")) } dd { (standing(visit, proposal)) }
        @if let Some(why) = refusal { dt { (visit.say("理由", "Why not")) } dd { (data(why)) } }
    } }
}

fn lines(visit: &Visit, terms: &Terms) -> [(&'static str, String); 5] {
    let open = || visit.say("长期", "open-ended").to_owned();
    let standing = match terms.standing {
        Standing::Active => visit.say("有效", "in force"),
        Standing::Suspended => visit.say("暂停", "suspended"),
    };
    [
        (visit.say("额度（元）", "Granted, CNY"), terms.granted.to_string()),
        (visit.say("有效期自", "Valid from"), terms.valid_from.to_string()),
        (
            visit.say("有效期至", "Valid until"),
            terms.valid_to.map_or_else(open, |day| day.to_string()),
        ),
        (
            visit.say("保函编号", "Guarantee document"),
            terms.reference.clone().unwrap_or_else(|| "–".to_owned()),
        ),
        (visit.say("状态", "State"), standing.to_owned()),
    ]
}
