//! What a basket costs in tax. Its shape is a public interface: docs/reference/tax.md.

use serde::Serialize;
use tongguan_codelists::Pack;
use tongguan_domain::tax::{AssessedItem, Assessment, Basket, Gap, Reason, Regime};
use utoipa::ToSchema;

/// An assessment, in CNY.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentView {
    /// The day whose law holds.
    as_of: String,
    /// 监管方式.
    mode: String,
    /// `reduced`, `full`, `general` or `refused`.
    regime: &'static str,
    /// Why: a name for programs.
    reason: &'static str,
    /// Why, in Chinese.
    message_zh: String,
    /// Why, in English.
    message_en: String,
    /// Line by line.
    items: Vec<AssessedItemView>,
    /// All of it.
    totals: AssessedTotalsView,
    /// Why lines cannot be taxed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    gaps: Vec<GapView>,
    /// The rows of law that it follows from.
    rows: Vec<String>,
    /// The digest of the law.
    pack: String,
}

/// A line's taxes.
#[derive(Debug, Serialize, ToSchema)]
struct AssessedItemView {
    /// The line's number.
    line: i32,
    /// 完税价格.
    dutiable: String,
    /// 关税.
    duty: String,
    /// 消费税.
    consumption_tax: String,
    /// 增值税.
    vat: String,
}

/// The sums.
#[derive(Debug, Serialize, ToSchema)]
struct AssessedTotalsView {
    /// 完税价格.
    dutiable: String,
    /// 关税.
    duty: String,
    /// 消费税.
    consumption_tax: String,
    /// 增值税.
    vat: String,
    /// All taxes.
    tax: String,
}

/// Why one line cannot be taxed.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// The line's number.
    pub line: i32,
    /// 商品编码.
    hs: String,
    /// Why: a name for programs.
    reason: &'static str,
    /// Why, in Chinese.
    message_zh: String,
    /// Why, in English.
    pub message_en: String,
}

impl AssessmentView {
    /// Of an assessment.
    pub fn of(pack: &Pack, basket: &Basket, assessment: &Assessment) -> Self {
        let Reason { code, zh, en, .. } = assessment.regime.reason();
        let totals = assessment.totals;
        let item = |item: &AssessedItem| AssessedItemView {
            line: item.line,
            dutiable: item.dutiable.to_string(),
            duty: item.taxes.duty.to_string(),
            consumption_tax: item.taxes.consumption_tax.to_string(),
            vat: item.taxes.vat.to_string(),
        };
        Self {
            as_of: basket.as_of.to_string(),
            mode: basket.mode.to_string(),
            regime: regime_word(&assessment.regime),
            reason: code,
            message_zh: zh,
            message_en: en,
            items: assessment.items.iter().map(item).collect(),
            totals: AssessedTotalsView {
                dutiable: totals.dutiable.to_string(),
                duty: totals.taxes.duty.to_string(),
                consumption_tax: totals.taxes.consumption_tax.to_string(),
                vat: totals.taxes.vat.to_string(),
                tax: totals.tax.to_string(),
            },
            gaps: gaps(&assessment.regime),
            rows: assessment.rows.iter().map(ToString::to_string).collect(),
            pack: pack.digest().to_string(),
        }
    }
}

/// The regime's word: what waits for a review is not taxed, so it is refused here.
pub const fn regime_word(regime: &Regime) -> &'static str {
    match regime {
        Regime::Reduced => "reduced",
        Regime::Full => "full",
        Regime::General => "general",
        Regime::Review(_) | Regime::Refused(_) => "refused",
    }
}

/// Why lines cannot be taxed.
pub fn gaps(regime: &Regime) -> Vec<GapView> {
    let Regime::Review(gaps) = regime else { return Vec::new() };
    let view = |gap: &Gap| {
        let Reason { code, zh, en, .. } = gap.reason();
        GapView {
            line: gap.line,
            hs: gap.hs.to_string(),
            reason: code,
            message_zh: zh,
            message_en: en,
        }
    };
    gaps.iter().map(view).collect()
}
