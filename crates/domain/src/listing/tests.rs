//! The list that is made agrees with what it is made of.

use jiff::civil::date;
use proptest::prelude::*;
use tongguan_codelists::Pack;

use super::*;
use crate::check::export::{Law, check_export};
use crate::defect::Rule;
use crate::facts::{ExportFacts, ExportOrderFacts, ExportParties, ExportWaybillFacts};
use crate::ids::PartyId;
use crate::matching::{ExportDocuments, compare_export};
use crate::tests::decimal;
use crate::tests::export::{ExportParcel, export_parcel};

/// The register as it would have to be for the made-up parcel, whose goods weigh a hundredth of it.
fn register(parcel: &ExportParcel) -> Register {
    let items = parcel.declaration.items.iter();
    items
        .map(|item| {
            let of_one = |quantity: Decimal| quantity / item.quantity;
            let goods = RegisteredGoods {
                hs_code: item.hs_code.clone(),
                name: item.name.clone(),
                specification: item.specification.clone(),
                barcode: None,
                unit: item.unit.clone(),
                statutory: Measure {
                    unit: item.statutory_unit.clone(),
                    of_one: of_one(item.statutory_quantity),
                },
                second: item
                    .second_unit
                    .clone()
                    .zip(item.second_quantity)
                    .map(|(unit, quantity)| Measure { unit, of_one: of_one(quantity) }),
                net_weight_kg: decimal("0.001"),
                account_item: None,
            };
            (item.item_no.clone(), goods)
        })
        .collect()
}

fn terms(parcel: &ExportParcel) -> Terms {
    let declaration = &parcel.declaration;
    Terms {
        filing: declaration.filing.clone(),
        reference: declaration.reference.clone(),
        office: declaration.office,
        port: declaration.port,
        exported_on: declaration.exported_on,
        statistics: declaration.statistics,
        declarant: declaration.declarant.clone(),
        producer: None,
        bonded: BondedStock::default(),
        mode: ExportMode::Retail,
        transport: declaration.transport.clone(),
        facility: None,
        licence: None,
        destination_country: declaration.destination_country.clone(),
        destination_port: declaration.destination_port.clone(),
        packaging: declaration.packaging.clone(),
    }
}

fn listed(parcel: &ExportParcel) -> Result<ExportDeclaration, Vec<Defect>> {
    export_list(&parcel.order, &parcel.waybill, &register(parcel), terms(parcel))
}

/// What customs would find, on the list and between it and its documents.
fn findings(parcel: &ExportParcel, list: &ExportDeclaration) -> Vec<Defect> {
    let pack = Pack::builtin();
    let mut found = check_export(list, Law { pack: &pack, day: date(2026, 9, 1) }, "/Inventory[1]");
    let (merchant, carrier) = (PartyId(2), PartyId(3));
    let platform = Some(PartyId(1));
    let parties = ExportParties { platform, merchant, carrier, declarant: PartyId(4) };
    let facts = ExportFacts::of(list, ExportMode::Retail, parties);
    let order = ExportOrderFacts::of(&parcel.order, platform, merchant);
    let waybill = ExportWaybillFacts::of(&parcel.waybill, carrier, Some(merchant));
    let documents = ExportDocuments { order: &order, waybill: &waybill };
    found.extend(compare_export(&facts, documents, "/Inventory[1]"));
    found
}

proptest! {
    #[test]
    fn a_list_matches_its_own_documents(
        lines in prop::collection::vec((1_i64..10_000, 1_i64..100_000), 1..20),
        packages in 1_i64..100,
    ) {
        let mut parcel = export_parcel();
        let goods = register(&parcel);
        let line = parcel.order.lines[0].clone();
        parcel.order.lines = (1..)
            .zip(lines)
            .map(|(number, (quantity, cents))| {
                let (quantity, price) = (Decimal::from(quantity), Decimal::new(cents, 2));
                let (price, total_price) = (Amount::new(price), Amount::new(price * quantity));
                ExportOrderLine { number, quantity, price, total_price, ..line.clone() }
            })
            .collect();
        parcel.order.goods_value = parcel.order.lines.iter().map(|line| line.total_price).sum();
        parcel.waybill.packages = packages;
        parcel.waybill.gross_weight_kg = decimal("1000");
        let list = export_list(&parcel.order, &parcel.waybill, &goods, terms(&parcel)).unwrap();
        prop_assert_eq!(findings(&parcel, &list), vec![]);
    }
}

#[test]
fn quantities_follow_the_register_and_weights_the_waybill() {
    let parcel = export_parcel();
    let list = listed(&parcel).unwrap();
    for (listed, declared) in list.items.iter().zip(&parcel.declaration.items) {
        assert_eq!(listed.statutory_quantity, declared.statutory_quantity);
        assert_eq!(listed.second_quantity, declared.second_quantity);
        assert_eq!(listed.hs_code, declared.hs_code);
    }
    assert_eq!(list.gross_weight_kg, parcel.waybill.gross_weight_kg);
    let pieces: Decimal = parcel.order.lines.iter().map(|line| line.quantity).sum();
    assert_eq!(list.net_weight_kg, pieces * decimal("0.001"));
}

/// The smallest change that breaks a rule, and where that is told.
type Case = (&'static Rule, fn(&mut ExportParcel, &mut Register), &'static str);

const CASES: &[Case] = &[
    (&GOODS_UNREGISTERED, |_, goods| goods.clear(), "/Order/OrderList[1]/itemNo"),
    (&UNIT_DIFFERS, |p, _| p.order.lines[0].unit = "122".into(), "/Order/OrderList[1]/unit"),
    (
        &ORDER_TYPE_DIFFERS,
        |p, _| p.order.order_type = crate::commerce::ExportOrderType::Business,
        "/Order/OrderHead/orderType",
    ),
    (
        &MERCHANT_DIFFERS,
        |p, _| p.waybill.merchant = Some(p.order.platform.code.clone()),
        "/Logistics/ebcCode",
    ),
    (&VALUE_DIFFERS, |p, _| p.order.goods_value = Amount::ZERO, "/Order/OrderHead/goodsValue"),
    (
        &WEIGHT_EXCEEDED,
        |p, _| p.waybill.gross_weight_kg = decimal("0.0001"),
        "/Logistics/grossWeight",
    ),
];

#[test]
fn whatever_would_not_match_is_told_at_its_place() {
    for (rule, change, pointer) in CASES {
        let mut parcel = export_parcel();
        let mut goods = register(&parcel);
        change(&mut parcel, &mut goods);
        let found = export_list(&parcel.order, &parcel.waybill, &goods, terms(&parcel));
        let found: Vec<_> =
            found.unwrap_err().iter().map(|it| (it.rule.code, it.pointer.clone())).collect();
        assert!(found.contains(&(rule.code, (*pointer).to_owned())), "{}: {found:?}", rule.code);
    }
    let told: Vec<_> = CASES.iter().map(|(rule, ..)| rule.code).collect();
    assert_eq!(told, ALL.iter().map(|rule| rule.code).collect::<Vec<_>>());
}
