//! What customs knows from before of buyer, merchant and address, for customs alone.

use std::sync::Arc;

use maud::{Markup, html};
use tongguan_application::parcels::{MOST_COUNTED, Outcome, Parcel, Past, Whom};
use tongguan_application::review::AnyDeclaration;
use tongguan_domain::ids::PartyId;

use super::address;
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::pages::declarations;
use crate::pages::shell::{Visit, nothing, time};
use crate::pages::words::status;
use crate::problem::Problem;

/// A line of the table: what it tells, and of whom what.
type Line = ((&'static str, &'static str), fn(&Past) -> Markup);

const LINES: [Line; 11] = [
    (("清单", "Declarations"), |it| html! { (it.count()) }),
    (("放行或结关", "Released or closed"), |it| html! { (it.ended(Outcome::Released)) }),
    (("退单", "Refused"), |it| html! { (it.ended(Outcome::Refused)) }),
    (("扣留或退运", "Kept or shipped back"), |it| html! { (it.ended(Outcome::Kept)) }),
    (
        ("申报人撤销或删除", "Withdrawn by the declarant"),
        |it| html! { (it.ended(Outcome::Withdrawn)) },
    ),
    (("尚在办理", "Under way"), |it| html! { (it.ended(Outcome::UnderWay)) }),
    (("查验有问题", "Examined with a finding"), |it| html! { (it.found) }),
    (("进口完税价格合计（元）", "Dutiable value of imports (CNY)"), |it| html! { (it.dutiable) }),
    (("首次出现", "First seen"), |it| html! { (it.first.map_or_else(none, time)) }),
    (("最近出现", "Last seen"), |it| html! { (it.last.map_or_else(none, time)) }),
    (
        (
            "同址订购人 / 订购人用过的地址（含本清单）",
            "Buyers at the address / addresses of the buyer (with this one)",
        ),
        |it| html! { (it.others.map_or_else(none, |n| html! { (n) })) },
    ),
];

/// What is known of those whom a declaration names.
pub async fn known(
    shared: &Shared,
    caller: &Caller,
    declaration: &AnyDeclaration,
) -> Result<Vec<Past>, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let (declaration, now) = (declaration.clone(), shared.access.clock.now());
    blocking(move || enquiries.past(reach, &declaration, now)).await
}

/// The part of the page; nothing for whom nothing is told.
pub fn section(visit: &Visit, past: &[Past], merchant: PartyId) -> Markup {
    let Some(Past { since, .. }) = past.first() else { return nothing() };
    html! {
        h2 #past { (visit.say("历史情况", "From before")) }
        p { (visit.say(
            format!("{since}以来各关区的申报，不含本清单。个人仅以标记比对；地址按所写文字比对。"),
            format!(
                "What was declared at any office since {since}, without this declaration. Persons are compared by \
                 their marks alone, and addresses as they were written.",
            ),
        )) }
        @if past.iter().any(|it| it.is_cut) {
            p { (visit.say(
                format!("仅统计最近{MOST_COUNTED}份。"),
                format!("Of each, the newest {MOST_COUNTED} are counted."),
            )) }
        }
        div.table tabindex="0" role="region" aria-label=(visit.say("历史情况", "From before")) { table {
            thead { tr {
                th scope="col" { (visit.say("近一年", "Within a year")) }
                @for it in past { th.number scope="col" { (visit.language.of(words(it.whom))) } }
            } }
            tbody { @for (label, said) in LINES { tr {
                th scope="row" { (visit.language.of(label)) }
                @for it in past { td.number { (said(it)) } }
            } } }
        } }
        @for it in past { (latest(visit, it, merchant)) }
    }
}

const fn words(whom: Whom) -> (&'static str, &'static str) {
    match whom {
        Whom::Buyer => ("订购人", "Buyer"),
        Whom::Merchant => ("电商企业", "Merchant"),
        Whom::Address => ("收货地址", "Address"),
    }
}

fn none() -> Markup {
    html! { "—" }
}

fn latest(visit: &Visit, past: &Past, merchant: PartyId) -> Markup {
    let all = (past.whom == Whom::Merchant)
        .then(|| format!("{}?party={merchant}", declarations::ADDRESS));
    html! {
        @if past.last.is_some() {
            h3 {
                (visit.language.of(words(past.whom)))
                (visit.say("：最近的清单", ": the newest declarations"))
            }
            @if past.latest.is_empty() {
                p { (visit.say(
                    "最近的清单均属其他关区，此处不列。",
                    "The newest are of other offices, and are not listed here.",
                )) }
            }
            ul { @for parcel in &past.latest { li { (line(visit, parcel)) } } }
            @if let Some(all) = all {
                p { a href=(all) { (visit.say("该企业在本关区的全部清单", "All of this merchant at your office")) } }
            }
        }
    }
}

fn line(visit: &Visit, parcel: &Parcel) -> Markup {
    html! {
        a href=(address(parcel.id)) { (parcel.number.as_deref().unwrap_or(&parcel.provisional_no)) } " "
        (status(visit, parcel.status)) " " (visit.say("关区", "office")) " " (parcel.office) " · "
        (time(parcel.lodged_at))
    }
}
