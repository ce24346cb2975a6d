//! What was compared and found, as officers see it and as it is stored. No person.

use rust_decimal::Decimal;
use tongguan_domain::defect::Defect;
use tongguan_domain::evidence::{Network, PayerSaid, PaymentEvidence, rules};
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::evidence::{StoredEvidence, StoredEvidenceFactsV1, StoredFindingV1};

/// What was compared and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What was handed over, as far as it names nobody; absent where nothing was.
    pub facts: Option<Facts>,
    /// What was found.
    pub findings: Vec<Defect>,
}

/// What a platform handed over, without persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// 电商平台代码.
    pub platform: String,
    /// 支付企业代码.
    pub institution: String,
    /// 交易流水号.
    pub transaction: String,
    /// 交易金额.
    pub amount: Amount,
    /// 币制.
    pub currency: String,
    /// 验核机构.
    pub verified_by: Network,
    /// 交易成功时间.
    pub traded_at: Moment,
    /// How many orders the payment was for.
    pub orders: u32,
    /// The goods of the order that was asked about: name and links.
    pub goods: Vec<(String, Vec<String>)>,
    /// What was said of the payer.
    pub payer: PayerSaid,
    /// Whether white space was left out before the signature fitted.
    pub compacted: bool,
    /// 支付时间 of the payment document that it was compared with.
    pub paid_at: Option<Moment>,
}

impl Compared {
    /// Where nothing was handed over.
    pub(super) const fn nothing(finding: Vec<Defect>) -> Self {
        Self { facts: None, findings: finding }
    }

    /// From its stored form.
    pub(super) fn read(stored: StoredEvidence) -> Result<Self, StoredError> {
        // A finding whose rule was taken back says nothing any more.
        let findings = stored.findings.into_iter().filter_map(read_finding);
        Ok(Self { findings: findings.collect(), facts: stored.facts.map(Facts::read).transpose()? })
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> StoredEvidence {
        StoredEvidence {
            facts: self.facts.as_ref().map(Facts::stored),
            findings: self.findings.iter().map(write_finding).collect(),
        }
    }
}

impl Facts {
    /// What may be kept in the open of what was handed over about an order.
    pub(super) fn of(
        evidence: &PaymentEvidence,
        order_no: &OrderNumber,
        payer: PayerSaid,
        compacted: bool,
        paid_at: Option<Moment>,
    ) -> Self {
        let own = evidence.orders.iter().find(|order| order.order_no == *order_no);
        let goods = own.iter().flat_map(|order| &order.goods).map(|goods| {
            (goods.name.to_string(), goods.links.iter().map(ToString::to_string).collect())
        });
        Self {
            platform: evidence.platform.to_string(),
            institution: evidence.institution.to_string(),
            transaction: evidence.transaction.to_string(),
            amount: evidence.amount,
            currency: evidence.currency.to_string(),
            verified_by: evidence.verified_by,
            traded_at: evidence.traded_at,
            orders: u32::try_from(evidence.orders.len()).unwrap_or(u32::MAX),
            goods: goods.collect(),
            payer,
            compacted,
            paid_at,
        }
    }

    fn read(stored: StoredEvidenceFactsV1) -> Result<Self, StoredError> {
        Ok(Self {
            platform: stored.platform,
            institution: stored.institution,
            transaction: stored.transaction,
            amount: Amount::new(Decimal::try_from(stored.amount)?),
            currency: stored.currency,
            verified_by: Network::from_wire(&stored.verified_by).unwrap_or(Network::Other),
            traded_at: Moment::from_micros(stored.traded_at),
            orders: stored.orders,
            goods: stored.goods,
            payer: match stored.payer {
                1 => PayerSaid::Same,
                2 => PayerSaid::Another,
                _ => PayerSaid::Nothing,
            },
            compacted: stored.compacted,
            paid_at: stored.paid_at.map(Moment::from_micros),
        })
    }

    fn stored(&self) -> StoredEvidenceFactsV1 {
        StoredEvidenceFactsV1 {
            platform: self.platform.clone(),
            institution: self.institution.clone(),
            transaction: self.transaction.clone(),
            amount: self.amount.into(),
            currency: self.currency.clone(),
            verified_by: self.verified_by.to_wire().to_owned(),
            traded_at: self.traded_at.micros(),
            orders: self.orders,
            goods: self.goods.clone(),
            payer: match self.payer {
                PayerSaid::Nothing => 0,
                PayerSaid::Same => 1,
                PayerSaid::Another => 2,
            },
            compacted: self.compacted,
            paid_at: self.paid_at.map(Moment::micros),
        }
    }
}

fn read_finding(stored: StoredFindingV1) -> Option<Defect> {
    let details = stored.details.into_iter();
    let details = details.filter_map(|(name, text)| Some((rules::detail(&name)?, text)));
    Some(Defect {
        rule: rules::named(&stored.code)?,
        pointer: stored.pointer,
        found: stored.found,
        expected: stored.expected,
        details: details.collect(),
    })
}

fn write_finding(finding: &Defect) -> StoredFindingV1 {
    let details = finding.details.iter();
    StoredFindingV1 {
        code: finding.rule.code.to_owned(),
        pointer: finding.pointer.clone(),
        found: finding.found.clone(),
        expected: finding.expected.clone(),
        details: details.map(|(name, text)| ((*name).to_owned(), text.clone())).collect(),
    }
}
