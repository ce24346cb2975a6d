//! From a purchase to documents that agree with each other.

use rust_decimal::Decimal;
use tongguan_codelists::{HsCode, Pack};
use tongguan_domain::commerce::{
    Action, DeliveryStatus, Filing, Order, OrderLine, Payment, PaymentReference, Stage, Waybill,
};
use tongguan_domain::declaration::{BondedStock, GoodsItem, ImportDeclaration, Transport};
use tongguan_domain::ids::{
    FunctionalReference, IdError, OfficeCode, OrderNumber, PaymentTransaction, WaybillNumber,
};
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::party::PartyCode;
use tongguan_domain::person::{Consignee, Identity};
use tongguan_domain::tax::{self, Basket, BasketItem};
use tongguan_domain::time::Moment;

use super::crew::{Crew, Team};
use super::dice::Dice;
use super::goods::Bought;
use crate::parcels::{Parcel, guid};

/// What a buyer bought, and how it comes.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Which parcel of the run, from 0; makes all its numbers.
    pub number: u64,
    /// 订单编号; made from the number when absent.
    pub order_no: Option<String>,
    /// Who bought.
    pub buyer: Identity,
    /// The goods, 1 to 99 lines.
    pub lines: Vec<Bought>,
    /// 运杂费.
    pub freight: Amount,
    /// 保费.
    pub insurance: Amount,
    /// 非现金抵扣金额.
    pub discount: Amount,
    /// From bonded stock (1210) instead of abroad (9610).
    pub bonded: bool,
    /// Where it is declared.
    pub office: &'static str,
    /// When the messages are written.
    pub at: Moment,
    /// When it was paid.
    pub paid_at: Moment,
}

impl Purchase {
    /// The price of the goods.
    pub fn goods_value(&self) -> Amount {
        self.lines.iter().map(Bought::total).sum()
    }

    /// What counts to the limits, when every amount has two decimals: goods, freight and insurance.
    pub fn dutiable(&self) -> Amount {
        self.goods_value() + self.freight + self.insurance
    }

    const fn mode(&self) -> &'static str {
        if self.bonded { "1210" } else { "9610" }
    }

    fn net_kg(&self) -> Decimal {
        self.lines.iter().map(|line| line.net_kg).sum()
    }

    /// Net weight and a box.
    fn gross_kg(&self) -> Decimal {
        self.net_kg() + Decimal::new(35, 2)
    }

    /// What tax the seller withholds: what will be due, nothing where that cannot be told.
    fn tax(&self, pack: &Pack) -> Option<Money> {
        let items = (1..).zip(&self.lines).map(|(number, line)| {
            let of = |wanted: &str| {
                let all = [Some(&line.statutory), line.second.as_ref()];
                all.into_iter().flatten().find(|(unit, _)| unit == wanted).map(|(_, of)| *of)
            };
            Some(BasketItem {
                line: number,
                hs: line.hs.parse::<HsCode>().ok()?,
                quantity: Decimal::from(line.quantity),
                unit: line.unit.as_str().into(),
                total_price: line.total(),
                net_weight_kg: of("035"),
                volume_l: of("095"),
                rates: None,
            })
        });
        let basket = Basket {
            as_of: self.at.china_day(),
            mode: self.mode().into(),
            annual_used: Money::ZERO,
            freight: self.freight,
            insurance: self.insurance,
            items: items.collect::<Option<_>>()?,
        };
        tax::assess(pack, &basket).ok().map(|assessment| assessment.totals.tax)
    }
}

/// Writes the documents of a purchase.
pub struct Builder<'b> {
    /// Who acts.
    pub crew: &'b Crew,
    /// The law that the withheld tax is computed by.
    pub pack: &'b Pack,
}

