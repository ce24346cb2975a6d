//! The numbers, days and choices of law that are one value at a time.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cells::{Cells, day, decimal};
use crate::pack::Table;
use crate::row::Entry;

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $form:ident;)*) => {
        /// One value that law, or the operator where law is silent, sets for a time.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ParameterKind {
            $($(#[$doc])* $name,)*
        }

        impl ParameterKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in files.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            const fn form(self) -> Form {
                match self { $(Self::$name => Form::$form,)* }
            }
        }
    };
}

parameters! {
    /// The dutiable value of one order up to which tax is reduced, included (单次交易限值), CNY.
    SingleTransactionLimit, "single-transaction-limit", Amount;
    /// What one person may buy in a calendar year, included (个人年度交易限值), CNY.
    AnnualLimit, "annual-limit", Amount;
    /// The share of value-added tax and consumption tax that is payable within the limits.
    PayableShare, "payable-share", Ratio;
    /// Whether one single item above the single limit may pass, fully taxed.
    FullTaxSingleItem, "full-tax-single-item", YesNo;
    /// Value-added tax at the standard rate.
    VatStandard, "vat-standard", Ratio;
    /// Value-added tax at the reduced rate: books, farm products, edible oil, salt.
    VatReduced, "vat-reduced", Ratio;
    /// The first day after release on which the tax may be paid, counted from release.
    TaxPaymentFirstDay, "tax-payment-first-day", Count;
    /// The last day after release on which the tax may be paid, counted from release.
    TaxPaymentLastDay, "tax-payment-last-day", Count;
    /// Days after release within which a return may be asked for.
    ReturnApplicationDays, "return-application-days", Count;
    /// Days after release within which returned goods must be back.
    ReturnArrivalDays, "return-arrival-days", Count;
    /// Days after the declaration within which tax on other goods is due.
    GoodsPaymentDays, "goods-payment-days", Count;
    /// The late fee (滞纳金) per day, as a share of the tax.
    LateFeePerDay, "late-fee-per-day", Ratio;
    /// The late fee below which none is charged, CNY.
    LateFeeFloor, "late-fee-floor", Amount;
    /// Days after release that close an import which nobody reported delivered.
    CloseAfterDays, "close-after-days", Count;
    /// Which event's calendar year bears a purchase: `release` or `lodging`.
    AllowanceYear, "allowance-year", Year;
    /// A certificate issued before this day may still sign with RSA and SHA-1.
    RsaSha1CertificatesBefore, "rsa-sha1-certificates-before", Day;
    /// The value of the goods up to which they may leave by list, included, CNY.
    ExportListLimit, "export-list-limit", Amount;
    /// Whether a collection of payment (收款单) must stand behind an export list.
    ExportCollection, "export-collection", YesNo;
    /// Whether a warehouse abroad must be registered before goods are booked for it (9810).
    OverseasWarehouseFiling, "overseas-warehouse-filing", YesNo;
    /// The day of the month by which what was closed in the month before is consolidated (汇总申报).
    ConsolidationDay, "consolidation-day", Count;
    /// The most lines of one formal declaration (报关单).
    FormalDeclarationLines, "formal-declaration-lines", Count;
    /// Months after release within which exported goods may be back.
    ExportReturnMonths, "export-return-months", Count;
    /// Months after leaving within which exported goods come back free of import taxes; by the day of export.
    ExportReturnReliefMonths, "export-return-relief-months", Count;
    /// Years for which records of transactions are kept at least, of whatever class.
    RecordRetentionYears, "record-retention-years", Count;
    /// Years for which messages are kept as they were received.
    RetentionOriginalsYears, "retention-originals-years", Count;
    /// Years for which it can be proved what was answered.
    RetentionResponsesYears, "retention-responses-years", Count;
    /// Years for which it can be proved who decided what.
    RetentionEventsYears, "retention-events-years", Count;
    /// Years for which it can be proved who changed what in the registers.
    RetentionChangesYears, "retention-changes-years", Count;
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy)]
enum Form {
    Amount,
    Ratio,
    Count,
    Day,
    YesNo,
    Year,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// An amount, a ratio or a count.
    Number(Decimal),
    /// A day.
    Day(Date),
    /// One of a few words.
    Word(&'static str),
}

/// A row of `parameters`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Which parameter.
    pub kind: ParameterKind,
    /// Its value, of the form that the kind takes.
    pub value: ParameterValue,
}

impl Parameter {
    /// The value as a number.
    pub fn number(&self) -> Option<Decimal> {
        match self.value {
            ParameterValue::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The value as a whole number.
    pub fn count(&self) -> Option<i64> {
        self.number().and_then(|number| i64::try_from(number).ok())
    }
}

impl Form {
    const fn expected(self) -> &'static str {
        match self {
            Self::Amount => "an amount in CNY",
            Self::Ratio => "a ratio from 0 to 1",
            Self::Count => "a whole number up to 36500",
            Self::Day => "a day such as 2026-01-31",
            Self::YesNo => "`yes` or `no`",
            Self::Year => "`release` or `lodging`",
        }
    }

    fn read(self, text: &str) -> Option<ParameterValue> {
        let number = |fits: fn(Decimal) -> bool| {
            decimal(text).filter(|number| fits(*number)).map(ParameterValue::Number)
        };
        let word = |words: &[&'static str]| {
            words.iter().find(|word| **word == text).map(|word| ParameterValue::Word(word))
        };
        match self {
            Self::Amount => number(|_| true),
            Self::Ratio => number(|ratio| ratio <= Decimal::ONE),
            Self::Count => {
                number(|count| count.fract().is_zero() && count <= Decimal::from(36_500))
            }
            Self::Day => day(text).map(ParameterValue::Day),
            Self::YesNo => word(&["yes", "no"]),
            Self::Year => word(&["release", "lodging"]),
        }
    }
}

impl Entry for Parameter {
    const TABLE: Table = Table::Parameters;
    const COLUMNS: &'static [&'static str] = &["parameter", "value"];
    type Key = ParameterKind;

    fn key(&self) -> ParameterKind {
        self.kind
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let kind = cells.parsed("parameter", "the name of a parameter", |word| {
            ParameterKind::ALL.iter().copied().find(|kind| kind.word() == word)
        })?;
        let form = kind.form();
        let value = cells.parsed("value", form.expected(), |text| form.read(text))?;
        Some(Self { kind, value })
    }

    fn write(&self) -> Vec<String> {
        let value = match &self.value {
            ParameterValue::Number(number) => number.to_string(),
            ParameterValue::Day(day) => day.to_string(),
            ParameterValue::Word(word) => (*word).to_owned(),
        };
        vec![self.kind.word().to_owned(), value]
    }
}
