//! Payment evidence against the documents of the same order: every difference, in the order of the catalogue.

use super::payer::PayerSaid;
use super::rules::{
    ALL, AMOUNT_DIFFERS_FROM_ORDER, AMOUNT_DIFFERS_FROM_PAYMENT, CURRENCY_DIFFERS, GOODS_MISSING,
    GOODS_UNKNOWN, INSTITUTION_DIFFERS, LINK_UNFIT, NOTHING_TO_COMPARE, ORDER_MISSING,
    PAYER_DIFFERS, PLATFORM_DIFFERS, TIME_DIFFERS, TRANSACTION_DIFFERS,
};
use super::{EvidenceOrder, PaymentEvidence};
use crate::defect::{Defect, Rule};
use crate::facts::{OrderFacts, PaymentFacts};
use crate::ids::{OrderNumber, PartyId};
use crate::mark::Marker;
use crate::money::Amount;
use crate::time::Moment;

/// How far the times of evidence and payment document may be apart: they are told by two clocks, and the payment
/// is confirmed in between.
pub const TIME_TOLERANCE_MINUTES: i64 = 10;
/// The only currency of import payments (人民币), as the payment document has it.
const CURRENCY: &str = "142";
/// Where the amount stands.
const TOTAL: &str = "/payExchangeInfoHead/totalAmount";

/// What customs has of the order.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'d> {
    /// 订单编号 that was asked about.
    pub order_no: &'d OrderNumber,
    /// 订单, where it has come.
    pub order: Option<&'d OrderFacts>,
    /// 支付单, where it has come.
    pub payment: Option<&'d PaymentFacts>,
    /// 支付时间 (`payTime`) of the payment document; absent where its original is kept no longer.
    pub paid_at: Option<Moment>,
}

/// Whom the codes of the evidence name; nobody where a code is not registered.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// 电商平台.
    pub platform: Option<PartyId>,
    /// 支付企业.
    pub institution: Option<PartyId>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Every difference.
    pub findings: Vec<Defect>,
    /// Who paid.
    pub payer: PayerSaid,
}

/// Compares what a platform handed over with what customs has. Personal data is compared by mark and never
/// quoted.
pub fn compare(
    evidence: &PaymentEvidence,
    named: Named,
    documents: Documents<'_>,
    marker: &impl Marker,
) -> Comparison {
    let mut findings = Vec::new();
    let orders = &evidence.orders;
    let own = orders.iter().find(|order| order.order_no == *documents.order_no);
    if own.is_none() {
        let defect = Defect::at(&ORDER_MISSING, "/payExchangeInfoLists");
        findings.push(defect.expected(documents.order_no));
    }
    let mut payer = PayerSaid::Nothing;
    match documents.payment {
        None => findings.push(nothing("支付单", "payment document")),
        Some(payment) => {
            payer = PayerSaid::of(
                [&evidence.request, &evidence.response],
                payment.payer.number,
                marker,
            );
            findings.extend(with_payment(evidence, named, payment, documents.paid_at));
        }
    }
    if payer == PayerSaid::Another {
        findings.push(Defect::at(&PAYER_DIFFERS, "/payExchangeInfoHead/initalRequest"));
    }
    match documents.order {
        None => findings.push(nothing("订单", "order")),
        Some(order) => findings.extend(with_order(evidence, named, order, own)),
    }
    findings.sort_by_key(|finding| ALL.iter().position(|rule| std::ptr::eq(*rule, finding.rule)));
    Comparison { findings, payer }
}

fn nothing(zh: &'static str, en: &'static str) -> Defect {
    Defect::at(&NOTHING_TO_COMPARE, "").with("zh", zh).with("en", en)
}

fn with_payment(
    evidence: &PaymentEvidence,
    named: Named,
    payment: &PaymentFacts,
    paid_at: Option<Moment>,
) -> Vec<Defect> {
    let mut findings = Vec::new();
    let at = |rule, field: &str| Defect::at(rule, format!("/payExchangeInfoHead/{field}"));
    if named.institution != Some(payment.institution) {
        findings.push(at(&INSTITUTION_DIFFERS, "payCode").found(&evidence.institution));
    }
    if evidence.transaction != payment.transaction {
        let defect = at(&TRANSACTION_DIFFERS, "payTransactionId").found(&evidence.transaction);
        findings.push(defect.expected(&payment.transaction));
    }
    findings.extend(amount(evidence, payment.amount, &AMOUNT_DIFFERS_FROM_PAYMENT));
    if *evidence.currency != *CURRENCY {
        findings
            .push(at(&CURRENCY_DIFFERS, "currency").found(&evidence.currency).expected(CURRENCY));
    }
    let is_late = |paid_at: &Moment| {
        let apart = evidence.traded_at.since(*paid_at).as_secs().abs();
        apart > TIME_TOLERANCE_MINUTES * 60
    };
    if let Some(paid_at) = paid_at.filter(is_late) {
        let defect = at(&TIME_DIFFERS, "tradingTime").found(evidence.traded_at.to_wire_seconds());
        findings.push(defect.expected(paid_at.to_wire_seconds()));
    }
    findings
}

fn with_order(
    evidence: &PaymentEvidence,
    named: Named,
    order: &OrderFacts,
    own: Option<&EvidenceOrder>,
) -> Vec<Defect> {
    let mut findings = Vec::new();
    if named.platform != Some(order.platform) {
        let defect = Defect::at(&PLATFORM_DIFFERS, "/payExchangeInfoHead/ebpCode");
        findings.push(defect.found(&evidence.platform));
    }
    findings.extend(amount(evidence, order.paid, &AMOUNT_DIFFERS_FROM_ORDER));
    let Some(own) = own else { return findings };
    let at = |rule| Defect::at(rule, format!("/payExchangeInfoLists/{}/goodsInfo", own.order_no));
    for line in &order.lines {
        if !own.goods.iter().any(|goods| is_same_name(&goods.name, &line.name)) {
            let defect = at(&GOODS_MISSING).expected(&line.name);
            findings.push(defect.with("line", line.number));
        }
    }
    for goods in &own.goods {
        if !order.lines.iter().any(|line| is_same_name(&goods.name, &line.name)) {
            findings.push(at(&GOODS_UNKNOWN).found(&goods.name));
        }
        let unfit = goods.links.iter().find(|link| !is_web_address(link));
        if goods.links.is_empty() || unfit.is_some() {
            let link = unfit.map_or("", |link| link);
            findings.push(at(&LINK_UNFIT).found(link).with("goods", &goods.name));
        }
    }
    findings
}

/// One payment may be for several orders, each with a payment document of its own: then it is at least as much.
fn amount(evidence: &PaymentEvidence, said: Amount, rule: &'static Rule) -> Option<Defect> {
    let agrees = match evidence.orders.len() {
        0 | 1 => evidence.amount == said,
        _ => evidence.amount >= said,
    };
    (!agrees).then(|| Defect::at(rule, TOTAL).found(evidence.amount).expected(said))
}

fn is_same_name(sold: &str, ordered: &str) -> bool {
    sold.trim() == ordered.trim()
}

fn is_web_address(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.starts_with('/') && rest.contains('.'))
}

#[cfg(test)]
mod tests;
