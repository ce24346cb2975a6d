//! Every outcome of an assessment in words: a stable code, and a sentence in both languages.

use crate::defect::{Defect, Official, Rule};
use crate::tax::rates::{Gap, GapKind};
use crate::tax::regime::{Refusal, Regime};

/// Why an assessment came out as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The stable, published code: `over-annual-limit`.
    pub code: &'static str,
    /// The number that the authorities give to it, where they do.
    pub official: Option<Official>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

macro_rules! outcomes {
    ($($name:ident, $code:literal, $official:expr, $zh:literal, $en:literal;)*) => {
        $(static $name: Rule = Rule { code: $code, official: $official, zh: $zh, en: $en };)*
    };
}

outcomes! {
    WITHIN_LIMITS, "within-limits", None,
        "交易限值以内：关税税率为0%，进口环节增值税、消费税按法定应纳税额的规定比例征收",
        "within the limits: no duty, and value-added and consumption tax in part";
    SINGLE_ITEM, "single-item-over-limit", None,
        "超过单次交易限值但订单下仅一件商品：按货物税率全额征收，计入年度交易总额",
        "one single piece above the single-transaction limit: taxed in full, counted to the year";
    GENERAL_TRADE, "general-trade", None,
        "按一般贸易全额征税", "general trade: taxed in full";
    OVER_ANNUAL, "over-annual-limit", Some(Official::Customs(1313)),
        "订购人购买超过年度限额,超过个人年度购买额度;totalPrice：{found} > limitPrice: {expected};",
        "the year's purchases would come to {found}, above the annual limit of {expected}: \
         general trade";
    OVER_SINGLE, "over-single-limit", Some(Official::Business(-621_005)),
        "购买金额{found}超过单笔限额{expected}，且订单下不止一件商品",
        "the order's value of {found} is above the single-transaction limit of {expected}, and it \
         is not one single piece: split it, or general trade";
    NOT_BELOW_ANNUAL, "not-below-annual-limit", Some(Official::Business(-621_005)),
        "订单下仅一件商品但完税价格{found}不低于年度限值{expected}，应按一般贸易管理",
        "one single piece of {found}, which is not below the annual limit of {expected}: \
         general trade";
    NO_VALUE, "no-value", None,
        "商品总价为零，完税价格不能为零", "the goods have no price: the dutiable value may not be zero";
    NOT_IN_FORCE, "not-in-force", None,
        "该日期尚未实施跨境电子商务零售进口税收政策", "retail import was not taxed this way on that day";
    NO_RATE, "no-rate", None,
        "商品编码{found}无税率，转人工审核", "no rate for tariff code {found}: manual review";
    NO_DUTY, "no-duty-rate", None,
        "商品编码{found}无关税税率，转人工审核", "no rate of duty for tariff code {found}: manual review";
    NO_MEASURE, "no-measure", None,
        "无法按{expected}确定商品编码{found}的消费税，转人工审核",
        "consumption tax on tariff code {found} counts {expected}, which is not given: manual review";
}

impl Regime {
    /// Why it came out so, in words.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Reduced => plain(&WITHIN_LIMITS),
            Self::Full => plain(&SINGLE_ITEM),
            Self::General => plain(&GENERAL_TRADE),
            Self::Refused(refusal) => refusal.reason(),
            Self::Review(gaps) => gaps.first().map_or_else(|| plain(&NO_RATE), Gap::reason),
        }
    }
}

impl Refusal {
    /// The same for a refusal alone.
    pub fn reason(&self) -> Reason {
        let defect = self.defect("");
        Reason {
            code: defect.rule.code,
            official: defect.rule.official,
            zh: defect.message_zh(),
            en: defect.message_en(),
        }
    }
}

impl Refusal {
    /// The refusal as a defect at `pointer`, with its official number.
    pub fn defect(&self, pointer: &str) -> Defect {
        let at = |rule| Defect::at(rule, pointer);
        match self {
            Self::OverAnnualLimit { would_be, limit } => {
                at(&OVER_ANNUAL).found(would_be).expected(limit)
            }
            Self::OverSingleLimit { value, limit } => at(&OVER_SINGLE).found(value).expected(limit),
            Self::NotBelowAnnualLimit { value, limit } => {
                at(&NOT_BELOW_ANNUAL).found(value).expected(limit)
            }
            Self::NoValue => at(&NO_VALUE),
            Self::NotInForce => at(&NOT_IN_FORCE),
        }
    }
}

impl Gap {
    /// The same for one thing that is missing.
    pub fn reason(&self) -> Reason {
        match &self.kind {
            GapKind::NoRate => filled(&NO_RATE, self.hs, ""),
            GapKind::NoDuty => filled(&NO_DUTY, self.hs, ""),
            GapKind::NoMeasure(needed) => {
                let needed: Vec<&str> = needed.iter().map(|per| per.word()).collect();
                filled(&NO_MEASURE, self.hs, needed.join("/"))
            }
        }
    }
}

fn plain(rule: &'static Rule) -> Reason {
    filled(rule, "", "")
}

fn filled(
    rule: &'static Rule,
    found: impl std::fmt::Display,
    expected: impl std::fmt::Display,
) -> Reason {
    let sentence = Defect::at(rule, "").found(found).expected(expected);
    Reason {
        code: rule.code,
        official: rule.official,
        zh: sentence.message_zh(),
        en: sentence.message_en(),
    }
}
