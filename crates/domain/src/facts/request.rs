//! Facts of requests that are made after a declaration: which declaration they mean, and whose it is.

use super::{DeclarationFacts, PersonMarks};
use crate::cancellation::ExportCancellation;
use crate::declaration::DeclaredParcel;
use crate::facts::ExportFacts;
use crate::ids::{DeclarationNumber, OfficeCode, PartyId, WaybillNumber};
use crate::mark::Marker;
use crate::returns::{ReturnItem, ReturnRequest, ReturnedLine};
use rust_decimal::Decimal;

/// What is kept of the imported parcel that a request names ([`DeclaredParcel`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelFacts {
    /// 清单编号: the declaration.
    pub declaration_no: DeclarationNumber,
    /// 申报地海关.
    pub office: OfficeCode,
    /// Its parties.
    pub parties: ParcelParties,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// 订购人.
    pub buyer: PersonMarks,
}

/// The parties of a request, resolved to registry ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParcelParties {
    /// 电商平台.
    pub platform: PartyId,
    /// 电商企业.
    pub merchant: PartyId,
    /// 物流企业.
    pub carrier: PartyId,
    /// 申报企业.
    pub declarant: PartyId,
}

impl ParcelFacts {
    /// The facts of a parcel whose parties are resolved.
    pub fn of(parcel: &DeclaredParcel, parties: ParcelParties, marker: &impl Marker) -> Self {
        Self {
            declaration_no: parcel.declaration_no.clone(),
            office: parcel.office,
            parties,
            waybill_no: parcel.waybill_no.clone(),
            buyer: PersonMarks::of(&parcel.buyer, marker),
        }
    }

    /// The elements in which the request and the declaration differ, by their names on the wire.
    pub fn differences(&self, declared: &DeclarationFacts) -> Vec<&'static str> {
        let ParcelParties { platform, merchant, carrier, declarant } = self.parties;
        let equal = [
            ("customsCode", self.office == declared.office),
            ("ebpCode", platform == declared.platform),
            ("ebcCode", merchant == declared.merchant),
            ("logisticsNo", self.waybill_no == declared.waybill_no),
            ("logisticsCode", carrier == declared.carrier),
            ("buyerIdNumber", self.buyer.person == declared.buyer.person),
            ("buyerName", self.buyer.name == declared.buyer.name),
            ("agentCode", declarant == declared.declarant),
        ];
        differing(equal)
    }
}

/// What is kept of a request to return imported goods (退货申请单; CEB625).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnFacts {
    /// The parcel whose goods come back.
    pub parcel: ParcelFacts,
    /// The goods, in the order of the document.
    pub items: Vec<ReturnedItemFacts>,
}

/// What is kept of one line of goods that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedItemFacts {
    /// 商品序号: the line of the declaration.
    pub number: i32,
    /// 商品编码, ten digits.
    pub hs_code: Box<str>,
    /// 数量.
    pub quantity: Decimal,
    /// 计量单位.
    pub unit: Box<str>,
}

impl ReturnFacts {
    /// The facts of a request about that parcel.
    pub fn of(request: &ReturnRequest, parcel: ParcelFacts) -> Self {
        let item = |item: &ReturnItem| ReturnedItemFacts {
            number: item.number,
            hs_code: item.hs_code.clone(),
            quantity: item.quantity,
            unit: item.unit.clone(),
        };
        Self { parcel, items: request.items.iter().map(item).collect() }
    }

    /// The lines of the declaration that come back.
    pub fn lines(&self) -> Vec<ReturnedLine> {
        let line = |item: &ReturnedItemFacts| ReturnedLine {
            number: item.number,
            quantity: item.quantity,
        };
        self.items.iter().map(line).collect()
    }
}

/// What is kept of a request to cancel an export declaration (撤销申请单; CEB605).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportCancellationFacts {
    /// 清单编号: the declaration.
    pub declaration_no: DeclarationNumber,
    /// 申报地海关.
    pub office: OfficeCode,
    /// 申报企业.
    pub declarant: PartyId,
    /// 电商企业.
    pub merchant: PartyId,
}

impl ExportCancellationFacts {
    /// The facts of a request whose parties are resolved.
    pub fn of(request: &ExportCancellation, declarant: PartyId, merchant: PartyId) -> Self {
        let (declaration_no, office) = (request.declaration_no.clone(), request.office);
        Self { declaration_no, office, declarant, merchant }
    }

    /// The elements in which the request and the declaration differ, by their names on the wire.
    pub fn differences(&self, declared: &ExportFacts) -> Vec<&'static str> {
        differing([
            ("customsCode", self.office == declared.office),
            ("agentCode", self.declarant == declared.parties.declarant),
            ("ebcCode", self.merchant == declared.parties.merchant),
        ])
    }
}

fn differing<const N: usize>(equal: [(&'static str, bool); N]) -> Vec<&'static str> {
    equal.into_iter().filter(|(_, equal)| !equal).map(|(name, _)| name).collect()
}
