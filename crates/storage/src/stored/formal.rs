//! The body of a formal declaration's row.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tongguan_domain::formal::{FormalDeclaration, FormalLine, Goods, Head, LineOf, Measured};
use tongguan_domain::ids::{DeclarationNumber, OfficeCode, PartyId};

use super::consolidation::StoredNamedV1;
use super::decimal::StoredDecimal;
use super::facts::damaged;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "formal declaration";

/// The form that is written now.
pub type StoredFormal = StoredFormalV1;

/// A formal declaration (报关单) with what it was made of, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFormalV1 {
    /// 汇总申请编号: the request.
    pub sum_no: String,
    /// 汇总统一编号.
    pub seq_no: String,
    /// 申报地海关.
    pub office: String,
    /// 申报企业.
    pub declarant: StoredNamedV1,
    /// 电商企业.
    pub merchant: StoredNamedV1,
    /// 报关单位.
    pub formal_declarant: StoredNamedV1,
    /// Digest of the pack of law whose conditions it was merged by.
    pub pack: [u8; 16],
    /// The declarations that it was made of: 清单编号 and 物流运单编号.
    pub declarations: Vec<(Box<str>, Box<str>)>,
    /// What it says.
    pub form: StoredFormV1,
}

/// What a formal declaration says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFormV1 {
    merchant: i64,
    producer: Box<str>,
    transport_mode: Box<str>,
    arrival_country: Box<str>,
    exit_office: String,
    gross_weight_kg: StoredDecimal,
    net_weight_kg: StoredDecimal,
    lines: Vec<StoredFormalLineV1>,
}

/// A line of a formal declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFormalLineV1 {
    hs_code: Box<str>,
    name: Box<str>,
    item_name: Option<Box<str>>,
    destination: Box<str>,
    currency: Box<str>,
    declared: StoredMeasuredV1,
    statutory: StoredMeasuredV1,
    second: Option<StoredMeasuredV1>,
    value: StoredDecimal,
    /// The place of the declaration among `declarations`, and 商品序号.
    sources: Vec<(u32, i32)>,
}

/// A quantity and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMeasuredV1(StoredDecimal, Box<str>);

impl StoredFormal {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredFormalV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl StoredFormV1 {
    /// A form whose sources are all among `declarations`.
    ///
    /// # Errors
    /// [`StoredError::Damaged`] when one is not.
    pub fn of(
        form: &FormalDeclaration,
        declarations: &[(Box<str>, Box<str>)],
    ) -> Result<Self, StoredError> {
        let places: HashMap<&str, u32> =
            declarations.iter().map(|(number, _)| &**number).zip(0..).collect();
        let lines = form.lines.iter().map(|line| StoredFormalLineV1::of(line, &places));
        Ok(Self {
            merchant: form.head.merchant.0,
            producer: form.head.producer.clone(),
            transport_mode: form.head.transport_mode.clone(),
            arrival_country: form.head.arrival_country.clone(),
            exit_office: form.head.exit_office.to_string(),
            gross_weight_kg: form.gross_weight_kg.into(),
            net_weight_kg: form.net_weight_kg.into(),
            lines: lines.collect::<Result<_, _>>()?,
        })
    }

    /// The form, whose sources are among `declarations`.
    ///
    /// # Errors
    /// [`StoredError::Damaged`].
    pub fn form(
        self,
        declarations: &[(Box<str>, Box<str>)],
    ) -> Result<FormalDeclaration, StoredError> {
        let lines = self.lines.into_iter().map(|line| line.line(declarations));
        Ok(FormalDeclaration {
            head: Head {
                merchant: PartyId(self.merchant),
                producer: self.producer,
                transport_mode: self.transport_mode,
                arrival_country: self.arrival_country,
                exit_office: OfficeCode::parse(&self.exit_office).map_err(damaged)?,
            },
            gross_weight_kg: self.gross_weight_kg.try_into()?,
            net_weight_kg: self.net_weight_kg.try_into()?,
            lines: lines.collect::<Result<_, _>>()?,
        })
    }
}

impl StoredFormalLineV1 {
    fn of(line: &FormalLine, places: &HashMap<&str, u32>) -> Result<Self, StoredError> {
        let source = |source: &LineOf| match places.get(source.declaration.as_str()) {
            Some(place) => Ok((*place, source.line)),
            None => Err(damaged(&source.declaration)),
        };
        Ok(Self {
            hs_code: line.goods.hs_code.clone(),
            name: line.goods.name.clone(),
            item_name: line.goods.item_name.clone(),
            destination: line.goods.destination.clone(),
            currency: line.goods.currency.clone(),
            declared: (&line.declared).into(),
            statutory: (&line.statutory).into(),
            second: line.second.as_ref().map(StoredMeasuredV1::from),
            value: line.value.into(),
            sources: line.sources.iter().map(source).collect::<Result<_, _>>()?,
        })
    }

