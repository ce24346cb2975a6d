//! Approvals (复核): decisions that wait for a second officer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::guarantees::{self, Proposal};

use super::case;
use super::guarantees::proposal::wanted;
use super::shell::{Visit, time};
use super::words::{self, data, given_reason, official};
use crate::Shared;
use crate::api::parameters::Answer;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

/// An answer to a proposal, as a form says it.
#[derive(Debug, Deserialize)]
pub struct Answered {
    /// Which.
    pub answer: Answer,
    /// Why it is turned down.
    #[serde(default)]
    pub reason: String,
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
) -> Result<Response, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let listing = move || -> Result<_, EnquiryError> {
        let proposals = enquiries.proposals(reach)?;
        let ids: Vec<_> = proposals.iter().map(|proposal| proposal.declaration).collect();
        let declarations = enquiries.declarations(reach, &ids)?;
        Ok((proposals, declarations))
    };
    let (proposals, declarations) = blocking(listing).await?;
    let of_guarantees = open_of_guarantees(&shared).await?;
    let title = visit.say("复核", "Approvals");
    let body = html! {
        h1 { (title) }
        @if proposals.is_empty() && of_guarantees.is_empty() {
            div.notice { p { (visit.say(
                "没有等待复核的提议。关员提议放行扣留货物或更改担保后会列在这里。",
                "Nothing waits for approval. What officers propose about detained goods and guarantees is listed here.",
            )) } }
        }
        @if !of_guarantees.is_empty() { (guarantees_waiting(&visit, &of_guarantees)) }
        @if !proposals.is_empty() {
            div.table tabindex="0" role="region" aria-label=(visit.say("等待复核", "What waits for approval")) { table {
                thead { tr {
                    th scope="col" { (visit.say("清单", "Declaration")) }
                    th scope="col" { (visit.say("提议", "Proposal")) }
                    th scope="col" { (visit.say("原因", "Reason")) }
                    th scope="col" { (visit.say("提议人", "By")) }
                    th scope="col" { (visit.say("时间", "At")) }
                } }
                tbody { @for proposal in &proposals {
                    @let declaration = declarations.iter().find(|one| one.id() == proposal.declaration);
                    tr {
                        td { a href={ (case::address(proposal.declaration)) "#decide" } {
                            (declaration.map_or("?", |one| case::number(one)))
                        } }
                        td { (official(&visit, words::ruling(proposal.ruling))) }
                        td { (given_reason(&visit, &proposal.reason)) }
                        td { (data(&proposal.officer)) }
                        td { (time(proposal.proposed_at)) }
                    }
                } }
            } }
        }
    };
    Ok(visit.page(title, &body))
}

/// The form that answers a proposal of somebody, who cannot approve it himself.
pub fn answer_form(visit: &Visit, caller: &Caller, proposed_by: &str, address: &str) -> Markup {
    let is_own = proposed_by == caller.audit_name();
    html! {
        h2 { (visit.say("答复", "The answer")) }
        @if is_own {
            div.notice { p { (visit.say(
                "这是您自己的提议，须由另一名主管批准；您可以撤回。",
                "This is your own proposal: another supervisor has to approve it. You can take it back.",
            )) } }
        }
        form.stacked method="post" action=(address) {
            (visit.form_token())
            div {
                label for="reason" { (visit.say("不采纳的理由", "Why it is turned down")) }
                p.hint #reason-hint { (visit.say("批准时可不填", "Not needed to approve it")) }
                input #reason name="reason" maxlength="500" aria-describedby="reason-hint";
            }
            div.row {
                @if !is_own {
                    button name="answer" value="approve" { (visit.say("批准", "Approve")) }
                }
                button.quiet name="answer" value="turn-down" { (visit.say("不采纳", "Turn it down")) }
            }
        }
    }
}

/// Changes of guarantees that nobody has answered, each with the guarantor's name.
async fn open_of_guarantees(shared: &Shared) -> Result<Vec<(Proposal, String)>, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let reading = move || {
        let open = enquiries.store().read(guarantees::open)?;
        let registry = enquiries.registry()?;
        let named = open.into_iter().map(|proposal| {
            let name = words::party(&registry, proposal.party);
            (proposal, name)
        });
        Ok::<_, EnquiryError>(named.collect())
    };
    blocking(reading).await
}

fn guarantees_waiting(visit: &Visit, open: &[(Proposal, String)]) -> Markup {
    let caption = visit.say("担保更改", "Changes of guarantees");
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            caption { (caption) }
            thead { tr {
                th.number scope="col" { (visit.say("编号", "Number")) }
                th scope="col" { (visit.say("担保企业", "Guarantor")) }
                th scope="col" { (visit.say("更改", "Change")) }
                th scope="col" { (visit.say("原因", "Reason")) }
                th scope="col" { (visit.say("提议人", "By")) }
                th scope="col" { (visit.say("时间", "At")) }
            } }
            tbody { @for (proposal, name) in open { tr {
                td.number { a href={ "/guarantee-proposals/" (proposal.n) } { (proposal.n) } }
                td { (data(name)) }
                td { (wanted(visit, proposal)) }
                td { (data(&proposal.reason)) }
                td { (data(&proposal.proposed_by)) }
                td { (time(proposal.proposed_at)) }
            } } }
        } }
    }
}
