//! How the documents of a case match, what it owes, what happened to it.

use maud::{Markup, html};
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::record::{DocumentKind, ReturnRecord};
use tongguan_application::gate::Passage;
use tongguan_application::review::{Act, Case, Matching, Particulars, Returns, Told};
use tongguan_domain::access::{Permission, Role, Standing};
use tongguan_domain::defect::Defect;
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::{Transit, TransitState};

use crate::caller::Caller;
use crate::language::Language;
use crate::pages::passing;
use crate::pages::return_arrivals;
use crate::pages::shell::{Visit, nothing, time};
use crate::pages::words::{data, given_reason, official, status, told_status};

/// How the documents fit, with the official numbers of what does not.
pub fn matching(visit: &Visit, matching: &Matching) -> Markup {
    match matching {
        Matching::Missing(kinds) => html! {
            div.notice.warn { p {
                (visit.say("单证未到齐，尚缺：", "Not everything has come. Missing: "))
                @for (n, kind) in kinds.iter().enumerate() {
                    @if n > 0 { (visit.say("、", ", ")) }
                    (visit.language.of(document(*kind)))
                }
            } }
        },
        Matching::Compared(defects) if defects.is_empty() => html! {
            div.notice.good { p { (visit.say("单证比对一致。", "The documents match.")) } }
        },
        Matching::Compared(defects) => html! {
            div.notice.bad {
                p { (visit.say("单证比对不一致：", "The documents do not match:")) }
                ul { @for defect in defects { li { (mismatch(visit, defect)) } } }
            }
        },
    }
}

/// What of the goods is not registered today.
pub fn unregistered(visit: &Visit, defects: &[Defect]) -> Markup {
    html! { @if !defects.is_empty() {
        div.notice.warn #unregistered {
            p { (visit.say(
                "按商品备案的现状，以下各项未备案或与备案不符：",
                "As goods are registered today, these lines are not, or are registered otherwise:",
            )) }
            ul { @for defect in defects { li { (mismatch(visit, defect)) } } }
            p { a href="/goods" { (visit.say("查看备案商品", "See the registered goods")) } }
        }
    } }
}

fn mismatch(visit: &Visit, defect: &Defect) -> Markup {
    let (zh, en) = (defect.message_zh(), defect.message_en());
    html! {
        code { (defect.code()) } " "
        // The English words quote what was compared in the words of the documents.
        @if visit.language == Language::English { (data(&en)) " " }
        (data(&zh))
        @if let (Some(found), Some(expected)) = (&defect.found, &defect.expected) {
            " " span.muted { (data(expected)) " ≠ " (data(found)) }
        }
    }
}

const fn document(kind: DocumentKind) -> (&'static str, &'static str) {
    match kind {
        DocumentKind::Payment => ("支付单", "payment"),
        DocumentKind::Waybill | DocumentKind::ExportWaybill => ("运单", "waybill"),
        DocumentKind::Collection => ("收款单", "collection"),
        _ => ("订单", "order"),
    }
}

/// The lane that a declaration took, as it was told, and why.
pub fn lane(visit: &Visit, told: &[Told]) -> Markup {
    let entered = told.iter().any(|told| told.status == ReturnStatus::Entered.number());
    let stopped = told.iter().find(|told| {
        let stops = [ReturnStatus::InReview, ReturnStatus::Examined];
        stops.iter().any(|status| status.number() == told.status)
    });
    let (kind, words) = match stopped {
        Some(told) if told.status == ReturnStatus::Examined.number() => {
            ("tag bad", ("红色（查验）", "red: examination"))
        }
        Some(_) => ("tag warn", ("黄色（审单）", "yellow: documents are reviewed")),
        None if entered => ("tag good", ("绿色（直通）", "green: nobody has to look")),
        None => return html! { (visit.say("尚未入库", "Not entered yet")) },
    };
    html! {
        span class=(kind) { (visit.language.of(words)) }
        @if let Some(told) = stopped { " " (data(&told.text)) }
    }
}