    fn line(self, declarations: &[(Box<str>, Box<str>)]) -> Result<FormalLine, StoredError> {
        let source = |(place, line): (u32, i32)| {
            let number = usize::try_from(place).ok().and_then(|place| declarations.get(place));
            let (number, _) = number.ok_or_else(|| damaged("the place of a declaration"))?;
            let declaration = DeclarationNumber::parse(number).map_err(damaged)?;
            Ok(LineOf { declaration, line })
        };
        Ok(FormalLine {
            goods: Goods {
                hs_code: self.hs_code,
                name: self.name,
                item_name: self.item_name,
                destination: self.destination,
                currency: self.currency,
            },
            declared: self.declared.try_into()?,
            statutory: self.statutory.try_into()?,
            second: self.second.map(Measured::try_from).transpose()?,
            value: self.value.try_into()?,
            sources: self.sources.into_iter().map(source).collect::<Result<_, StoredError>>()?,
        })
    }
}

impl From<&Measured> for StoredMeasuredV1 {
    fn from(measured: &Measured) -> Self {
        Self(measured.quantity.into(), measured.unit.clone())
    }
}

impl TryFrom<StoredMeasuredV1> for Measured {
    type Error = StoredError;
    fn try_from(stored: StoredMeasuredV1) -> Result<Self, StoredError> {
        Ok(Self { quantity: stored.0.try_into()?, unit: stored.1 })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use tongguan_domain::money::Amount;

    use super::*;
    use crate::stored::golden::keeps;

    fn form() -> FormalDeclaration {
        let measured = |quantity: i64, unit: &str| Measured {
            quantity: Decimal::new(quantity, 1),
            unit: unit.into(),
        };
        let source = |number: &str, line| LineOf {
            declaration: DeclarationNumber::parse(number).unwrap(),
            line,
        };
        FormalDeclaration {
            head: Head {
                merchant: PartyId(5),
                producer: "NO".into(),
                transport_mode: "5".into(),
                arrival_country: "502".into(),
                exit_office: OfficeCode::parse("2910").unwrap(),
            },
            gross_weight_kg: Decimal::new(9, 1),
            net_weight_kg: Decimal::new(7, 1),
            lines: vec![FormalLine {
                goods: Goods {
                    hs_code: "6214100000".into(),
                    name: "G".into(),
                    item_name: Some("N".into()),
                    destination: "502".into(),
                    currency: "502".into(),
                },
                declared: measured(30, "011"),
                statutory: measured(30, "011"),
                second: Some(measured(5, "035")),
                value: Amount::new(Decimal::new(5000, 2)),
                sources: vec![source("A", 1), source("B", 2)],
            }],
        }
    }

    #[test]
    fn a_formal_declaration_is_kept() {
        let named = |code: &str| StoredNamedV1(code.into(), "n".into());
        let declarations = vec![("A".into(), "W".into()), ("B".into(), "X".into())];
        let stored = StoredFormal {
            sum_no: "S".into(),
            seq_no: "T".into(),
            office: "2916".into(),
            declarant: named("D"),
            merchant: named("M"),
            formal_declarant: named("F"),
            pack: [9; 16],
            form: StoredFormV1::of(&form(), &declarations).unwrap(),
            declarations,
        };
        let written = "01 0153 0154 0432393136 0144016e 014d016e 0146016e \
             09090909090909090909090909090909 02 0141 0157 0142 0158 \
             0a 024e4f 0135 03353032 0432393130 1201 0e01 01 \
             0a36323134313030303030 0147 01014e 03353032 03353032 \
             3c01 03303131 3c01 03303131 01 0a01 03303335 904e02 02 0002 0104";
        keeps(written, &stored, StoredFormal::encode, StoredFormal::decode);
        assert_eq!(stored.form.form(&stored.declarations), Ok(form()));
    }

    #[test]
    fn a_source_that_is_not_among_the_declarations_is_refused() {
        let declarations = [("A".into(), "W".into())];
        assert!(StoredFormV1::of(&form(), &declarations).is_err());
        let whole = [("A".into(), "W".into()), ("B".into(), "X".into())];
        let stored = StoredFormV1::of(&form(), &whole).unwrap();
        assert!(stored.form(&declarations).is_err());
    }
}
