//! A demand as it stands.

use rust_decimal::Decimal;
use tongguan_domain::defect::Defect;
use tongguan_domain::evidence::{Network, PayerSaid, PaymentEvidence, rules};
use tongguan_domain::ids::{DeclarationId, OfficeCode, OrderNumber, PartyId};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_storage::EvidenceDemandRow;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::evidence::{StoredEvidence, StoredEvidenceFactsV1, StoredFindingV1};

use super::EvidenceError;

/// A demand for payment evidence (调取支付相关原始数据).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The declaration that it is about.
    pub declaration: DeclarationId,
    /// Which demand about it: 0 where chance chose it, officers' from 1.
    pub n: i64,
    /// 申报地海关.
    pub office: OfficeCode,
    /// The platform that is asked.
    pub platform: PartyId,
    /// 订单编号 that it is asked about.
    pub order_no: OrderNumber,
    /// Who wants it.
    pub asker: Asker,
    /// When it was demanded.
    pub demanded_at: Moment,
    /// Where it stands.
    pub stage: Stage,
    /// The number under which the platform is asked (`sessionID`), once it was.
    pub session: Option<String>,
    /// Until when the platform may upload, once it was asked.
    pub answer_by: Option<Moment>,
    /// How often it was asked.
    pub attempts: i64,
    /// When the platform said that it is going to upload.
    pub agreed_at: Option<Moment>,
    /// What went wrong last.
    pub failure: Option<String>,
    /// When it uploaded.
    pub uploaded_at: Option<Moment>,
    /// What was compared and found, once that is known.
    pub compared: Option<Compared>,
}

/// Who wants payment evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// Nobody: the office has it drawn by chance.
    Chance,
    /// An officer.
    Officer {
        /// The name to sign in with.
        name: String,
        /// Why.
        reason: String,
    },
}

/// Where a demand stands; the number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The platform is to be asked. [1]
    Waiting,
    /// The platform said that it is going to upload. [2]
    Agreed,
    /// It has uploaded. [3]
    Uploaded,
    /// What it uploaded was compared. [4]
    Compared,
    /// Its time is over. [5]
    Unanswered,
    /// It cannot be asked: no address is registered. [6]
    NotAskable,
}

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

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Agreed,
        Self::Uploaded,
        Self::Compared,
        Self::Unanswered,
        Self::NotAskable,
    ];
    /// The number of the demand that chance makes about a declaration.
    pub const DRAWN: i64 = 0;

    /// The stored number.
    pub const fn code(self) -> i64 {
        match self {
            Self::Waiting => 1,
            Self::Agreed => 2,
            Self::Uploaded => 3,
            Self::Compared => 4,
            Self::Unanswered => 5,
            Self::NotAskable => 6,
        }
    }

    /// The stage of that number.
    pub fn of(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Whether something is still to come of it, without an upload that comes too late.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Agreed | Self::Uploaded)
    }

    /// Its name in addresses and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Agreed => "agreed",
            Self::Uploaded => "uploaded",
            Self::Compared => "compared",
            Self::Unanswered => "unanswered",
            Self::NotAskable => "not-askable",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Waiting => ("待平台答复", "the platform is being asked"),
            Self::Agreed => ("平台已受理，待上传", "the platform is going to upload"),
            Self::Uploaded => ("已上传，待比对", "uploaded, not compared yet"),
            Self::Compared => ("已比对", "compared"),
            Self::Unanswered => ("逾期未上传", "not answered in time"),
            Self::NotAskable => ("平台未备案地址", "no address registered"),
        }
    }
}

impl Demand {
    /// From its row.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub(super) fn of(row: EvidenceDemandRow) -> Result<Self, EvidenceError> {
        let damaged = || EvidenceError::Damaged(row.declaration_id);
        let stage = Stage::of(row.state).ok_or_else(damaged)?;
        let office = OfficeCode::parse(&row.office).map_err(|_| damaged())?;
        let compared = row.body.as_deref().map(StoredEvidence::decode).transpose()?;
        Ok(Self {
            declaration: row.declaration_id,
            n: row.n,
            office,
            platform: row.platform_id,
            order_no: row.order_no,
            asker: match (row.officer, row.reason) {
                (Some(name), reason) => Asker::Officer { name, reason: reason.unwrap_or_default() },
                (None, _) => Asker::Chance,
            },
            demanded_at: row.demanded_at,
            stage,
            session: row.session,
            answer_by: row.answer_by,
            attempts: row.attempts,
            agreed_at: row.agreed_at,
            failure: row.failure,
            uploaded_at: row.uploaded_at,
            compared: compared.map(Compared::read).transpose()?,
        })
    }

    /// What was found.
    pub fn findings(&self) -> &[Defect] {
        self.compared.as_ref().map_or(&[], |compared| &compared.findings)
    }
}

impl Compared {
    /// Where nothing was handed over.
    pub(super) const fn nothing(finding: Vec<Defect>) -> Self {
        Self { facts: None, findings: finding }
    }

    fn read(stored: StoredEvidence) -> Result<Self, StoredError> {
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
