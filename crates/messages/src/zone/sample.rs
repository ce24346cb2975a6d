//! A made-up message of each type: a pallet of nappies that comes into a zone.

use rust_decimal::Decimal;
use tongguan_domain::bonded::declared::{
    Binding, DeclaredGoods, DeclaredList, DeclaredPass, Direction, ZoneParties,
};
use tongguan_domain::bonded::item::{BondedItem, Conversion, PriceRange};
use tongguan_domain::commerce::Action;
use tongguan_domain::facts::ItemFacts;
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, BondedListNumber, IdError, OfficeCode, VehiclePlate,
    ZoneProvisionalNumber, ZoneReference,
};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;

use super::answer::{
    Address, FormalResult, Review, ReviewResult, ZoneAnswer, list_standing, pass_standing,
    write_answer,
};
use super::{ZoneEnvelope, ZoneMessage, write_list, write_pass};
use crate::sample::{SampleError, carrier};
use crate::write::Style;

/// The made-up list's number.
const LIST: &str = "QD291626I000000001";
/// The made-up gate pass's number.
const PASS: &str = "Z2916I260302000000000001";
const PROVISIONAL: &str = "202600000000000001";

/// A message of that type, an element a line.
///
/// # Errors
/// None in a tested build; see [`SampleError`].
pub fn sample(message: ZoneMessage) -> Result<String, SampleError> {
    let at = Moment::parse_wire("20260302100000").unwrap_or(Moment::from_micros(0));
    let provisional_no = ZoneProvisionalNumber::parse(PROVISIONAL)?;
    let (list, pass) = (list()?, pass(&[BondedListNumber::parse(LIST)?])?);
    let envelope = envelope("TONGGUAN-SAMPLE-0001", message);
    let review = |number: &str, standing| {
        ZoneAnswer::Review(Review {
            message,
            provisional_no: provisional_no.clone(),
            number: Some(number.into()),
            action: Action::Create,
            result: ReviewResult::Passed,
            at,
            notes: Vec::new(),
            standing,
        })
    };
    let answer = match message {
        ZoneMessage::Inv101 => return Ok(write_list(&envelope, &list, Style::Indented)?),
        ZoneMessage::Sas121 => return Ok(write_pass(&envelope, &pass, Style::Indented)?),
        ZoneMessage::Inv201 => {
            review(LIST, list_standing(&list, (LIST, &provisional_no), ("0", "0")))
        }
        ZoneMessage::Inv202 => ZoneAnswer::Formal(FormalResult {
            provisional_no: provisional_no.clone(),
            number: LIST.into(),
            formal_no: "I20260000000000001".into(),
            at,
        }),
        ZoneMessage::Sas221 => review(PASS, pass_standing(&pass, (PASS, &provisional_no), "1")),
        ZoneMessage::Sas223 => review(PASS, pass_standing(&pass, (PASS, &provisional_no), "2")),
    };
    let address = Address { number: "TONGGUAN-SAMPLE-0002", receiver: "DXPENT0000000001", at };
    Ok(write_answer(&answer, &address, Style::Indented))
}

/// What the account book of the list registers of its goods: a pack of nappies weighs 1.9 kg and costs from 50 to 500
/// yuan.
pub fn registered_goods() -> BondedItem {
    let yuan = |yuan: i64| Amount::new(Decimal::from(yuan));
    BondedItem {
        hs_code: "9619001100".into(),
        name: "婴儿纸尿裤".into(),
        unit: "007".into(),
        statutory: Conversion { unit: "035".into(), factor: Decimal::new(19, 1) },
        second: None,
        prices: Some(PriceRange { lowest: yuan(50), highest: yuan(500) }),
    }
}

/// The envelope of a made-up request.
pub fn envelope(number: &str, message: ZoneMessage) -> ZoneEnvelope {
    let ending = if message == ZoneMessage::Inv101 { "INV" } else { "SAS" };
    ZoneEnvelope {
        number: number.into(),
        file: format!("{number}.{ending}").into(),
        sender: "DXPENT0000000001".into(),
        receiver: "CUS0000".into(),
        sent_at: "20260302100000".into(),
    }
}

/// A list of a hundred packs of nappies of 1.9 kg each, for 100 yuan.
///
/// # Errors
/// None in a tested build.
pub fn list() -> Result<DeclaredList, IdError> {
    let office = OfficeCode::parse("2916")?;
    Ok(DeclaredList {
        action: Action::Create,
        reference: ZoneReference::parse("RQ20260302001")?,
        number: None,
        book: AccountBookNumber::parse("T2916W000001")?,
        parties: parties()?,
        office,
        port: office,
        direction: Direction::Inward,
        mode: "1210".into(),
        is_declared_formally: true,
        lines: vec![DeclaredGoods {
            goods: ItemFacts {
                number: 1,
                account_item: Some(AccountItemNumber::parse("0001")?),
                item_no: None,
                hs_code: "9619001100".into(),
                name: "婴儿纸尿裤".into(),
                item_name: None,
                unit: "007".into(),
                quantity: Decimal::from(100),
                statutory_unit: "035".into(),
                statutory_quantity: Decimal::from(190),
                second: None,
                price: Amount::new(Decimal::from(100)),
                total_price: Amount::new(Decimal::from(10_000)),
            },
            currency: "142".into(),
            origin: "116".into(),
        }],
    })
}

/// A gate pass for these lists.
///
/// # Errors
/// None in a tested build.
pub fn pass(lists: &[BondedListNumber]) -> Result<DeclaredPass, IdError> {
    Ok(DeclaredPass {
        action: Action::Create,
        reference: ZoneReference::parse("HF20260302001")?,
        number: None,
        office: OfficeCode::parse("2916")?,
        direction: Direction::Inward,
        kind: "2".into(),
        binding: Some(if lists.len() > 1 { Binding::SeveralLists } else { Binding::OneList }),
        names: "1".into(),
        lists: lists.to_vec(),
        goods: Vec::new(),
        parties: parties()?,
        vehicle: VehiclePlate::parse("浙A00000")?,
        vehicle_kg: Decimal::from(13_000),
        gross_kg: Decimal::from(200),
        net_kg: Decimal::from(190),
        total_kg: Decimal::from(13_200),
        applicant: "示例申请人".into(),
    })
}

fn parties() -> Result<ZoneParties, IdError> {
    let enterprise = carrier()?;
    Ok(ZoneParties { holder: enterprise.clone(), declarant: enterprise })
}
