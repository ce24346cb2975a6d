//! What was tallied beside what was asked for.

use jiff::civil::Date;

use crate::facts::{ExportReturnFacts, TallyFacts};

/// One thing in which request and tally differ, or a deadline that was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Discrepancy {
    /// 清单编号.
    Declaration,
    /// 申报地海关.
    Office,
    /// 提运单号.
    Bill,
    /// 运输方式.
    TransportMode,
    /// 运输工具名称.
    Vehicle,
    /// 航班航次号.
    Voyage,
    /// The goods came after the last day on which they might.
    Late,
}

impl Discrepancy {
    /// All of them, in the order in which they are named.
    pub const ALL: [Self; 7] = [
        Self::Declaration,
        Self::Office,
        Self::Bill,
        Self::TransportMode,
        Self::Vehicle,
        Self::Voyage,
        Self::Late,
    ];

    /// What responses call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Declaration => "清单编号",
            Self::Office => "申报地海关",
            Self::Bill => "提运单号",
            Self::TransportMode => "运输方式",
            Self::Vehicle => "运输工具名称",
            Self::Voyage => "航班航次号",
            Self::Late => "超过退运期限",
        }
    }
}

/// Everything in which a tally differs from a request, in order.
pub fn discrepancies(request: &ExportReturnFacts, tally: &TallyFacts) -> Vec<Discrepancy> {
    let (asked, found) = (&request.transport, &tally.transport);
    let named = tally.declaration_no.as_ref();
    let checks = [
        (Discrepancy::Declaration, named.is_none_or(|number| *number == request.declaration_no)),
        (Discrepancy::Office, tally.office == request.office),
        (Discrepancy::Bill, found.bill_no == asked.bill_no),
        (Discrepancy::TransportMode, found.mode == asked.mode),
        (Discrepancy::Vehicle, found.vehicle == asked.vehicle),
        (Discrepancy::Voyage, found.voyage == asked.voyage),
    ];
    checks.into_iter().filter(|(_, agrees)| !agrees).map(|(what, _)| what).collect()
}

/// Whether goods that came on a day came too late.
pub fn is_late(came_on: Date, deadline: Option<Date>) -> bool {
    deadline.is_none_or(|last| last < came_on)
}
