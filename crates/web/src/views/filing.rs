//! What enterprises file, and the goods that are registered.

use serde::{Deserialize, Serialize};
use tongguan_application::enquiry::FilingFile;
use tongguan_application::filing::{CertificateFacts, Filing, Goods, MadeOutTo, TrustNote};
use tongguan_application::registry::fingerprint;
use tongguan_domain::filing::{
    Answer, FIELDS, FiledCertificate, FiledEnterprise, FiledGoods, FilingState, Matter, Texts,
};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use utoipa::ToSchema;

use super::history::EventView;
use super::queue::PartyNameView;

/// With what filings are told of.
#[derive(Clone, Copy)]
pub struct Beside<'b> {
    /// Who is registered.
    pub registry: &'b Registry,
    /// Whose certificates are trusted.
    pub trust: &'b TrustStore,
    /// The time.
    pub now: Moment,
}

/// A filing (备案申请).
#[derive(Debug, Serialize, ToSchema)]
pub struct FilingView {
    /// Its number.
    number: String,
    /// Who filed.
    party: PartyNameView,
    /// The office whose officers review it; absent where it names none, and any may.
    office: Option<String>,
    /// Which person or program filed, as audit events say it.
    filed_by: String,
    /// When it was filed, corrected the last time.
    filed_at: String,
    /// When it last changed.
    changed_at: String,
    /// `filed`, `taken-up`, `returned`, `refused`, `withdrawn`, `approved`, `expired`, `suspended`, `ended` or
    /// `replaced`.
    status: &'static str,
    /// The officer who has taken it up.
    officer: Option<String>,
    /// What an officer answered last.
    answer: Option<AnswerView>,
    /// The tariff code that counts, of goods that were approved.
    gcode: Option<String>,
    /// The last day on which it stands.
    valid_to: Option<String>,
    /// The filing that stands in its place.
    replaced_by: Option<String>,
    #[serde(flatten)]
    matter: MatterView,
}

/// A filing with its history.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilingFileView {
    #[serde(flatten)]
    filing: FilingView,
    /// What happened to it, the newest first.
    history: Vec<EventView>,
    /// Goods of the same number as they are registered now.
    registered: Option<GoodsView>,
}

/// What an officer answered.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerView {
    /// The officer's name.
    by: String,
    /// When.
    at: String,
    /// Why; empty where nothing needed a reason.
    reason: String,
}

/// What is filed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum MatterView {
    /// The enterprise itself.
    Enterprise {
        /// What it says of itself.
        enterprise: EnterpriseTexts,
    },
    /// A certificate.
    Certificate {
        /// What is to be known of it.
        certificate: CertificateFactsView,
    },
    /// Goods.
    Goods {
        /// What they are; `gcode` is the proposed one.
        goods: Box<GoodsTexts>,
    },
}

/// An enterprise as it files itself (企业备案).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterpriseTexts {
    /// 企业名称.
    #[schema(example = "某某跨境电商有限公司", max_length = 100)]
    name: String,
    /// 海关注册编码.
    #[schema(example = "3301960A2B")]
    customs_code: Option<String>,
    /// 统一社会信用代码; one of the two is there.
    #[schema(example = "91350100M000100Y43")]
    credit_code: Option<String>,
    /// What it wants to act as: `platform`, `merchant`, `payment-institution`, `carrier`, `declarant`,
    /// `facility-operator`, `guarantor`.
    #[schema(example = json!(["merchant"]))]
    roles: Vec<String>,
    /// The number of the licence that a payment institution or a carrier has.
    #[schema(max_length = 60)]
    licence: Option<String>,
    /// Where a platform is asked for payment evidence (`platDataOpen`).
    #[schema(example = "https://shop.example/platDataOpen", max_length = 500)]
    payment_url: Option<String>,
}

/// A certificate. Of its subject only the organisation is told.
#[derive(Debug, Serialize, ToSchema)]
struct CertificateFactsView {
    /// Its digest.
    sha256: String,
    /// From when it is valid.
    valid_from: String,
    /// Until when.
    valid_to: String,
    /// `SM2` or `RSA`.
    key: Option<&'static str>,
    /// Its serial number.
    serial: Option<String>,
    /// The organisation that it is made out to.
    organisation: Option<String>,
    /// Whether it names who files it: `code`, `name`, or `somebody-else`.
    made_out_to: Option<&'static str>,
    /// Whether signatures with it count now.
    is_trusted: bool,
    /// Why they do not.
    why_not: Option<String>,
}

