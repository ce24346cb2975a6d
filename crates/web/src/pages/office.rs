//! The first page of an officer (关区首页): how the office stands, and where its work is.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::enquiry::{EnquiryError, Live, Waiting};
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::ids::OfficeCode;

use super::live;
use super::shell::{Visit, time};
use super::words::official;
use crate::Shared;
use crate::caller::blocking;
use crate::problem::Problem;

/// Shows it.
pub async fn page(shared: &Shared, visit: &Visit, office: OfficeCode) -> Result<Response, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let asking = move || -> Result<(Arc<Live>, Vec<Waiting>), EnquiryError> {
        Ok((enquiries.live(Some(office), now)?, enquiries.waiting(Reach::Office(office))?))
    };
    let (live, waiting) = blocking(asking).await?;
    let title = visit.say(format!("关区{office}"), format!("Office {office}"));
    let body = html! {
        h1 { (title) }
        @if visit.may(Permission::ReadQueues) { (queues(visit, &waiting)) }
        (live::section(visit, visit.say("今日概况", "Today"), &live))
    };
    Ok(visit.page(&title, &body))
}

fn queues(visit: &Visit, waiting: &[Waiting]) -> Markup {
    html! {
        h2 { (visit.say("待办", "What waits")) }
        @if waiting.is_empty() {
            div.notice.good { p { (visit.say("没有待办。", "Nothing waits.")) } }
        } @else {
            div.columns { @for queue in waiting {
                div.card {
                    p.figure { (queue.count) }
                    p { a href={ "/queue?status=" (queue.queue.number()) } {
                        (queue.queue.number()) " " (official(visit, queue.queue.title()))
                    } }
                    p { (visit.say("最早", "oldest")) " " (time(queue.oldest)) }
                }
            } }
        }
    }
}
