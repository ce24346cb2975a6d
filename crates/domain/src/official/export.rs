//! Faults of export documents.
//!
//! The specification numbers the faults of import documents alone (table 7-2), so these have no official
//! number and are answered as refusals (100), in words like those of their import siblings. Codes and
//! wording are ours.

use crate::defect::Rule;

/// What can be wrong with the documents of one kind.
#[derive(Debug)]
pub struct Faults {
    /// The message holds no document.
    pub empty: Rule,
    /// It holds too many.
    pub too_many: Rule,
    /// A document has no lines.
    pub no_lines: Rule,
    /// A value that the schema admits means nothing.
    pub parameter: Rule,
    /// What is to be changed or deleted does not exist.
    pub original_missing: Rule,
    /// One of the same number exists.
    pub duplicate: Rule,
    /// It has gone too far to be changed.
    pub fixed: Rule,
    /// What is stored is newer.
    pub outdated: Rule,
    /// Its guid names other content.
    pub guid_reused: Rule,
}

impl Faults {
    /// All of them.
    pub const fn rules(&'static self) -> [&'static Rule; 9] {
        [
            &self.empty,
            &self.too_many,
            &self.no_lines,
            &self.parameter,
            &self.original_missing,
            &self.duplicate,
            &self.fixed,
            &self.outdated,
            &self.guid_reused,
        ]
    }
}

/// Declares the faults of each kind: how its codes begin, its Chinese and its English name.
macro_rules! faults {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        $(
            #[doc = concat!("Of each ", $en, " (", $zh, ").")]
            pub static $name: Faults = Faults {
                empty: Rule {
                    code: concat!($code, "-message-empty"),
                    official: None,
                    zh: concat!($zh, "业务报文不能为空"),
                    en: concat!("the message holds no ", $en, "s"),
                },
                too_many: Rule {
                    code: concat!($code, "-too-many"),
                    official: None,
                    zh: concat!($zh, "报文数量超过限制"),
                    en: concat!("the message holds too many ", $en, "s"),
                },
                no_lines: Rule {
                    code: concat!($code, "-lines-missing"),
                    official: None,
                    zh: concat!($zh, "表体信息不存在"),
                    en: concat!("the ", $en, " has no lines"),
                },
                parameter: Rule {
                    code: concat!($code, "-parameter"),
                    official: None,
                    zh: concat!($zh, "参数校验不通过，{element}[{found}]不符合[{expected}]"),
                    en: concat!("the ", $en, " is not valid: {element} [{found}] is not [{expected}]"),
                },
                original_missing: Rule {
                    code: concat!($code, "-original-missing"),
                    official: None,
                    zh: concat!("报送类型(appType)不正确，未找到要操作的", $zh),
                    en: concat!("appType is wrong: the ", $en, " to work on does not exist"),
                },
                duplicate: Rule {
                    code: concat!($code, "-duplicate"),
                    official: None,
                    zh: concat!("已存在相同编号的", $zh),
                    en: concat!("the number is in use by another ", $en),
                },
                fixed: Rule {
                    code: concat!($code, "-fixed"),
                    official: None,
                    zh: concat!("该", $zh, "的状态不允许变更或删除"),
                    en: concat!("the ", $en, " has gone too far to be changed or deleted"),
                },
                outdated: Rule {
                    code: concat!($code, "-outdated"),
                    official: None,
                    zh: concat!("接收的", $zh, "为旧报文数据，不做处理"),
                    en: concat!("the ", $en, " is older than what is stored and is ignored"),
                },
                guid_reused: Rule {
                    code: concat!($code, "-guid-reused"),
                    official: None,
                    zh: concat!($zh, "的guid[{guid}]已用于内容不同的报文"),
                    en: concat!("guid [{guid}] of the ", $en, " names other content already"),
                },
            };
        )+

        /// The faults of every kind.
        pub static KINDS: &[&Faults] = &[$(&$name),+];
    };
}

faults! {
    ORDER = "export-order", "出口订单", "export order";
    COLLECTION = "export-collection", "收款单", "export collection";
    WAYBILL = "export-waybill", "出口运单", "export waybill";
    DECLARATION = "export-declaration", "出口清单", "export declaration";
    CANCELLATION = "export-cancellation", "出口撤销申请单", "export cancellation";
    ARRIVAL = "arrival-report", "运抵单", "arrival report";
    DEPARTURE = "departure-report", "离境单", "departure report";
    MASTER_BILL_LINK = "master-bill-link", "清单总分单", "master bill link";
    RETURN = "export-return", "出口退货申请单", "export return";
    TALLY = "return-tally", "退货理货明细单", "return tally";
    CONSOLIDATION = "consolidation", "汇总申请单", "request to consolidate";
}