impl Builder<'_> {
    /// The documents of `purchase`, in which `team` acts.
    ///
    /// # Errors
    /// When a number of the purchase is none.
    pub fn build(
        &self,
        purchase: &Purchase,
        team: Team,
        dice: &mut Dice,
    ) -> Result<Parcel, IdError> {
        let Purchase { number, at, .. } = *purchase;
        let order_no = match &purchase.order_no {
            Some(order_no) => OrderNumber::parse(order_no)?,
            None => OrderNumber::parse(&format!("TG{}{number:08}", &at.to_wire_seconds()[2..8]))?,
        };
        let consignee = consignee(purchase, dice);
        let order = self.order(purchase, team, dice, order_no, consignee)?;
        let payment = self.payment(purchase, team, dice, &order)?;
        let waybill = self.waybill(purchase, team, dice, &order)?;
        let declaration = self.declaration(purchase, team, dice, (&order, &waybill))?;
        let delivery = DeliveryStatus {
            filing: filing(513, number, at)?,
            carrier: self.crew.named(team.carrier, dice),
            number: waybill.number.clone(),
            status: "S".into(),
            happened_at: at,
            note: None,
        };
        Ok(Parcel { order, payment, waybill, delivery, declaration })
    }

    fn order(
        &self,
        purchase: &Purchase,
        team: Team,
        dice: &mut Dice,
        order_no: OrderNumber,
        consignee: Consignee,
    ) -> Result<Order, IdError> {
        let goods_value = purchase.goods_value();
        let tax = self.tax(purchase);
        let institution = self.crew.named(team.institution, dice);
        let transaction =
            format!("{}{:012}", &purchase.at.to_wire_seconds()[..8], 1_000_000 + purchase.number);
        Ok(Order {
            filing: filing(311, purchase.number, purchase.at)?,
            order_type: "I".into(),
            order_no,
            platform: self.crew.named(team.platform, dice),
            merchant: self.crew.named(team.merchant, dice),
            goods_value,
            freight: purchase.freight,
            discount: purchase.discount,
            tax_withheld: tax,
            paid: goods_value + purchase.freight + tax - purchase.discount,
            currency: CNY.into(),
            buyer_account: format!("buyer-{:06}", purchase.number).into(),
            buyer: purchase.buyer.clone(),
            buyer_telephone: Some(consignee.telephone.clone()),
            payment: PaymentReference {
                institution_name: Some(institution.name.as_str().into()),
                institution: Some(institution.code),
                transaction: Some(PaymentTransaction::parse(&transaction)?),
            },
            batch_numbers: None,
            consignee,
            consignee_district: Some("990000".into()),
            note: None,
            lines: (1..).zip(&purchase.lines).map(order_line).collect(),
        })
    }

    fn tax(&self, purchase: &Purchase) -> Amount {
        Amount::new(purchase.tax(self.pack).unwrap_or(Money::ZERO).to_decimal())
    }

    fn payment(
        &self,
        purchase: &Purchase,
        team: Team,
        dice: &mut Dice,
        order: &Order,
    ) -> Result<Payment, IdError> {
        let transaction = order.payment.transaction.clone();
        Ok(Payment {
            filing: filing(411, purchase.number, purchase.at)?,
            institution: self.crew.named(team.institution, dice),
            transaction: transaction.ok_or(IdError::Empty { kind: "PaymentTransaction" })?,
            order_no: order.order_no.clone(),
            platform: self.crew.named(team.platform, dice),
            payer: purchase.buyer.clone(),
            telephone: order.buyer_telephone.clone(),
            amount: order.paid,
            currency: CNY.into(),
            paid_at: purchase.paid_at,
            note: None,
        })
    }

    fn waybill(
        &self,
        purchase: &Purchase,
        team: Team,
        dice: &mut Dice,
        order: &Order,
    ) -> Result<Waybill, IdError> {
        Ok(Waybill {
            filing: filing(511, purchase.number, purchase.at)?,
            carrier: self.crew.named(team.carrier, dice),
            number: WaybillNumber::parse(&format!("EX{:09}CN", purchase.number))?,
            bill_no: (!purchase.bonded).then(|| bill_no(purchase)),
            order_no: Some(order.order_no.clone()),
            freight: Some(purchase.freight),
            insurance: Some(purchase.insurance),
            currency: CNY.into(),
            gross_weight_kg: purchase.gross_kg(),
            packages: 1,
            goods: purchase.lines.first().map(|line| line.name.as_str().into()),
            consignee: order.consignee.clone(),
            note: None,
        })
    }

    fn declaration(
        &self,
        purchase: &Purchase,
        team: Team,
        dice: &mut Dice,
        (order, waybill): (&Order, &Waybill),
    ) -> Result<ImportDeclaration, IdError> {
        let platform = self.crew.named(team.platform, dice);
        let bonded = purchase.bonded;
        let origin = purchase.lines.first().map_or("601", |line| line.origin.as_str());
        Ok(ImportDeclaration {
            filing: filing(621, purchase.number, purchase.at)?,
            order_no: order.order_no.clone(),
            guarantor: platform.code.clone(),
            platform,
            merchant: self.crew.named(team.merchant, dice),
            waybill_no: waybill.number.clone(),
            carrier: self.crew.named(team.carrier, dice),
            reference: Some(FunctionalReference::parse(&format!("COP{:012}", purchase.number))?),
            provisional_no: None,
            bonded: if bonded { stock()? } else { BondedStock::default() },
            declaration_no: None,
            direction: "I".into(),
            declared_on: purchase.at.china_day(),
            office: OfficeCode::parse(purchase.office)?,
            port: OfficeCode::parse(purchase.office)?,
            arrived_on: Some(purchase.at.china_day()),
            buyer: purchase.buyer.clone(),
            buyer_telephone: order.consignee.telephone.clone(),
            consignee_address: order.consignee.address.clone(),
            declarant: self.crew.named(team.declarant, dice),
            mode: purchase.mode().into(),
            transport: transport(purchase),
            facility: None,
            licence: None,
            departure_country: if bonded { CNY } else { origin }.into(),
            freight: purchase.freight,
            insurance: purchase.insurance,
            currency: CNY.into(),
            packaging: Some("2".into()),
            packages: 1,
            gross_weight_kg: purchase.gross_kg(),
            net_weight_kg: purchase.net_kg(),
            note: None,
            items: (1..).zip(&purchase.lines).map(|line| goods_item(line, bonded)).collect(),
        })
    }
}

