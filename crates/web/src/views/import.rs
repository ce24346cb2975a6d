//! What only an import has: what it says, where it stands, and what it owes.

use serde::Serialize;
use tongguan_application::clearing::record::DeclarationRecord;
use tongguan_application::review::TaxBill;
use tongguan_domain::allowance::LimitedQuantity;
use tongguan_domain::declaration::{ImportState, Lodged};
use tongguan_domain::facts::{DeclarationFacts, ItemFacts};
use tongguan_domain::money::Money;
use tongguan_domain::registry::Registry;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use utoipa::ToSchema;

use super::named;

/// What only an import has.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// 完税价格 in CNY, where the state still says so.
    dutiable: String,
    /// What it owes in CNY; absent where a line has no rate, or where it was refused.
    tax: Option<String>,
    /// What it says.
    facts: ImportFactsView,
    /// What goes with where it stands.
    state: ImportStateView,
    /// Its tax bills (电子税单).
    tax_bills: Vec<TaxBillView>,
}

/// What an import declaration says, without its persons.
#[derive(Debug, Serialize, ToSchema)]
struct ImportFactsView {
    /// 订单编号.
    order_no: String,
    /// 物流运单编号.
    waybill_no: String,
    /// 企业内部编号.
    reference: Option<String>,
    /// 监管方式: `9610`, `1210`, `1239`.
    mode: &'static str,
    /// 申报地海关.
    office: String,
    /// The day whose law it is judged by.
    declared_on: String,
    /// 电商平台: code and name.
    platform: String,
    /// 电商企业.
    merchant: String,
    /// 物流企业.
    carrier: String,
    /// 申报企业.
    declarant: String,
    /// 担保企业.
    guarantor: String,
    /// 运费 in CNY.
    freight: String,
    /// 保费 in CNY.
    insurance: String,
    /// 净重 in kilograms.
    net_weight_kg: String,
    /// Its goods.
    items: Vec<ImportItemView>,
}

/// A line of goods.
#[derive(Debug, Serialize, ToSchema)]
struct ImportItemView {
    /// Its number, from 1.
    line: i32,
    /// 企业商品货号, where it is given.
    item_no: Option<String>,
    /// 商品编码.
    hs: String,
    /// 商品名称.
    name: String,
    /// In `unit`.
    quantity: String,
    /// 计量单位.
    unit: String,
    /// Of one, in CNY.
    price: String,
    /// Of all, in CNY.
    total_price: String,
}

/// What goes with where an import stands; what its state does not say is absent.
#[derive(Debug, Default, Serialize, ToSchema)]
struct ImportStateView {
    /// Whether the buyer's identity was certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_certified: Option<bool>,
    /// Until when missing documents are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<String>,
    /// Of which year the buyer's allowance is.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowance_year: Option<i16>,
    /// What it takes of goods whose quantity is limited for a person and year.
    #[serde(skip_serializing_if = "Option::is_none")]
    limited_quantities: Option<Vec<LimitedQuantityView>>,
    /// What is owed, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    taxes: Option<TaxView>,
}

/// What is taken of a line of the positive list.
#[derive(Debug, Serialize, ToSchema)]
struct LimitedQuantityView {
    /// The line of the list.
    line: String,
    /// How much, in `unit`.
    quantity: String,
    /// How much a person may in a year.
    limit: String,
    /// The unit.
    unit: &'static str,
}

/// What is owed, in CNY.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxView {
    /// 关税.
    duty: String,
    /// 增值税.
    vat: String,
    /// 消费税.
    consumption_tax: String,
    /// All three.
    total: String,
    /// Line by line.
    lines: Vec<TaxLineView>,
}

/// What is owed for a line of goods, in CNY.
#[derive(Debug, Serialize, ToSchema)]
struct TaxLineView {
    /// The line's number.
    line: i32,
    /// 商品编码.
    hs: String,
    /// 完税价格.
    dutiable: String,
    /// 关税.
    duty: String,
    /// 增值税.
    vat: String,
    /// 消费税.
    consumption_tax: String,
}

/// A tax bill (电子税单), in CNY.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxBillView {
    /// 电子税单编号.
    tax_no: String,
    /// 税单状态: 1 to be paid, 2 paid, 3 cancelled.
    status: i64,
    /// When it was made.
    at: String,
    /// 关税.
    duty: String,
    /// 增值税.
    vat: String,
    /// 消费税.
    consumption_tax: String,
}

