//! Bonded lists and gate passes as enterprises declare them (INV101, SAS121).

use rust_decimal::Decimal;

use crate::commerce::Action;
use crate::facts::ItemFacts;
use crate::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, GatePassNumber, OfficeCode,
    VehiclePlate, ZoneReference,
};
use crate::party::NamedParty;

/// Which way goods cross the line of a zone (进出标志; `ImpexpMarkcd`, `IoTypecd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Into the zone. [I]
    Inward,
    /// Out of it. [E]
    Outward,
}

impl Direction {
    /// From the wire's letter.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "I" => Some(Self::Inward),
            "E" => Some(Self::Outward),
            _ => None,
        }
    }

    /// The wire's letter.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Inward => "I",
            Self::Outward => "E",
        }
    }
}

/// Who declares, and for whom: the parties of a bonded list or gate pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneParties {
    /// The enterprise in the zone whose goods they are (经营企业, 区内企业; `BizopEtps…`, `AreainEtps…`).
    pub holder: NamedParty,
    /// Who declares (申报单位; `DclEtps…`).
    pub declarant: NamedParty,
}

/// A bonded list (核注清单; INV101) as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredList {
    /// 申报类型 (`DclTypecd`).
    pub action: Action,
    /// 企业内部清单编号 (`EtpsInnerInvtNo`).
    pub reference: ZoneReference,
    /// 清单编号 (`BondInvtNo`), of a change or deletion.
    pub number: Option<BondedListNumber>,
    /// 备案编号 (`PutrecNo`).
    pub book: AccountBookNumber,
    /// Who declares, and for whom.
    pub parties: ZoneParties,
    /// 主管海关 (`DclPlcCuscd`).
    pub office: OfficeCode,
    /// 进出境关别 (`ImpexpPortcd`).
    pub port: OfficeCode,
    /// 进出口标记 (`ImpexpMarkcd`).
    pub direction: Direction,
    /// 监管方式 (`SupvModecd`), four digits.
    pub mode: Box<str>,
    /// Whether a formal declaration (报关单) follows from it (`DclcusFlag` 1, `GenDecFlag` not 2).
    pub is_declared_formally: bool,
    /// The goods, in order.
    pub lines: Vec<DeclaredGoods>,
}

/// One line of a bonded list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredGoods {
    /// What it is and how much.
    pub goods: ItemFacts,
    /// 申报币制 (`DclCurrcd`), three digits.
    pub currency: Box<str>,
    /// 原产国 (`Natcd`), three digits.
    pub origin: Box<str>,
}

/// How the lists of a gate pass and its vehicle belong together (绑定类型; `BindTypecd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binding {
    /// One vehicle carries several lists (一车多票). [1]
    SeveralLists,
    /// One vehicle carries one list (一车一票). [2]
    OneList,
    /// Several vehicles share one list (一票多车). [3]
    SeveralVehicles,
}

impl Binding {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::SeveralLists),
            "2" => Some(Self::OneList),
            "3" => Some(Self::SeveralVehicles),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::SeveralLists => "1",
            Self::OneList => "2",
            Self::SeveralVehicles => "3",
        }
    }
}

/// What one of several vehicles carries of a list (`PassportList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedGoods {
    /// 序号 (`PassPortSeqNo`).
    pub number: i32,
    /// 商品料号 (`GdsMtno`).
    pub item: AccountItemNumber,
    /// 申报计量单位 (`DclUnitcd`); that of the stock when absent.
    pub unit: Option<Box<str>>,
    /// 申报数量 (`DclQty`).
    pub quantity: Decimal,
}

/// A gate pass (核放单; SAS121) as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredPass {
    /// 申报类型 (`DclTypecd`): new, or given up (作废).
    pub action: Action,
    /// 企业内部编号 (`EtpsPreentNo`).
    pub reference: ZoneReference,
    /// 核放单编号 (`PassportNo`), of one that is given up.
    pub number: Option<GatePassNumber>,
    /// 主管海关 (`MasterCuscd`).
    pub office: OfficeCode,
    /// 进出标志 (`IoTypecd`).
    pub direction: Direction,
    /// 核放单类型 (`PassportTypecd`): one digit.
    pub kind: Box<str>,
    /// 绑定类型 (`BindTypecd`).
    pub binding: Option<Binding>,
    /// 关联单证类型 (`RltTbTypecd`): 1 says bonded lists.
    pub names: Box<str>,
    /// 关联单证编号 (`RltNo`, `PassportAcmp`): the lists, each once.
    pub lists: Vec<BondedListNumber>,
    /// What the vehicle carries (`PassportList`), where it carries a part of a list.
    pub goods: Vec<CarriedGoods>,
    /// Who declares, and for whom.
    pub parties: ZoneParties,
    /// 承运车牌号 (`VehicleNo`).
    pub vehicle: VehiclePlate,
    /// 车自重 (`VehicleWt`), in kilograms.
    pub vehicle_kg: Decimal,
    /// 货物总毛重 (`TotalGrossWt`), in kilograms.
    pub gross_kg: Decimal,
    /// 货物总净重 (`TotalNetWt`), in kilograms.
    pub net_kg: Decimal,
    /// 总重量 (`TotalWt`), vehicle included, in kilograms.
    pub total_kg: Decimal,
    /// 申请人及联系方式 (`DclErConc`).
    pub applicant: Box<str>,
}