/// Tax line by line, the bills, and what the buyer has of the year's allowance.
pub fn money(visit: &Visit, case: &Case) -> Markup {
    let Particulars::Import { record, bills, .. } = &case.picture.particulars else {
        return html! {
            h2 #money { (visit.say("税款", "Tax")) }
            p { (visit.say("出口清单不计征税款。", "Nobody is taxed for an export by list.")) }
        };
    };
    html! {
        h2 #money { (visit.say("税款", "Tax")) }
        @match case.tax() {
            Some(tax) => { (assessed(visit, tax)) }
            None if record.state.is_final() => {
                p { (visit.say("该清单已终止，不计征税款。", "The declaration has ended without tax.")) }
            }
            None => {
                p { (visit.say(
                    "尚未计税：有商品没有税率。接受时按当日法规重新计税。",
                    "Not assessed: goods have no rate. Accepting assesses it again by the law of its day.",
                )) }
            }
        }
        @if !bills.is_empty() {
            h3 { (visit.say("电子税单", "Tax bills")) }
            ul { @for bill in bills {
                li {
                    (bill.tax_no) " · "
                    (visit.say("关税", "duty")) " " (bill.duty) " · "
                    (visit.say("消费税", "consumption tax")) " " (bill.consumption_tax) " · "
                    (visit.say("增值税", "VAT")) " " (bill.vat) " · "
                    (visit.language.of(bill_status(bill.status))) " · " (time(bill.at))
                }
            } }
        }
        @if let Some(allowance) = case.allowance {
            p {
                (visit.say("订购人本年度额度：已用", "The buyer’s allowance of the year: used")) " CNY " (allowance.used)
                (visit.say("，占用", ", reserved")) " CNY " (allowance.reserved) "."
            }
        }
    }
}

const fn bill_status(status: i64) -> (&'static str, &'static str) {
    match status {
        2 => ("已汇总", "summarised"),
        3 => ("已作废", "void"),
        _ => ("已生成", "issued"),
    }
}

fn assessed(visit: &Visit, tax: &TaxDue) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("税款明细", "Tax by line")) { table {
            caption { (visit.say("逐项税款（人民币元）", "Tax by line (CNY)")) }
            thead { tr {
                th scope="col" { (visit.say("项号", "Line")) }
                th scope="col" { (visit.say("商品编码", "HS code")) }
                th.number scope="col" { (visit.say("完税价格", "Dutiable value")) }
                th.number scope="col" { (visit.say("关税", "Duty")) }
                th.number scope="col" { (visit.say("消费税", "Consumption tax")) }
                th.number scope="col" { (visit.say("增值税", "VAT")) }
            } }
            tbody { @for line in &tax.lines { tr {
                th scope="row" { (line.number) }
                td { (line.hs_code) }
                td.number { (line.dutiable) }
                td.number { (line.duty) }
                td.number { (line.consumption_tax) }
                td.number { (line.vat) }
            } } }
            tfoot { tr {
                th scope="row" colspan="2" { (visit.say("合计", "Total")) " CNY " (tax.total) }
                td.number { (tax.dutiable) }
                td.number { (tax.duty) }
                td.number { (tax.consumption_tax) }
                td.number { (tax.vat) }
            } }
        } }
    }
}

/// Where the parcel of an export is: quarantine, arrival, transit, departure.
pub fn movement(visit: &Visit, case: &Case) -> Markup {
    let Particulars::Export { record, arrived_at, quarantine, transit, .. } =
        &case.picture.particulars
    else {
        return nothing();
    };
    let not_yet = || html! { (visit.say("尚无", "not yet")) };
    let linked = record.movement.linked.as_ref();
    html! {
        h2 { (visit.say("货物动态", "Where the goods are")) }
        dl.facts {
            dt { (visit.say("检疫", "Quarantine")) } dd { (visit.language.of(quarantine_words(*quarantine))) }
            dt { (visit.say("运抵", "Arrived")) } dd { (arrived_at.map_or_else(not_yet, time)) }
            dt { (visit.say("转关", "Transit")) }
            dd { (transit.as_ref().map_or_else(|| html! { (visit.say("未施封", "not sealed")) }, |it| sealed(visit, it))) }
            dt { (visit.say("总运单", "Master bill")) }
            dd { (linked.map_or_else(not_yet, |bill| data(&format!("{} {} {}", bill.bill_no, bill.vehicle, bill.voyage)))) }
            dt { (visit.say("离境", "Departed")) }
            dd { (record.movement.departed.as_ref().map_or_else(not_yet, |departed| time(departed.left_at))) }
        }
    }
}

pub(in crate::pages) const fn quarantine_words(
    quarantine: Option<Quarantine>,
) -> (&'static str, &'static str) {
    match quarantine {
        None => ("未抽中", "not selected"),
        Some(Quarantine::Due) => ("待检疫", "due"),
        Some(Quarantine::Passed) => ("检疫合格", "passed"),
        Some(Quarantine::Failed) => ("检疫不合格", "failed"),
    }
}

