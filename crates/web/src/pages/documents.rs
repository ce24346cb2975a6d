//! Documents that were sent (已发单证), found by their numbers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::record::{DocumentKind, DocumentRecord, DocumentState};
use tongguan_application::review::ReviewError;
use tongguan_domain::access::Permission;
use tongguan_domain::ids::MessageId;
use tongguan_domain::registry::Registry;

use super::mail::own_mailbox;
use super::mail::sent::address;
use super::shell::{Visit, time};
use super::words::data;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;
use crate::views::documents::{kind, kind_named};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    number: String,
}

/// Looks for documents.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let number = asked.number.trim().to_owned();
    if number.is_empty() {
        return Ok(shown(&visit, &asked, &html! {}));
    }
    let wanted = kind_named(&asked.kind).ok_or(Problem::Malformed("kind"))?;
    if number.chars().any(char::is_control) {
        return Err(Problem::Malformed("number"));
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let finding = move || {
        let found = enquiries.documents(reach, wanted, &number)?;
        Ok::<_, ReviewError>((found, enquiries.registry()?))
    };
    let (found, registry) = blocking(finding).await?;
    let messages: Vec<_> = found.iter().map(|it| it.source.message).collect();
    let own = match own_mailbox(&shared, &caller).await? {
        Some(mailbox) => {
            let mailboxes = Arc::clone(&shared.access.mailboxes);
            blocking(move || mailboxes.sent_of(&mailbox, &messages)).await?
        }
        None => Vec::new(),
    };
    let results = match found.is_empty() {
        true => nothing_found(&visit),
        false => list(&visit, &found, &registry, &own),
    };
    Ok(shown(&visit, &asked, &results))
}

fn shown(visit: &Visit, asked: &Asked, results: &Markup) -> Response {
    let title = visit.say("已发单证", "Documents sent");
    let body = html! {
        h1 { (title) }
        form.row method="get" action="/documents" role="search" {
            div {
                label for="kind" { (visit.say("单证", "Document")) }
                select #kind name="kind" {
                    @for one in DocumentKind::ALL {
                        option value=(kind(one)) selected[asked.kind == kind(one)] {
                            (visit.language.of(title_of(one)))
                        }
                    }
                }
            }
            div {
                label for="number" { (visit.say("其编号或订单编号", "Its number, or that of its order")) }
                input #number name="number" value=(asked.number) maxlength="80" autocomplete="off" required;
            }
            div { button { (visit.say("查询", "Find")) } }
        }
        (results)
    };
    visit.page(title, &body)
}

fn nothing_found(visit: &Visit) -> Markup {
    html! { div.notice { p { (visit.say(
        "没有找到。只能查到贵单位编号的单证和贵单位清单的单证；请核对种类和编号。",
        "Nothing was found. You find what you have numbered and what belongs to your declarations; check kind and \
         number.",
    )) } } }
}

/// Its own number; an order is known by none but that of the order.
fn number(document: &DocumentRecord) -> &str {
    let own = &*document.key.number;
    if own.is_empty() { &document.key.dossier.order_no } else { own }
}

/// `own` are the messages that the enterprise itself sent.
fn list(visit: &Visit, found: &[DocumentRecord], registry: &Registry, own: &[MessageId]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("单证", "Documents")) { table {
            thead { tr {
                th scope="col" { (visit.say("单证", "Document")) }
                th scope="col" { (visit.say("编号", "Number")) }
                th scope="col" { (visit.say("订单编号", "Order")) }
                th scope="col" { (visit.say("编号单位", "Numbered by")) }
                th scope="col" { (visit.say("状态", "State")) }
                th scope="col" { (visit.say("报送时间", "Sent")) }
                th scope="col" { (visit.say("原文", "As it was received")) }
            } }
            tbody { @for one in found { tr {
                td { (visit.language.of(title_of(one.key.kind))) }
                td { (number(one)) }
                td { (one.key.dossier.order_no) }
                td { (data(registry.party(one.key.party).map_or("", |party| party.name.as_str()))) }
                td { (state(visit, one.state)) }
                td { (time(one.sent_at)) }
                td { @if own.contains(&one.source.message) && visit.may(Permission::Declare) {
                    a href=(address(one.source.message)) download { (visit.say("下载XML", "Download as XML")) }
                } }
            } } }
        } }
    }
}

fn state(visit: &Visit, state: DocumentState) -> Markup {
    let (kind, zh, en) = match state {
        DocumentState::Stored => ("plain", "暂存", "stored"),
        DocumentState::Entered => ("good", "已入库", "entered"),
        DocumentState::Refused => ("bad", "退单", "refused"),
        DocumentState::Deleted => ("plain", "已删除", "deleted"),
        DocumentState::Pending => ("warn", "待审核", "waits for an officer"),
    };
    html! { span class={ "tag " (kind) } { (visit.say(zh, en)) } }
}

const fn title_of(kind: DocumentKind) -> (&'static str, &'static str) {
    match kind {
        DocumentKind::Order => ("进口订单", "Order"),
        DocumentKind::Payment => ("支付单", "Payment"),
        DocumentKind::Waybill => ("进口运单", "Waybill"),
        DocumentKind::Delivery => ("运单状态", "Delivery status"),
        DocumentKind::Declaration => ("进口清单", "Import declaration"),
        DocumentKind::ExportOrder => ("出口订单", "Export order"),
        DocumentKind::ExportWaybill => ("出口运单", "Export waybill"),
        DocumentKind::Export => ("出口清单", "Export declaration"),
        DocumentKind::Arrival => ("运抵单", "Arrival report"),
        DocumentKind::Departure => ("离境单", "Departure report"),
        DocumentKind::Collection => ("收款单", "Collection"),
        DocumentKind::ExportReturn => ("出口退货申请单", "Return of exports"),
        DocumentKind::ReturnTally => ("退货理货明细单", "Return tally"),
        DocumentKind::Cancellation => ("撤销申请单", "Cancellation request"),
        DocumentKind::ExportCancellation => ("出口撤销申请单", "Export cancellation request"),
        DocumentKind::Return => ("退货申请单", "Return request"),
        DocumentKind::MasterBill => ("清单总分单", "Master bill link"),
        DocumentKind::Consolidation => ("汇总申请单", "Consolidation request"),
        DocumentKind::WarehouseEntry => ("入库明细单", "Warehouse entry"),
    }
}
