//! What goods of one tariff code are taxed with.

use std::fmt;

use rust_decimal::Decimal;

use crate::cells::{Cells, decimal, share};
use crate::hs::HsCode;
use crate::pack::Table;
use crate::row::Entry;

/// What a specific rate or a threshold counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// A gram of content.
    Gram,
    /// A kilogram of content.
    Kilogram,
    /// A tonne of content.
    Tonne,
    /// A millilitre of content.
    Millilitre,
    /// A litre of content.
    Litre,
    /// A piece, whatever the counting unit.
    Piece,
    /// A piece of goods that are sold by the sheet (片、张).
    Sheet,
}

impl Per {
    const ALL: [Self; 7] = [
        Self::Gram,
        Self::Kilogram,
        Self::Tonne,
        Self::Millilitre,
        Self::Litre,
        Self::Piece,
        Self::Sheet,
    ];

    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gram => "g",
            Self::Kilogram => "kg",
            Self::Tonne => "t",
            Self::Millilitre => "ml",
            Self::Litre => "l",
            Self::Piece => "piece",
            Self::Sheet => "sheet",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|per| per.word() == word)
    }
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A rate of consumption tax: a share of the composite value, an amount for each unit, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CtRates {
    /// The ad valorem rate (从价): below 1.
    pub ad_valorem: Decimal,
    /// The specific rate (从量), CNY for each [`ConsumptionTax::unit`].
    pub per_unit: Decimal,
}

/// A price from which on the higher rate holds, for goods counted this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// CNY of dutiable value.
    pub price: Decimal,
    /// For each of these.
    pub per: Per,
}

/// Consumption tax of one tariff code (消费税).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumptionTax {
    /// The rate; with thresholds, the rate at or above them.
    pub rates: CtRates,
    /// What the specific rate counts.
    pub unit: Option<Per>,
    /// The threshold, one for each way in which the goods may be counted, of which the first
    /// that they are counted in decides; none: always `rates`.
    pub thresholds: Vec<Threshold>,
    /// The rate below the threshold.
    pub below: CtRates,
    /// Litres that make a tonne, where law fixes it (beer 988, yellow wine 962, cosmetics 1000).
    pub litres_per_tonne: Option<Decimal>,
}

/// Value-added tax of one tariff code (增值税).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vat {
    /// The standard rate of the day.
    Standard,
    /// The reduced rate of the day.
    Reduced,
    /// A rate of its own.
    Fixed(Decimal),
}

/// A row of `rates`: all taxes on one tariff code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// 商品编码.
    pub hs: HsCode,
    /// The most-favoured-nation duty (最惠国税率), ad valorem; none where it is not known.
    pub duty: Option<Decimal>,
    /// 消费税.
    pub consumption_tax: ConsumptionTax,
    /// 增值税.
    pub vat: Vat,
}

/// A row of `provisional_duties`: a duty that wins over the most-favoured-nation one while it is
/// valid (暂定税率; 关税法 Art 13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionalDuty {
    /// 商品编码.
    pub hs: HsCode,
    /// The duty, ad valorem.
    pub duty: Decimal,
}

const HS: &str = "a tariff code of ten digits";
const DUTY: &str = "a rate such as 0.065";

impl Entry for Rate {
    const TABLE: Table = Table::Rates;
    const COLUMNS: &'static [&'static str] = &[
        "hs",
        "duty",
        "ct_rate",
        "ct_per_unit",
        "ct_unit",
        "ct_from",
        "ct_below_rate",
        "ct_below_per_unit",
        "litres_per_tonne",
        "vat",
    ];
    type Key = HsCode;

    fn key(&self) -> HsCode {
        self.hs
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let hs = cells.parsed("hs", HS, |text| text.parse().ok());
        let duty = cells.parsed_if_any("duty", DUTY, duty_rate);
        let consumption_tax = read_consumption_tax(cells);
        let vat = cells.parsed("vat", "`standard`, `reduced` or a rate below 1", read_vat);
        Some(Self { hs: hs?, duty: duty?, consumption_tax: consumption_tax?, vat: vat? })
    }

    fn write(&self) -> Vec<String> {
        let ct = &self.consumption_tax;
        let some = |value: Option<Decimal>| value.map(|v| v.to_string()).unwrap_or_default();
        let rate = |value: Decimal| some(Some(value).filter(|v| !v.is_zero()));
        let thresholds: Vec<String> =
            ct.thresholds.iter().map(|t| format!("{}/{}", t.price, t.per)).collect();
        vec![
            self.hs.to_string(),
            some(self.duty),
            rate(ct.rates.ad_valorem),
            rate(ct.rates.per_unit),
            ct.unit.map(|unit| unit.to_string()).unwrap_or_default(),
            thresholds.join("|"),
            rate(ct.below.ad_valorem),
            rate(ct.below.per_unit),
            some(ct.litres_per_tonne),
            match self.vat {
                Vat::Standard => "standard".to_owned(),
                Vat::Reduced => "reduced".to_owned(),
                Vat::Fixed(rate) => rate.to_string(),
            },
        ]
    }
}