/// Goods, named as the elements of messages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GoodsTexts {
    /// 企业商品货号.
    #[schema(example = "CREAM-50", max_length = 20)]
    item_no: String,
    /// 商品编码: ten digits.
    #[schema(example = "3304990029")]
    gcode: String,
    /// 商品名称.
    #[schema(example = "面霜", max_length = 250)]
    gname: String,
    /// 规格型号.
    #[schema(example = "50ml/瓶，品牌：样品", max_length = 510)]
    gmodel: String,
    /// 品牌.
    brand: Option<String>,
    /// 原产国, by code or Chinese name.
    country: Option<String>,
    /// 计量单位, by code or Chinese name.
    #[schema(example = "瓶")]
    unit: String,
    /// 法定计量单位, by code or Chinese name.
    #[schema(example = "千克")]
    unit1: String,
    /// How much of it one is.
    #[schema(example = "0.05")]
    qty1: String,
    /// 第二计量单位.
    unit2: Option<String>,
    /// How much of it one is.
    qty2: Option<String>,
    /// 净重 of one in kilograms.
    #[schema(example = "0.05")]
    net_weight: String,
    /// What one usually costs.
    price: Option<String>,
    /// 币制, by code, ISO code or Chinese name.
    currency: Option<String>,
    /// 条形码.
    bar_code: Option<String>,
    /// 账册备案料号.
    item_record_no: Option<String>,
}

/// Goods that are registered (备案商品).
#[derive(Debug, Serialize, ToSchema)]
pub struct GoodsView {
    /// Whose.
    party: PartyNameView,
    /// What they are, with the tariff code that counts.
    goods: GoodsTexts,
    /// Whether they are suspended.
    suspended: bool,
    /// Their last day.
    valid_to: Option<String>,
    /// The filing that was approved; absent where a command imported them.
    filing: Option<String>,
}

impl FilingView {
    /// Of a filing.
    pub fn of(filing: &Filing, beside: Beside<'_>) -> Self {
        let state = &filing.state;
        let approval = state.approval();
        Self {
            number: filing.id.to_string(),
            party: PartyNameView::of(beside.registry, filing.party),
            office: filing.office.map(|office| office.to_string()),
            filed_by: filing.filed_by.clone(),
            filed_at: filing.filed_at.to_string(),
            changed_at: filing.changed_at.to_string(),
            status: state.status(beside.now.china_day()).name(),
            officer: match state {
                FilingState::TakenUp(taken) => Some(taken.by.name.clone()),
                _ => None,
            },
            answer: last_answer(state).map(AnswerView::of),
            gcode: approval.and_then(|it| it.hs_code.as_deref()).map(str::to_owned),
            valid_to: approval.and_then(|it| it.valid_to).map(|day| day.to_string()),
            replaced_by: match state {
                FilingState::Replaced { by, .. } => Some(by.to_string()),
                _ => None,
            },
            matter: MatterView::of(filing, beside),
        }
    }
}

impl FilingFileView {
    /// Of a filing with what stands beside it.
    pub fn of(file: &FilingFile, beside: Beside<'_>) -> Self {
        Self {
            filing: FilingView::of(&file.filing, beside),
            history: file.events.iter().map(EventView::of).collect(),
            registered: file.goods.as_ref().map(|goods| GoodsView::of(goods, beside.registry)),
        }
    }
}

/// What an officer answered last, where one has.
pub const fn last_answer(state: &FilingState) -> Option<&Answer> {
    match state {
        FilingState::Returned(answer)
        | FilingState::Refused(answer)
        | FilingState::Suspended(_, answer)
        | FilingState::Ended(_, answer) => Some(answer),
        FilingState::Approved(approval) | FilingState::Replaced { approval, .. } => {
            Some(&approval.answer)
        }
        FilingState::Filed | FilingState::TakenUp(_) | FilingState::Withdrawn(_) => None,
    }
}

/// What is to be known of a certificate that somebody filed.
pub fn facts(
    filing: &Filing,
    filed: &FiledCertificate,
    beside: Beside<'_>,
) -> Option<CertificateFacts> {
    let party = beside.registry.party(filing.party);
    let (name, codes) = party.map_or(("", &[][..]), |it| (it.name.as_str(), it.codes.as_slice()));
    CertificateFacts::of(filed, name, codes, beside.trust, beside.now)
}

impl AnswerView {
    fn of(answer: &Answer) -> Self {
        let by = answer.by.name.clone();
        Self { by, at: answer.at.to_string(), reason: answer.reason.clone() }
    }
}