fn sealed(visit: &Visit, transit: &Transit) -> Markup {
    let sealing = &transit.sealing;
    html! {
        (visit.say("封志", "Seal")) " " (data(sealing.seal.as_str())) " · "
        (visit.say("车牌", "vehicle")) " " (data(sealing.vehicle.as_str())) " · " (time(sealing.at)) " · "
        @match &transit.state {
            TransitState::Sealed => { (visit.say("在途", "on its way")) }
            TransitState::Checked(at) => { (visit.say("口岸核验放行", "in order at the port")) " " (time(*at)) }
            TransitState::Stopped { at, anomalies } => {
                span.tag.bad { (visit.say("途中监管异常", "stopped at the port")) } " " (time(*at))
                @for anomaly in anomalies { " " (official(visit, (anomaly.zh(), anomaly.name()))) }
            }
            TransitState::Opened(at) => { (visit.say("已拆封退关", "seals opened, taken back")) " " (time(*at)) }
        }
    }
}

/// Requests to cancel it, and returns of its goods.
pub fn afterwards(visit: &Visit, case: &Case) -> Markup {
    let asked = case.picture.documents.iter().filter(|document| {
        matches!(document.key.kind, DocumentKind::Cancellation | DocumentKind::ExportCancellation)
    });
    let asked: Vec<_> = asked.collect();
    let returns: Vec<Markup> = match &case.returns {
        Returns::Import(all) => all.iter().map(|it| returned(visit, it)).collect(),
        Returns::Export(all) => {
            let line = |it: &ExportReturnRecord| html! { (it.provisional_no) " · " (status(visit, it.state.status())) };
            all.iter().map(line).collect()
        }
    };
    if asked.is_empty() && returns.is_empty() {
        return nothing();
    }
    html! {
        h2 { (visit.say("撤销与退货", "Cancellation and returns")) }
        ul {
            @for document in asked {
                li {
                    (visit.say("撤销申请", "Request to cancel")) " " (document.guid.as_str()) " · " (time(document.sent_at))
                    " · " a href="/cancellations" { (visit.say("待处理的申请", "Requests that wait")) }
                }
            }
            @for one in returns { li { (visit.say("退货申请", "Return")) " " (one) } }
        }
    }
}

/// A return of imported goods, and where whoever examines records that they are back.
fn returned(visit: &Visit, record: &ReturnRecord) -> Markup {
    let number = record.provisional_no.as_str();
    let is_awaited = record.state.late_from().is_some();
    html! {
        (number) " · " (status(visit, record.state.status()))
        @if is_awaited && visit.may(Permission::Examine) {
            " · " a href=(return_arrivals::at(number)) { (visit.say("记录货物运抵", "Record that the goods are back")) }
        }
    }
}

/// Everything that was told, and for customs who did what, and what was recorded at gates.
pub fn timeline(visit: &Visit, caller: &Caller, case: &Case, passages: &[Passage]) -> Markup {
    let told = &case.picture.told;
    // Whose declaration it is learns what was decided, and not by whom.
    let acts: &[Act] = match caller.standing {
        Standing::Customs { .. } => &case.acts,
        standing if standing.role() == Role::Auditor => &case.acts,
        _ => &[],
    };
    let mut steps: Vec<_> = (1..)
        .zip(told)
        .map(|(n, step)| (step.at, told_step(visit, step, told.get(n).map(|next| next.at), acts)))
        .chain(passages.iter().map(|passage| (passage.at, passed(visit, passage))))
        .collect();
    steps.sort_by_key(|(at, _)| *at);
    html! {
        h2 #told { (visit.say("经过", "What happened")) }
        @if told.is_empty() { p { (visit.say("尚未答复。", "Nothing was told yet.")) } }
        ol.timeline { @for (_, step) in steps { li { (step) } } }
    }
}

fn told_step(visit: &Visit, step: &Told, until: Option<Moment>, acts: &[Act]) -> Markup {
    html! {
        (time(step.at)) " " (told_status(visit, step.status)) br;
        (data(&step.text))
        @for act in acts.iter().filter(|act| belongs(act, step, until)) {
            br; span.muted {
                (visit.say("经办：", "By ")) (data(&act.officer))
                @if !act.reason.is_empty() { " · " (given_reason(visit, &act.reason)) }
            }
        }
    }
}

fn passed(visit: &Visit, passage: &Passage) -> Markup {
    html! {
        (time(passage.at)) " "
        (visit.say("监管场所", "Supervised place ")) (passage.place) (visit.say("：", ": "))
        (visit.language.of(passing::way(passage.way))) br;
        span.muted { (visit.say("卡口记录：", "Recorded at the gate by ")) (data(&passage.who)) }
    }
}

/// Whether an act led to a step: the first of the run that it told, at that moment or before the next.
fn belongs(act: &Act, step: &Told, until: Option<Moment>) -> bool {
    act.statuses.first() == Some(&step.status)
        && act.at <= step.at.plus_millis(1_000)
        && step.at <= act.at.plus_millis(1_000)
        && until.is_none_or(|next| act.at <= next)
}
