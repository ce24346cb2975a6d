//! What only an export has: what it says, where it stands, and where its parcel is.

use std::collections::BTreeMap;

use serde::Serialize;
use tongguan_application::clearing::record::ExportRecord;
use tongguan_domain::declaration::{ExportEntry, ExportRelease, ExportState};
use tongguan_domain::facts::{ExportFacts, ExportItemFacts, ExportMode};
use tongguan_domain::money::Amount;
use tongguan_domain::quarantine::Quarantine;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::{Transit, TransitState};
use utoipa::ToSchema;

use super::named;

/// What only an export has.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportView {
    /// What its goods were declared for, a total for each currency.
    value: Vec<TotalView>,
    /// What it says.
    facts: ExportFactsView,
    /// Whether an officer has to verify a licence.
    needs_licence: bool,
    /// When its parcel came to the supervised place (运抵).
    arrived_at: Option<String>,
    /// How the quarantine of its parcel stands: `due`, `passed` or `failed`; absent where it was not selected.
    quarantine: Option<&'static str>,
    /// Its transit to the port (转关), if its goods were ever sealed.
    transit: Option<TransitView>,
    /// What goes with where it stands.
    state: ExportStateView,
}

/// A total in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalView {
    /// 币制: `142` and so on.
    currency: String,
    /// How much.
    total: String,
}

/// What an export declaration says.
#[derive(Debug, Serialize, ToSchema)]
struct ExportFactsView {
    /// 订单编号.
    order_no: String,
    /// 物流运单编号.
    waybill_no: String,
    /// 企业内部编号.
    reference: String,
    /// 监管方式: `9610`, `1210`, `9710`, `9810`.
    mode: &'static str,
    /// 海外仓订仓单: of 9810 alone, which names it as the order.
    booking_no: Option<String>,
    /// 申报业务类型: `A` summed up in formal declarations, `B` in statistics.
    statistics: &'static str,
    /// 申报地海关.
    office: String,
    /// 出口口岸.
    port: String,
    /// 出口日期.
    exported_on: String,
    /// 电商平台: code and name.
    platform: Option<String>,
    /// 电商企业.
    merchant: String,
    /// 物流企业.
    carrier: String,
    /// 申报企业.
    declarant: String,
    /// 生产销售单位.
    producer: String,
    /// 账册编号.
    account_book: Option<String>,
    /// 运输方式.
    transport_mode: String,
    /// 提运单号.
    bill_no: Option<String>,
    /// 许可证件号.
    licence: Option<String>,
    /// 运抵国.
    destination_country: String,
    /// 件数.
    packages: i64,
    /// 毛重 in kilograms.
    gross_weight_kg: String,
    /// 净重 in kilograms.
    net_weight_kg: String,
    /// Its goods.
    items: Vec<ExportItemView>,
}

/// A line of goods.
#[derive(Debug, Serialize, ToSchema)]
struct ExportItemView {
    /// Its number, from 1.
    line: i32,
    /// 商品编码.
    hs: String,
    /// 商品名称.
    name: String,
    /// In `unit`.
    quantity: String,
    /// 计量单位.
    unit: String,
    /// Of all, in `currency`.
    total_price: String,
    /// 币制.
    currency: String,
    /// 最终目的国.
    destination_country: String,
}

/// What goes with where an export stands; what its state does not say is absent.
#[derive(Debug, Default, Serialize, ToSchema)]
struct ExportStateView {
    /// Until when missing documents are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When the parcel arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived_at: Option<String>,
    /// Whether a licence is still to be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    licence_to_verify: Option<bool>,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<String>,
    /// When it departed.
    #[serde(skip_serializing_if = "Option::is_none")]
    departed_at: Option<String>,
    /// The release that is being taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    recalled: Option<ReleaseView>,
    /// The release that was taken back (退关).
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<ReleaseView>,
}

/// A release.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseView {
    /// When the parcel arrived.
    arrived_at: String,
    /// When it was released.
    released_at: String,
}

/// How goods were sealed, and where they are (转关).
#[derive(Debug, Serialize, ToSchema)]
pub struct TransitView {
    /// 封志号.
    seal: String,
    /// 车牌号.
    vehicle: String,
    /// When they were sealed.
    sealed_at: String,
    /// By whom.
    sealed_by: String,
    /// `sealed`, `checked`, `opened` or `stopped`.
    state: &'static str,
    /// When the port found seal and vehicle in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<String>,
    /// When the seal was opened before the goods went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<String>,
    /// When the port stopped them.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_at: Option<String>,
    /// Why it stopped them.
    #[serde(skip_serializing_if = "Option::is_none")]
    anomalies: Option<Vec<&'static str>>,
}

impl ExportView {
    /// Of a record; `registry` names the parties.
    pub fn of(
        record: &ExportRecord,
        totals: &BTreeMap<Box<str>, Amount>,
        registry: &Registry,
    ) -> Self {
        Self {
            value: TotalView::all(totals),
            facts: ExportFactsView::of(&record.facts, registry),
            needs_licence: record.licence,
            arrived_at: None,
            quarantine: None,
            transit: None,
            state: ExportStateView::of(&record.state),
        }
    }