impl MatterView {
    fn of(filing: &Filing, beside: Beside<'_>) -> Self {
        match &filing.matter {
            Matter::Enterprise(filed) => {
                Self::Enterprise { enterprise: EnterpriseTexts::of(filed) }
            }
            Matter::Certificate(filed) => {
                let facts = facts(filing, filed, beside);
                Self::Certificate { certificate: CertificateFactsView::of(filed, facts.as_ref()) }
            }
            Matter::Goods(filed) => Self::Goods { goods: Box::new(GoodsTexts::of(filed)) },
        }
    }
}

impl CertificateFactsView {
    fn of(filed: &FiledCertificate, facts: Option<&CertificateFacts>) -> Self {
        Self {
            sha256: fingerprint(&filed.digest),
            valid_from: filed.valid_from.to_string(),
            valid_to: filed.valid_to.to_string(),
            key: facts.map(|it| it.key),
            serial: facts.map(|it| it.serial.clone()),
            organisation: facts.and_then(|it| it.organisation.clone()),
            made_out_to: facts.map(|it| match it.made_out_to {
                MadeOutTo::Code(_) => "code",
                MadeOutTo::Name => "name",
                MadeOutTo::SomebodyElse => "somebody-else",
            }),
            is_trusted: facts.is_some_and(|it| it.trust == TrustNote::Trusted),
            why_not: facts.and_then(|it| match &it.trust {
                TrustNote::Trusted => None,
                TrustNote::NotTrusted(_, en) => Some(en.clone()),
            }),
        }
    }
}

impl EnterpriseTexts {
    /// Of an enterprise.
    pub fn of(filed: &FiledEnterprise) -> Self {
        let code = |length: usize| {
            let mut codes = filed.codes.iter().map(ToString::to_string);
            codes.find(|code| code.chars().count() == length)
        };
        Self {
            name: filed.name.clone(),
            customs_code: code(10),
            credit_code: code(18),
            roles: filed.roles.iter().map(|role| role.name().to_owned()).collect(),
            licence: filed.licence.as_deref().map(str::to_owned),
            payment_url: filed.payment_url.as_ref().map(ToString::to_string),
        }
    }

    /// As texts of a form.
    pub fn texts(&self) -> Texts {
        let roles = self.roles.join(",");
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            ("name", self.name.clone()),
            ("customs_code", text(&self.customs_code)),
            ("credit_code", text(&self.credit_code)),
            ("roles", roles),
            ("licence", text(&self.licence)),
            ("payment_url", text(&self.payment_url)),
        ]
        .into_iter()
        .collect()
    }
}

impl GoodsTexts {
    /// Of goods.
    pub fn of(goods: &FiledGoods) -> Self {
        let [
            item_no,
            gcode,
            gname,
            gmodel,
            brand,
            country,
            unit,
            unit1,
            qty1,
            unit2,
            qty2,
            rest @ ..,
        ] = goods.texts().map(|(_, text)| text);
        let [net_weight, price, currency, bar_code, item_record_no] = rest;
        let some = |text: String| (!text.is_empty()).then_some(text);
        Self {
            item_no,
            gcode,
            gname,
            gmodel,
            brand: some(brand),
            country: some(country),
            unit,
            unit1,
            qty1,
            unit2: some(unit2),
            qty2: some(qty2),
            net_weight,
            price: some(price),
            currency: some(currency),
            bar_code: some(bar_code),
            item_record_no: some(item_record_no),
        }
    }

    /// As texts of a form.
    pub fn texts(self) -> Texts {
        let text = Option::unwrap_or_default;
        let values = [
            self.item_no,
            self.gcode,
            self.gname,
            self.gmodel,
            text(self.brand),
            text(self.country),
            self.unit,
            self.unit1,
            self.qty1,
            text(self.unit2),
            text(self.qty2),
            self.net_weight,
            text(self.price),
            text(self.currency),
            text(self.bar_code),
            text(self.item_record_no),
        ];
        FIELDS.into_iter().map(|(name, ..)| name).zip(values).collect()
    }
}

impl GoodsView {
    /// Of registered goods.
    pub fn of(goods: &Goods, registry: &Registry) -> Self {
        Self {
            party: PartyNameView::of(registry, goods.party),
            goods: GoodsTexts::of(&goods.goods),
            suspended: goods.is_suspended,
            valid_to: goods.valid_to.map(|day| day.to_string()),
            filing: goods.filing.map(|id| id.to_string()),
        }
    }
}
