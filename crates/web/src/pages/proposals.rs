//! Approvals (复核): decisions that wait for a second officer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::html;
use tongguan_application::enquiry::EnquiryError;

use super::case;
use super::shell::{Visit, time};
use super::words::{self, data, given_reason, official};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::problem::Problem;

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
    let title = visit.say("复核", "Approvals");
    let body = html! {
        h1 { (title) }
        @if proposals.is_empty() {
            div.notice { p { (visit.say(
                "没有等待复核的提议。关员提议放行扣留货物后会列在这里。",
                "Nothing waits for approval. What officers propose about detained goods is listed here.",
            )) } }
        } @else {
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
