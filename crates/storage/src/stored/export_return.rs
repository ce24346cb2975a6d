//! The bodies of the rows of returns of exported goods, and of the parcels in which they come back.

mod state;

use serde::{Deserialize, Serialize};
use tongguan_domain::facts::{ExportReturnFacts, ExportReturnItemFacts, TallyFacts};
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, OfficeCode, PartyId, WaybillNumber,
};
use tongguan_domain::returns::ReturnTransport;

use super::decimal::StoredDecimal;
use super::facts::damaged;
use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

pub use state::{StoredExportReturnStateV1, StoredReliefV1, StoredTalliedV1};

const FORM: &str = "export return";
const PARCEL: &str = "return parcel";

/// The form that is written now.
pub type StoredExportReturn = StoredExportReturnV1;
/// The form that is written now.
pub type StoredReturnParcel = StoredReturnParcelV1;

/// A return of exported goods, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportReturnV1 {
    /// What it asks for.
    pub facts: StoredExportReturnFactsV1,
    /// Where it stands.
    pub state: StoredExportReturnStateV1,
    /// The tally of its goods, once they came.
    pub tally: Option<StoredTallyPlaceV1>,
    /// The order by which the goods are exchanged, if they are.
    pub exchange: Option<String>,
    /// Digest of the pack of law that decided last.
    pub pack: [u8; 16],
    /// Whom it answers, and what it quotes.
    pub answer: StoredAnswerV1,
}

/// Who waits under one waybill number, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReturnParcelV1 {
    /// Returns whose goods are awaited: declaration, and which of its returns.
    pub awaited: Vec<(i64, i64)>,
    /// Tallies of goods for which nobody has asked.
    pub tallies: Vec<StoredTallyPlaceV1>,
}

/// Where a tally lies, and what is needed to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTallyPlaceV1 {
    /// 监管场所经营人.
    pub operator: i64,
    /// 企业内部编号.
    pub reference: String,
    /// 预录入编号.
    pub provisional_no: String,
    /// When it was entered, in microseconds since 1970.
    pub entered_at: i64,
    /// Whom it answers, and what it quotes.
    pub answer: StoredAnswerV1,
}

/// What a request says; days and modes as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredExportReturnFactsV1 {
    declaration_no: String,
    merchant: i64,
    carrier: i64,
    declarant: i64,
    waybill_no: String,
    reference: String,
    mode: Box<str>,
    office: String,
    port: String,
    transport: StoredReturnTransportV1,
    departure_country: Box<str>,
    items: Vec<StoredReturnedItemV1>,
}

/// How goods come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReturnTransportV1 {
    bill_no: Box<str>,
    mode: Box<str>,
    vehicle: Box<str>,
    voyage: Box<str>,
}

/// A line of goods that come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReturnedItemV1 {
    number: i32,
    hs_code: Box<str>,
    name: Box<str>,
    unit: Box<str>,
    quantity: StoredDecimal,
    statutory_unit: Box<str>,
    statutory_quantity: StoredDecimal,
    second: Option<(Box<str>, StoredDecimal)>,
}

/// What a tally says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTallyV1 {
    operator: i64,
    carrier: i64,
    waybill_no: String,
    declaration_no: Option<String>,
    reference: String,
    office: String,
    transport: StoredReturnTransportV1,
}

macro_rules! body {
    ($stored:ty, $v1:ty, $form:ident) => {
        impl $stored {
            /// The bytes for `body`.
            ///
            /// # Errors
            /// See [`encode`].
            pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
                encode($form, 1, self)
            }

            /// From a `body` of any version.
            ///
            /// # Errors
            /// [`StoredError`].
            pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
                match versioned($form, body)? {
                    (1, fields) => decode::<$v1>($form, fields),
                    (version, _) => Err(StoredError::UnknownVersion { form: $form, version }),
                }
            }
        }
    };
}
body!(StoredExportReturn, StoredExportReturnV1, FORM);
body!(StoredReturnParcel, StoredReturnParcelV1, PARCEL);

