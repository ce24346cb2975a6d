//! A demand as it stands.

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, OfficeCode, OrderNumber, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::EvidenceDemandRow;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::evidence::StoredEvidence;

use super::compared::Compared;

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

/// What is stored of a demand does not read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableDemand {
    /// Its row.
    #[error("a demand about declaration {0} does not read")]
    Row(DeclarationId),
    /// What was compared.
    #[error(transparent)]
    Stored(#[from] StoredError),
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
    /// [`UnreadableDemand`].
    pub(super) fn of(row: EvidenceDemandRow) -> Result<Self, UnreadableDemand> {
        let damaged = || UnreadableDemand::Row(row.declaration_id);
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
