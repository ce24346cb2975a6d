//! What the database tells the board: for what documents are refused, and what lies in mailboxes that nobody fetches.

use std::sync::Arc;

use maud::{Markup, html};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::mailboxes::Unfetched;
use tongguan_application::operating::{Outcome, outcome};
use tongguan_application::refusals::Refused;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;

use crate::caller::blocking;
use crate::pages::shell::{Visit, time};
use crate::views::board::owners;

/// What it tells.
pub struct Told {
    /// Of refusals and mailboxes.
    pub outcome: Outcome,
    /// Whose the mailboxes are.
    pub registry: Arc<Registry>,
}

/// Asks it; nothing where it does not answer.
pub async fn told(enquiries: Arc<Enquiries>, now: Moment) -> Option<Told> {
    let ask = move || {
        let outcome = enquiries.store().read(|view| outcome(view, now))?;
        enquiries.registry().map(|registry| Told { outcome, registry })
    };
    blocking(ask).await.ok()
}

/// The reasons of refusals, the most frequent of the last hour first.
pub fn refusals(visit: &Visit, refused: &[Refused]) -> Markup {
    let caption = visit.say("退单原因，按近一小时次数", "Reasons, by how often in the last hour");
    if refused.is_empty() {
        return html! { p { (visit.say(
            "近一天没有退单。有单证被退时，原因会列在这里。",
            "Nothing was refused during the last day. Reasons are listed here once a document is.",
        )) } };
    }
    html! {
        p.hint { (visit.say(
            "一份单证按第一项错误计一次；所有进程合计。",
            "A document counts once, by the first rule that it broke; of all processes.",
        )) }
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (visit.say("报文", "Message")) }
                th scope="col" { (visit.say("代码", "Code")) }
                th scope="col" { (visit.say("说明", "What is wrong")) }
                th.number scope="col" { (visit.say("近一小时", "Last hour")) }
                th.number scope="col" { (visit.say("近一天", "Last day")) }
            } }
            tbody { @for it in refused { tr {
                td { (it.message_code().unwrap_or_else(|| visit.say("无法识别", "not told"))) }
                th scope="row" { (codes(it)) }
                td { (visit.language.of(it.wording())) }
                td.number { (it.last_hour) }
                td.number { (it.last_day) }
            } } }
        } }
    }
}

fn codes(refused: &Refused) -> Markup {
    let (number, code) = refused.codes();
    html! { @if let Some(number) = number { (number) " " } code { (code) } }
}

/// The mailboxes in which something waits longest.
pub fn mailboxes(visit: &Visit, told: &Told) -> Markup {
    let Unfetched { mailboxes, late, longest } = &told.outcome.unfetched;
    let caption = visit.say("等待最久的信箱", "Those in which it waits longest");
    if longest.is_empty() {
        return html! { p { (visit.say(
            "所有回执均已收取或推送。",
            "Everything was fetched or pushed.",
        )) } };
    }
    html! {
        p { (visit.say(
            format!("{mailboxes}个信箱有未取回执，其中{late}个已超过一天、不到一周。"),
            format!("In {mailboxes} mailboxes something waits, in {late} of them for more than a day and less than a week."),
        )) }
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (visit.say("信箱", "Mailbox")) }
                th scope="col" { (visit.say("单位", "Whose")) }
                th.number scope="col" { (visit.say("未取", "Waiting")) }
                th scope="col" { (visit.say("自", "Since")) }
            } }
            tbody { @for it in longest { tr {
                th scope="row" { code { (it.mailbox) } }
                td { @match owners(&told.registry, &it.mailbox).as_slice() {
                    [] => { (visit.say("未备案", "not registered")) }
                    names => { (names.join(visit.say("、", ", "))) }
                } }
                td.number { (it.count) }
                td { @match it.since {
                    Some(since) => { (time(since)) }
                    None => { (visit.say("已不保存", "not kept any more")) }
                } }
            } } }
        } }
    }
}