impl From<&ExportReturnFacts> for StoredExportReturnFactsV1 {
    fn from(facts: &ExportReturnFacts) -> Self {
        Self {
            declaration_no: facts.declaration_no.to_string(),
            merchant: facts.merchant.0,
            carrier: facts.carrier.0,
            declarant: facts.declarant.0,
            waybill_no: facts.waybill_no.to_string(),
            reference: facts.reference.to_string(),
            mode: facts.mode.clone(),
            office: facts.office.to_string(),
            port: facts.port.to_string(),
            transport: (&facts.transport).into(),
            departure_country: facts.departure_country.clone(),
            items: facts.items.iter().map(StoredReturnedItemV1::from).collect(),
        }
    }
}

impl TryFrom<StoredExportReturnFactsV1> for ExportReturnFacts {
    type Error = StoredError;
    fn try_from(stored: StoredExportReturnFactsV1) -> Result<Self, StoredError> {
        let items = stored.items.into_iter().map(ExportReturnItemFacts::try_from);
        Ok(Self {
            declaration_no: DeclarationNumber::parse(&stored.declaration_no).map_err(damaged)?,
            merchant: PartyId(stored.merchant),
            carrier: PartyId(stored.carrier),
            declarant: PartyId(stored.declarant),
            waybill_no: WaybillNumber::parse(&stored.waybill_no).map_err(damaged)?,
            reference: FunctionalReference::parse(&stored.reference).map_err(damaged)?,
            mode: stored.mode,
            office: OfficeCode::parse(&stored.office).map_err(damaged)?,
            port: OfficeCode::parse(&stored.port).map_err(damaged)?,
            transport: stored.transport.into(),
            departure_country: stored.departure_country,
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

impl From<&ReturnTransport> for StoredReturnTransportV1 {
    fn from(transport: &ReturnTransport) -> Self {
        let ReturnTransport { bill_no, mode, vehicle, voyage } = transport.clone();
        Self { bill_no, mode, vehicle, voyage }
    }
}

impl From<StoredReturnTransportV1> for ReturnTransport {
    fn from(stored: StoredReturnTransportV1) -> Self {
        let StoredReturnTransportV1 { bill_no, mode, vehicle, voyage } = stored;
        Self { bill_no, mode, vehicle, voyage }
    }
}

impl From<&ExportReturnItemFacts> for StoredReturnedItemV1 {
    fn from(item: &ExportReturnItemFacts) -> Self {
        Self {
            number: item.number,
            hs_code: item.hs_code.clone(),
            name: item.name.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity.into(),
            statutory_unit: item.statutory_unit.clone(),
            statutory_quantity: item.statutory_quantity.into(),
            second: item.second.clone().map(|(unit, quantity)| (unit, quantity.into())),
        }
    }
}

impl TryFrom<StoredReturnedItemV1> for ExportReturnItemFacts {
    type Error = StoredError;
    fn try_from(stored: StoredReturnedItemV1) -> Result<Self, StoredError> {
        let second = match stored.second {
            Some((unit, quantity)) => Some((unit, quantity.try_into()?)),
            None => None,
        };
        Ok(Self {
            number: stored.number,
            hs_code: stored.hs_code,
            name: stored.name,
            unit: stored.unit,
            quantity: stored.quantity.try_into()?,
            statutory_unit: stored.statutory_unit,
            statutory_quantity: stored.statutory_quantity.try_into()?,
            second,
        })
    }
}

impl From<&TallyFacts> for StoredTallyV1 {
    fn from(tally: &TallyFacts) -> Self {
        Self {
            operator: tally.operator.0,
            carrier: tally.carrier.0,
            waybill_no: tally.waybill_no.to_string(),
            declaration_no: tally.declaration_no.as_ref().map(ToString::to_string),
            reference: tally.reference.to_string(),
            office: tally.office.to_string(),
            transport: (&tally.transport).into(),
        }
    }
}

impl TryFrom<StoredTallyV1> for TallyFacts {
    type Error = StoredError;
    fn try_from(stored: StoredTallyV1) -> Result<Self, StoredError> {
        let number = stored.declaration_no.as_deref().map(DeclarationNumber::parse);
        Ok(Self {
            operator: PartyId(stored.operator),
            carrier: PartyId(stored.carrier),
            waybill_no: WaybillNumber::parse(&stored.waybill_no).map_err(damaged)?,
            declaration_no: number.transpose().map_err(damaged)?,
            reference: FunctionalReference::parse(&stored.reference).map_err(damaged)?,
            office: OfficeCode::parse(&stored.office).map_err(damaged)?,
            transport: stored.transport.into(),
        })
    }
}

#[cfg(test)]
mod tests;
