//! Demands for payment evidence (支付相关原始数据), and what came of them. No person.

use serde::Serialize;
use tongguan_application::evidence::{Asker, Demand, Facts};
use tongguan_domain::evidence::PayerSaid;
use tongguan_domain::registry::Registry;
use utoipa::ToSchema;

use super::code_of;
use crate::defect::DefectView;

/// A demand for payment evidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemandView {
    /// The id of the declaration.
    declaration: String,
    /// Which demand about it: 0 where chance chose it, officers' from 1.
    n: i64,
    /// 申报地海关.
    office: String,
    /// The platform that is asked, by a code of its own.
    platform: String,
    /// 订单编号.
    order_no: String,
    /// Who wants it; absent where chance chose it.
    officer: Option<String>,
    /// Why; absent where chance chose it.
    reason: Option<String>,
    /// When it was demanded.
    demanded_at: String,
    /// `waiting`, `agreed`, `uploaded`, `compared`, `unanswered` or `not-askable`.
    stage: &'static str,
    /// How often the platform was asked.
    attempts: i64,
    /// Until when it may upload, once it was asked.
    answer_by: Option<String>,
    /// When it said that it is going to upload.
    agreed_at: Option<String>,
    /// When it uploaded.
    uploaded_at: Option<String>,
    /// What went wrong last.
    failure: Option<String>,
    /// What it handed over, without persons; absent until it is compared.
    facts: Option<EvidenceFactsView>,
    /// What was found.
    findings: Vec<DefectView>,
}

/// What a platform handed over.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceFactsView {
    /// 电商平台代码.
    platform: String,
    /// 支付企业代码.
    institution: String,
    /// 交易流水号.
    transaction: String,
    /// 交易金额: of all its orders together.
    amount: String,
    /// 币制, customs' code.
    currency: String,
    /// 验核机构: 1 UnionPay, 2 NetsUnion, 3 another.
    verified_by: &'static str,
    /// 交易成功时间.
    traded_at: String,
    /// How many orders the payment was for.
    orders: u32,
    /// The goods of the order that was asked about.
    goods: Vec<EvidenceGoodsView>,
    /// Whether the identity numbers in the original request and response are the payer's: `same`, `another`, or
    /// `not-said`.
    payer: &'static str,
    /// Whether white space was left out before the signature fitted.
    compacted: bool,
}

/// Goods as the platform sold them.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceGoodsView {
    /// 商品名称.
    name: String,
    /// 商品展示链接.
    links: Vec<String>,
}

impl DemandView {
    /// Of a demand.
    pub fn of(demand: &Demand, registry: &Registry) -> Self {
        let (officer, reason) = match &demand.asker {
            Asker::Chance => (None, None),
            Asker::Officer { name, reason } => (Some(name.clone()), Some(reason.clone())),
        };
        let facts = demand.compared.as_ref().and_then(|compared| compared.facts.as_ref());
        Self {
            declaration: demand.declaration.to_string(),
            n: demand.n,
            office: demand.office.to_string(),
            platform: code_of(registry, demand.platform),
            order_no: demand.order_no.to_string(),
            officer,
            reason,
            demanded_at: demand.demanded_at.to_string(),
            stage: demand.stage.name(),
            attempts: demand.attempts,
            answer_by: demand.answer_by.map(|at| at.to_string()),
            agreed_at: demand.agreed_at.map(|at| at.to_string()),
            uploaded_at: demand.uploaded_at.map(|at| at.to_string()),
            failure: demand.failure.clone(),
            facts: facts.map(EvidenceFactsView::of),
            findings: demand.findings().iter().map(DefectView::from).collect(),
        }
    }
}

impl EvidenceFactsView {
    fn of(facts: &Facts) -> Self {
        let goods = facts.goods.iter();
        let goods = goods
            .map(|(name, links)| EvidenceGoodsView { name: name.clone(), links: links.clone() });
        Self {
            platform: facts.platform.clone(),
            institution: facts.institution.clone(),
            transaction: facts.transaction.clone(),
            amount: facts.amount.to_string(),
            currency: facts.currency.clone(),
            verified_by: facts.verified_by.to_wire(),
            traded_at: facts.traded_at.to_string(),
            orders: facts.orders,
            goods: goods.collect(),
            payer: match facts.payer {
                PayerSaid::Nothing => "not-said",
                PayerSaid::Same => "same",
                PayerSaid::Another => "another",
            },
            compacted: facts.compacted,
        }
    }
}