impl Entry for ProvisionalDuty {
    const TABLE: Table = Table::ProvisionalDuties;
    const COLUMNS: &'static [&'static str] = &["hs", "duty"];
    type Key = HsCode;

    fn key(&self) -> HsCode {
        self.hs
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let hs = cells.parsed("hs", HS, |text| text.parse().ok());
        let duty = cells.parsed("duty", DUTY, duty_rate);
        Some(Self { hs: hs?, duty: duty? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.hs.to_string(), self.duty.to_string()]
    }
}

fn read_consumption_tax(cells: &mut Cells<'_>) -> Option<ConsumptionTax> {
    const SHARE: &str = "a rate below 1 or nothing";
    const AMOUNT: &str = "an amount in CNY or nothing";
    let above = cells.parsed_if_any("ct_rate", SHARE, share);
    let above_each = cells.parsed_if_any("ct_per_unit", AMOUNT, decimal);
    let unit =
        cells.parsed_if_any("ct_unit", "`g`, `kg`, `t`, `ml`, `l`, `piece` or nothing", |word| {
            Per::from_word(word).filter(|per| *per != Per::Sheet)
        });
    let thresholds =
        cells.parsed_if_any("ct_from", "prices such as `15/sheet|10/g`", read_thresholds);
    let below = cells.parsed_if_any("ct_below_rate", SHARE, share);
    let below_each = cells.parsed_if_any("ct_below_per_unit", AMOUNT, decimal);
    let litres_per_tonne = cells.parsed_if_any("litres_per_tonne", "litres, or nothing", |text| {
        decimal(text).filter(|litres| !litres.is_zero())
    });
    let tax = ConsumptionTax {
        rates: CtRates {
            ad_valorem: above?.unwrap_or_default(),
            per_unit: above_each?.unwrap_or_default(),
        },
        unit: unit?,
        thresholds: thresholds?.unwrap_or_default(),
        below: CtRates {
            ad_valorem: below?.unwrap_or_default(),
            per_unit: below_each?.unwrap_or_default(),
        },
        litres_per_tonne: litres_per_tonne?,
    };
    let specific = !tax.rates.per_unit.is_zero() || !tax.below.per_unit.is_zero();
    if specific != tax.unit.is_some() {
        cells.note("ct_unit", "a unit exactly where there is an amount per unit");
        return None;
    }
    if tax.thresholds.is_empty() && tax.below != CtRates::default() {
        cells.note("ct_from", "a price, because rates below it are given");
        return None;
    }
    Some(tax)
}

fn read_thresholds(text: &str) -> Option<Vec<Threshold>> {
    let threshold = |part: &str| {
        let (price, per) = part.split_once('/')?;
        Some(Threshold { price: decimal(price)?, per: Per::from_word(per)? })
    };
    text.split('|').map(threshold).collect()
}

fn read_vat(text: &str) -> Option<Vat> {
    match text {
        "standard" => Some(Vat::Standard),
        "reduced" => Some(Vat::Reduced),
        rate => share(rate).map(Vat::Fixed),
    }
}

/// Duties may exceed the value of the goods, but a rate of 100 (10,000 %) is a slip of the pen.
fn duty_rate(text: &str) -> Option<Decimal> {
    decimal(text).filter(|duty| *duty < Decimal::ONE_HUNDRED)
}