    /// With where its parcel is.
    #[must_use]
    pub fn with(
        self,
        arrived_at: Option<Moment>,
        quarantine: Option<Quarantine>,
        transit: Option<&Transit>,
    ) -> Self {
        Self {
            arrived_at: arrived_at.map(|at| at.to_string()),
            quarantine: quarantine.map(Quarantine::name),
            transit: transit.map(TransitView::of),
            ..self
        }
    }
}

impl TotalView {
    /// One for each currency.
    pub fn all(totals: &BTreeMap<Box<str>, Amount>) -> Vec<Self> {
        let mut all = Vec::with_capacity(totals.len());
        for (currency, total) in totals {
            all.push(Self { currency: currency.to_string(), total: total.to_string() });
        }
        all
    }
}

impl ExportFactsView {
    fn of(facts: &ExportFacts, registry: &Registry) -> Self {
        let parties = facts.parties;
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self {
            order_no: facts.order_no.to_string(),
            waybill_no: facts.waybill_no.to_string(),
            reference: facts.reference.to_string(),
            mode: facts.mode.to_wire(),
            booking_no: booking(facts),
            statistics: facts.statistics.to_wire(),
            office: facts.office.to_string(),
            port: facts.port.to_string(),
            exported_on: facts.exported_on.to_string(),
            platform: parties.platform.map(|platform| named(registry, platform)),
            merchant: named(registry, parties.merchant),
            carrier: named(registry, parties.carrier),
            declarant: named(registry, parties.declarant),
            producer: facts.producer.to_string(),
            account_book: text(&facts.account_book),
            transport_mode: facts.transport_mode.to_string(),
            bill_no: text(&facts.bill_no),
            licence: text(&facts.licence),
            destination_country: facts.destination_country.to_string(),
            packages: facts.packages,
            gross_weight_kg: facts.gross_weight_kg.to_string(),
            net_weight_kg: facts.net_weight_kg.to_string(),
            items: facts.items.iter().map(ExportItemView::of).collect(),
        }
    }
}

/// The number under which goods were booked into a warehouse abroad (海外仓订仓单): no other element of
/// order and declaration says anything of the warehouse.
fn booking(facts: &ExportFacts) -> Option<String> {
    (facts.mode == ExportMode::OverseasWarehouse).then(|| facts.order_no.to_string())
}

impl ExportItemView {
    fn of(item: &ExportItemFacts) -> Self {
        Self {
            line: item.number,
            hs: item.hs_code.to_string(),
            name: item.name.to_string(),
            quantity: item.quantity.to_string(),
            unit: item.unit.to_string(),
            total_price: item.total_price.to_string(),
            currency: item.currency.to_string(),
            destination_country: item.destination_country.to_string(),
        }
    }
}

impl ExportStateView {
    fn of(state: &ExportState) -> Self {
        let entry = |entry: &ExportEntry, licence: bool| Self {
            arrived_at: entry.arrived_at.map(|at| at.to_string()),
            licence_to_verify: Some(licence),
            ..Self::default()
        };
        let release = |release: &ExportRelease| Self {
            arrived_at: Some(release.arrived_at.to_string()),
            released_at: Some(release.released_at.to_string()),
            ..Self::default()
        };
        match state {
            ExportState::Waiting { expires_at } => {
                Self { expires_at: Some(expires_at.to_string()), ..Self::default() }
            }
            ExportState::InReview { entry: of, licence }
            | ExportState::UnderExamination { entry: of, licence } => entry(of, *licence),
            ExportState::Reviewed(of) => entry(of, false),
            ExportState::Released(of) => release(of),
            ExportState::Recalled(of) => {
                Self { recalled: Some(ReleaseView::of(of)), ..Self::default() }
            }
            ExportState::Withdrawn(of) => {
                Self { withdrawn: Some(ReleaseView::of(of)), ..Self::default() }
            }
            ExportState::Closed { release: of, departed_at } => {
                Self { departed_at: Some(departed_at.to_string()), ..release(of) }
            }
            ExportState::Stored
            | ExportState::Cancelled(_)
            | ExportState::Refused
            | ExportState::Deleted => Self::default(),
        }
    }
}

impl ReleaseView {
    fn of(release: &ExportRelease) -> Self {
        Self {
            arrived_at: release.arrived_at.to_string(),
            released_at: release.released_at.to_string(),
        }
    }
}

impl TransitView {
    /// Of a transit.
    pub fn of(transit: &Transit) -> Self {
        let Transit { sealing, state } = transit;
        let shown = Self {
            seal: sealing.seal.to_string(),
            vehicle: sealing.vehicle.to_string(),
            sealed_at: sealing.at.to_string(),
            sealed_by: sealing.officer.to_string(),
            state: state.name(),
            checked_at: None,
            opened_at: None,
            stopped_at: None,
            anomalies: None,
        };
        match state {
            TransitState::Sealed => shown,
            TransitState::Checked(at) => Self { checked_at: Some(at.to_string()), ..shown },
            TransitState::Opened(at) => Self { opened_at: Some(at.to_string()), ..shown },
            TransitState::Stopped { at, anomalies } => Self {
                stopped_at: Some(at.to_string()),
                anomalies: Some(anomalies.iter().map(|anomaly| anomaly.name()).collect()),
                ..shown
            },
        }
    }
}