/// Renminbi and China have the same code.
const CNY: &str = "142";

/// The number and time of a document.
pub fn filing(kind: u64, number: u64, at: Moment) -> Result<Filing, IdError> {
    Ok(Filing {
        guid: guid(kind, number)?,
        action: Action::Create,
        sent_at: at,
        stage: Stage::Declared,
    })
}

/// Most buyers send to themselves.
fn consignee(purchase: &Purchase, dice: &mut Dice) -> Consignee {
    let name = match dice.one_in(5) {
        true => super::buyers::name(dice),
        false => purchase.buyer.name.to_string(),
    };
    Consignee {
        name: name.as_str().into(),
        telephone: format!("000{:08}", purchase.number).as_str().into(),
        address: format!("浙江省杭州市示例区通关路{}号", dice.between(1, 999)).as_str().into(),
    }
}

fn bill_no(purchase: &Purchase) -> Box<str> {
    // Some hundred parcels fly under one bill.
    format!("999{:08}", purchase.number / 300).into()
}

fn transport(purchase: &Purchase) -> Transport {
    if purchase.bonded {
        return Transport { mode: "Y".into(), ..Transport::default() };
    }
    Transport {
        mode: "5".into(),
        vehicle: Some("XX0001".into()),
        voyage: Some(format!("XX{:04}", purchase.number / 300 % 10_000).into()),
        bill_no: Some(bill_no(purchase)),
    }
}

fn stock() -> Result<BondedStock, IdError> {
    Ok(BondedStock {
        account_book: Some("T9998W000001".into()),
        warehouse: Some(PartyCode::parse("330196C012")?),
        warehouse_name: Some("示例保税仓储有限公司".into()),
    })
}

fn order_line((number, line): (i32, &Bought)) -> OrderLine {
    OrderLine {
        number,
        item_no: Some(line.item_no.as_str().into()),
        name: line.name.as_str().into(),
        specification: Some(line.specification.as_str().into()),
        description: None,
        barcode: Some("无".into()),
        unit: line.unit.as_str().into(),
        quantity: Decimal::from(line.quantity),
        price: line.price,
        total_price: line.total(),
        currency: CNY.into(),
        origin: line.origin.as_str().into(),
        note: None,
    }
}

fn goods_item((number, line): (i32, &Bought), bonded: bool) -> GoodsItem {
    let (second_unit, second_quantity) = match &line.second {
        Some((unit, quantity)) => (Some(unit.as_str().into()), Some(*quantity)),
        None => (None, None),
    };
    GoodsItem {
        number,
        account_item: bonded.then(|| line.item_no.as_str().into()),
        item_no: Some(line.item_no.as_str().into()),
        item_name: Some(line.name.as_str().into()),
        hs_code: line.hs.as_str().into(),
        name: line.name.as_str().into(),
        specification: line.specification.as_str().into(),
        barcode: Some("无".into()),
        origin: line.origin.as_str().into(),
        trade_country: Some(line.origin.as_str().into()),
        currency: CNY.into(),
        quantity: Decimal::from(line.quantity),
        unit: line.unit.as_str().into(),
        statutory_quantity: line.statutory.1,
        statutory_unit: line.statutory.0.as_str().into(),
        second_quantity,
        second_unit,
        price: line.price,
        total_price: line.total(),
        note: None,
    }
}