impl ImportView {
    /// Of a record; `registry` names the parties.
    pub fn of(
        record: &DeclarationRecord,
        dutiable: Money,
        tax: Option<Money>,
        bills: &[TaxBill],
        registry: &Registry,
    ) -> Self {
        Self {
            dutiable: dutiable.to_string(),
            tax: tax.map(|tax| tax.to_string()),
            facts: ImportFactsView::of(&record.facts, registry),
            state: ImportStateView::of(&record.state),
            tax_bills: bills.iter().map(TaxBillView::of).collect(),
        }
    }
}

impl ImportFactsView {
    fn of(facts: &DeclarationFacts, registry: &Registry) -> Self {
        Self {
            order_no: facts.order_no.to_string(),
            waybill_no: facts.waybill_no.to_string(),
            reference: facts.reference.as_ref().map(ToString::to_string),
            mode: facts.mode.to_wire(),
            office: facts.office.to_string(),
            declared_on: facts.declared_on.to_string(),
            platform: named(registry, facts.platform),
            merchant: named(registry, facts.merchant),
            carrier: named(registry, facts.carrier),
            declarant: named(registry, facts.declarant),
            guarantor: named(registry, facts.guarantor),
            freight: facts.freight.to_string(),
            insurance: facts.insurance.to_string(),
            net_weight_kg: facts.net_weight_kg.to_string(),
            items: facts.items.iter().map(ImportItemView::of).collect(),
        }
    }
}

impl ImportItemView {
    fn of(item: &ItemFacts) -> Self {
        Self {
            line: item.number,
            item_no: item.item_no.as_deref().map(str::to_owned),
            hs: item.hs_code.to_string(),
            name: item.name.to_string(),
            quantity: item.quantity.to_string(),
            unit: item.unit.to_string(),
            price: item.price.to_string(),
            total_price: item.total_price.to_string(),
        }
    }
}

impl ImportStateView {
    fn of(state: &ImportState) -> Self {
        match state {
            ImportState::Stored(of) => Self {
                identity_certified: Some(of.certified),
                limited_quantities: Some(quantities(&of.quantities)),
                taxes: of.tax.as_ref().map(TaxView::of),
                ..Self::default()
            },
            ImportState::Waiting { lodged, expires_at } => {
                Self { expires_at: Some(expires_at.to_string()), ..Self::lodged(lodged) }
            }
            ImportState::InReview(entered)
            | ImportState::UnderExamination(entered)
            | ImportState::AwaitingEntry(entered)
            | ImportState::AwaitingGuarantee(entered)
            | ImportState::Suspended(entered)
            | ImportState::Detained { entered, .. } => Self::lodged(&entered.lodged),
            ImportState::Released(release) | ImportState::Closed(release) => Self {
                released_at: Some(release.released_at.to_string()),
                allowance_year: Some(release.used.key.year),
                limited_quantities: Some(quantities(&release.used.quantities)),
                taxes: Some(TaxView::of(&release.tax)),
                ..Self::default()
            },
            ImportState::ShippedBack(_)
            | ImportState::Cancelled(_)
            | ImportState::Refused
            | ImportState::Deleted => Self::default(),
        }
    }

    fn lodged(lodged: &Lodged) -> Self {
        Self {
            identity_certified: Some(lodged.certified),
            allowance_year: Some(lodged.reservation.key.year),
            limited_quantities: Some(quantities(&lodged.reservation.quantities)),
            taxes: lodged.tax.as_ref().map(TaxView::of),
            ..Self::default()
        }
    }
}

fn quantities(quantities: &[LimitedQuantity]) -> Vec<LimitedQuantityView> {
    let one = |quantity: &LimitedQuantity| LimitedQuantityView {
        line: quantity.line.to_string(),
        quantity: quantity.amount.to_string(),
        limit: quantity.limit.to_string(),
        unit: quantity.measure.unit(),
    };
    quantities.iter().map(one).collect()
}

impl TaxView {
    /// Of what is due.
    pub fn of(tax: &TaxDue) -> Self {
        let line = |line: &TaxLine| TaxLineView {
            line: line.number,
            hs: line.hs_code.to_string(),
            dutiable: line.dutiable.to_string(),
            duty: line.duty.to_string(),
            vat: line.vat.to_string(),
            consumption_tax: line.consumption_tax.to_string(),
        };
        Self {
            duty: tax.duty.to_string(),
            vat: tax.vat.to_string(),
            consumption_tax: tax.consumption_tax.to_string(),
            total: tax.total.to_string(),
            lines: tax.lines.iter().map(line).collect(),
        }
    }
}

impl TaxBillView {
    /// Of a bill.
    pub fn of(bill: &TaxBill) -> Self {
        Self {
            tax_no: bill.tax_no.clone(),
            status: bill.status,
            at: bill.at.to_string(),
            duty: bill.duty.to_string(),
            vat: bill.vat.to_string(),
            consumption_tax: bill.consumption_tax.to_string(),
        }
    }
}
