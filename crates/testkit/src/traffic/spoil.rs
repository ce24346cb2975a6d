//! Making a parcel wrong: the documents were right before.

use rust_decimal::Decimal;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{IdError, OrderNumber, PaymentTransaction};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{PartyCode, Role};

use super::buyers::stranger;
use super::crew::{Crew, Team};
use super::fault::Fault;
use super::{Extra, numbers};
use crate::parcels::{Parcel, guid};

/// Puts `fault` into the documents; gives the document that comes beside them, if the fault is one.
///
/// # Errors
/// When a made-up number is none.
pub fn spoil(
    fault: Fault,
    number: u64,
    documents: &mut Parcel,
    team: &mut Team,
    crew: &Crew,
) -> Result<Option<Extra>, IdError> {
    spoil_match(fault, number, documents, team, crew)?;
    spoil_alone(fault, number, documents, team, crew)?;
    extra(fault, number, documents)
}

/// What the match of the documents finds.
fn spoil_match(
    fault: Fault,
    number: u64,
    documents: &mut Parcel,
    team: &mut Team,
    crew: &Crew,
) -> Result<(), IdError> {
    let Parcel { order, payment, waybill, declaration, .. } = documents;
    let one = Amount::new(Decimal::ONE);
    match fault {
        Fault::AmountsDiffer => payment.amount = payment.amount + one,
        Fault::BuyerNameDiffers => declaration.buyer.name = "王小明".into(),
        Fault::BuyerNumberDiffers => declaration.buyer.number = stranger(number).number,
        Fault::BuyerTelephoneDiffers => declaration.buyer_telephone = "00099999999".into(),
        Fault::InstitutionDiffers => {
            let other = crew.another(Role::PaymentInstitution, team.institution);
            payment.institution.code = crew.actor(other).party.codes[0].clone();
            payment.institution.name = crew.actor(other).party.name.to_string();
            team.institution = other;
        }
        Fault::TransactionDiffers => {
            let other = format!("{}9", payment.transaction);
            order.payment.transaction = Some(PaymentTransaction::parse(&other)?);
        }
        Fault::LineCountDiffers => {
            declaration.items.truncate(1);
        }
        Fault::LineDiffers => {
            if let Some(line) = order.lines.first_mut() {
                line.name = "其他商品".into();
            }
        }
        Fault::MerchantDiffers => {
            let other = crew.another(Role::Merchant, team.merchant);
            declaration.merchant.code = crew.actor(other).party.codes[0].clone();
            declaration.merchant.name = crew.actor(other).party.name.to_string();
        }
        Fault::ConsigneeDiffers => waybill.consignee.name = "王小明".into(),
        Fault::AddressDiffers => declaration.consignee_address = "浙江省杭州市别处路1号".into(),
        Fault::FreightDiffers => declaration.freight = declaration.freight + one,
        Fault::GoodsValueDiffers => {
            order.goods_value = order.goods_value + one;
            order.paid = order.paid + one;
            payment.amount = payment.amount + one;
        }
        Fault::WaybillOfOtherOrder => {
            waybill.order_no = Some(OrderNumber::parse(&format!("{}X", order.order_no))?);
        }
        Fault::UnverifiedOtherPayer => payment.payer = stranger(number),
        _ => {}
    }
    Ok(())
}

/// What is found in a document by itself.
fn spoil_alone(
    fault: Fault,
    number: u64,
    documents: &mut Parcel,
    team: &mut Team,
    crew: &Crew,
) -> Result<(), IdError> {
    let Parcel { order, payment, waybill, declaration, .. } = documents;
    let one = Amount::new(Decimal::ONE);
    match fault {
        Fault::WrongCheckDigit => {
            declaration.buyer.number = with_wrong_check_digit(&declaration.buyer.number);
        }
        Fault::ForeignGuarantor => {
            let other = crew.another(Role::Platform, team.platform);
            declaration.guarantor = crew.actor(other).party.codes[0].clone();
        }
        Fault::GuaranteeTooLow => {
            team.declarant = crew.poor_guarantor();
            let poor = &crew.actor(team.declarant).party;
            declaration.guarantor = poor.codes[0].clone();
            declaration.declarant.code = poor.codes[0].clone();
            declaration.declarant.name = poor.name.to_string();
        }
        Fault::UnknownParty => {
            declaration.merchant.code = PartyCode::parse(&format!("33019{:05}", number % 100_000))?;
        }
        Fault::NetAboveGross => {
            declaration.net_weight_kg = declaration.gross_weight_kg + Decimal::ONE;
        }
        Fault::LineTotal => {
            if let Some(item) = declaration.items.first_mut() {
                item.total_price = item.total_price + one;
            }
        }
        Fault::UnknownCountry => {
            if let Some(item) = declaration.items.first_mut() {
                item.origin = "998".into();
            }
        }
        Fault::NoAccountBook => declaration.bonded.account_book = None,
        Fault::NoFlight => declaration.transport.voyage = None,
        Fault::TwoPieces => declaration.packages = 2,
        Fault::OrderSum => order.paid = order.paid + one,
        Fault::PayerCheckDigit => {
            payment.payer.number = with_wrong_check_digit(&payment.payer.number);
        }
        Fault::WaybillPieces => waybill.packages = 2,
        _ => {}
    }
    Ok(())
}

fn with_wrong_check_digit(right: &str) -> Box<str> {
    let wrong = if right.ends_with('0') { '1' } else { '0' };
    right.chars().take(right.len().saturating_sub(1)).chain([wrong]).collect()
}

/// The second document that some faults consist of.
fn extra(fault: Fault, number: u64, documents: &Parcel) -> Result<Option<Extra>, IdError> {
    let Parcel { order, payment, waybill, declaration, .. } = documents;
    let other_order = || OrderNumber::parse(&format!("{}B", order.order_no));
    Ok(Some(match fault {
        Fault::DuplicateOrder | Fault::OutdatedOrder => {
            let mut order = order.clone();
            order.filing.guid = guid(numbers::EXTRA, number)?;
            if fault == Fault::OutdatedOrder {
                order.filing.action = Action::Change;
                order.filing.sent_at = order.filing.sent_at.plus_millis(-3_600_000);
            }
            Extra::Order(Box::new(order))
        }
        Fault::DuplicateDeclaration => {
            let mut declaration = declaration.clone();
            declaration.filing.guid = guid(numbers::EXTRA, number)?;
            Extra::Declaration(Box::new(declaration))
        }
        Fault::PaymentReused => {
            let mut payment = payment.clone();
            payment.filing.guid = guid(numbers::EXTRA, number)?;
            payment.order_no = other_order()?;
            Extra::Payment(Box::new(payment))
        }
        Fault::WaybillReused => {
            let mut waybill = waybill.clone();
            waybill.filing.guid = guid(numbers::EXTRA, number)?;
            waybill.order_no = Some(other_order()?);
            Extra::Waybill(Box::new(waybill))
        }
        _ => return Ok(None),
    }))
}
