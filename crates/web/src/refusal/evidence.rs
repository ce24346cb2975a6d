//! Why a platform was not asked for payment evidence.

use tongguan_application::evidence::EvidenceError;

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

impl From<EvidenceError> for Problem {
    fn from(error: EvidenceError) -> Self {
        Self::Refused(match error {
            EvidenceError::Unknown => return Self::NotFound,
            EvidenceError::BadReason(error) => return error.into(),
            EvidenceError::NoImport => Wording::new(
                "只能就进口清单调取支付相关原始数据",
                "Platforms are asked about imports alone",
            ),
            EvidenceError::UnderWay => Wording::new(
                "正在向平台调取本清单的原始数据，请等待结果",
                "The platform is being asked about this declaration already; wait for what comes of it",
            ),
            error => return broken(&error),
        })
    }
}
