//! Any value of the domain that may be stored, for the laws.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_domain::allowance::{AllowanceKey, LimitedQuantity};
use tongguan_domain::commerce::{ExportOrderType, Part};
use tongguan_domain::declaration::{
    Assessed, Detention, Entered, ExportEntry, ExportRelease, ExportState, ImportState, Lodged,
    Release, Reservation, StatisticsFlag,
};
use tongguan_domain::facts::{
    CollectionFacts, ConsigneeMarks, DeclarationFacts, DeliveryFacts, ExportFacts, ExportItemFacts,
    ExportLineFacts, ExportMode, ExportOrderFacts, ExportParties, ExportWaybillFacts, ItemFacts,
    LineFacts, MasterBillFacts, Mode, OrderFacts, PaymentFacts, PersonMarks, WaybillFacts,
};
use tongguan_domain::ids::{
    AccountBookNumber, AccountItemNumber, DeclarationNumber, FunctionalReference, OfficeCode,
    OrderNumber, PartyId, PaymentTransaction, WaybillNumber,
};
use tongguan_domain::mark::Mark;
use tongguan_domain::money::{Amount, Money};
use tongguan_domain::movement::{Departed, MasterBill, ParcelMovement};
use tongguan_domain::quantity::{Measure, Quantity};
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_domain::time::Moment;

fn party() -> impl Strategy<Value = PartyId> {
    any::<i64>().prop_map(PartyId)
}

fn mark() -> impl Strategy<Value = Mark> {
    any::<[u8; 16]>().prop_map(Mark::from_bytes)
}

fn text() -> impl Strategy<Value = Box<str>> {
    ".{0,20}".prop_map(Box::from)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0_u32..=28).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn amount() -> impl Strategy<Value = Amount> {
    decimal().prop_map(Amount::new)
}

fn money() -> impl Strategy<Value = Money> {
    any::<i64>().prop_map(Money::from_fen)
}

fn moment() -> impl Strategy<Value = Moment> {
    (0..4_000_000_000_000_000_i64).prop_map(Moment::from_micros)
}

/// A day that the wire's eight digits can say.
fn day() -> impl Strategy<Value = Date> {
    (0_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

macro_rules! number {
    ($name:ident, $type:ty, $pattern:literal) => {
        fn $name() -> impl Strategy<Value = $type> {
            $pattern.prop_map(|text| <$type>::parse(&text).unwrap())
        }
    };
}

number!(order_number, OrderNumber, "[!-~单]{1,60}");
number!(waybill_number, WaybillNumber, "[!-~单]{1,60}");
number!(transaction, PaymentTransaction, "[!-~单]{1,60}");
number!(reference, FunctionalReference, "[!-~单]{1,20}");
number!(declaration_number, DeclarationNumber, "[!-~单]{1,18}");
number!(account_book, AccountBookNumber, "[!-~单]{1,30}");
number!(account_item, AccountItemNumber, "[!-~单]{1,30}");
number!(office, OfficeCode, "[0-9]{4}");

fn person() -> impl Strategy<Value = PersonMarks> {
    (mark(), mark(), mark()).prop_map(|(person, name, number)| PersonMarks { person, name, number })
}

fn consignee() -> impl Strategy<Value = ConsigneeMarks> {
    (mark(), mark(), mark()).prop_map(|(name, telephone, address)| ConsigneeMarks {
        name,
        telephone,
        address,
    })
}

prop_compose! {
    fn line()(
        number: i32, name in text(), unit in text(),
        quantity in decimal(), price in amount(), total_price in amount(),
    ) -> LineFacts {
        LineFacts { number, name, unit, quantity, price, total_price }
    }
}

prop_compose! {
    /// Facts of any order.
    pub fn order()(
        (platform, merchant, payment_institution) in (party(), party(), option::of(party())),
        payment_transaction in option::of(transaction()),
        (goods_value, freight, discount) in (amount(), amount(), amount()),
        (tax_withheld, paid) in (amount(), amount()),
        (buyer, consignee) in (person(), consignee()),
        buyer_telephone in option::of(mark()),
        followers in vec(mark(), 0..3),
        lines in vec(line(), 0..4),
    ) -> OrderFacts {
        OrderFacts {
            platform, merchant, payment_institution, payment_transaction, goods_value, freight,
            discount, tax_withheld, paid, buyer, buyer_telephone, consignee, followers, lines,
        }
    }
}

prop_compose! {
    /// Facts of any payment.
    pub fn payment()(
        institution in party(), transaction in transaction(), platform in party(),
        payer in person(), amount in amount(),
    ) -> PaymentFacts {
        PaymentFacts { institution, transaction, platform, payer, amount }
    }
}

prop_compose! {
    /// Facts of any waybill.
    pub fn waybill()(
        carrier in party(), number in waybill_number(), order_no in option::of(order_number()),
        (bill_no, freight) in (option::of(text()), option::of(amount())),
        insurance in option::of(amount()),
        gross_weight_kg in decimal(), consignee in consignee(),
        followers in vec(mark(), 0..2),
    ) -> WaybillFacts {
        WaybillFacts {
            carrier, number, bill_no, order_no, freight, insurance, gross_weight_kg, consignee, followers,
        }
    }
}

prop_compose! {
    /// Facts of any delivery.
    pub fn delivery()(
        carrier in party(), number in waybill_number(), happened_at in moment(),
    ) -> DeliveryFacts {
        DeliveryFacts { carrier, number, happened_at }
    }
}

prop_compose! {
    fn item()(
        (number, account_item, item_no) in
            (any::<i32>(), option::of(account_item()), option::of(text())),
        (hs_code, name, item_name) in (text(), text(), option::of(text())),
        (unit, quantity) in (text(), decimal()),
        (statutory_unit, statutory_quantity) in (text(), decimal()),
        second in option::of((text(), decimal())),
        (price, total_price) in (amount(), amount()),
    ) -> ItemFacts {
        ItemFacts {
            number, account_item, item_no, hs_code, name, item_name, unit, quantity, statutory_unit,
            statutory_quantity, second, price, total_price,
        }
    }
}

prop_compose! {
    /// Facts of any declaration.
    pub fn declaration()(
        order_no in order_number(),
        (platform, merchant, carrier) in (party(), party(), party()),
        (declarant, guarantor) in (party(), party()),
        (waybill_no, reference) in (waybill_number(), option::of(reference())),
        mode in prop::sample::select(&[Mode::Direct, Mode::Bonded, Mode::BondedA][..]),
        (office, port, account_book) in (office(), office(), option::of(account_book())),
        declared_on in day(),
        (buyer, buyer_telephone, consignee_address) in (person(), mark(), mark()),
        (freight, insurance, net_weight_kg) in (amount(), amount(), decimal()),
        items in vec(item(), 0..4),
    ) -> DeclarationFacts {
        DeclarationFacts {
            order_no, platform, merchant, carrier, declarant, guarantor, waybill_no, reference,
            mode, office, port, account_book, declared_on, buyer, buyer_telephone, consignee_address, freight,
            insurance, net_weight_kg, items,
        }
    }
}

prop_compose! {
    fn tax_line()(
        number: i32, hs_code in text(), fen in prop::array::uniform4(0..1_000_000_000_i64),
    ) -> TaxLine {
        let [dutiable, duty, vat, consumption_tax] = fen.map(Money::from_fen);
        TaxLine { number, hs_code, dutiable, duty, vat, consumption_tax }
    }
}

/// Any tax.
pub fn tax() -> impl Strategy<Value = TaxDue> {
    vec(tax_line(), 0..4).prop_map(|lines| TaxDue::of(lines).unwrap())
}

const MEASURES: &[Measure] = &[Measure::Mass, Measure::Volume, Measure::Piece, Measure::Sheet];

prop_compose! {
    fn quantity()(
        line in "[0-9]{8}", measure in prop::sample::select(MEASURES),
        trillionths in prop::array::uniform2(0..=i64::MAX),
    ) -> LimitedQuantity {
        let [amount, limit] = trillionths.map(|n| Quantity::from_trillionths(n).unwrap());
        LimitedQuantity { line: line.parse().unwrap(), measure, amount, limit }
    }
}

prop_compose! {
    fn reservation()(
        person in mark(), year: i16, amount in money(), quantities in vec(quantity(), 0..3),
    ) -> Reservation {
        Reservation { key: AllowanceKey { person, year }, amount, quantities }
    }
}

prop_compose! {
    fn lodged()(
        reservation in reservation(), annual_limit in money(), tax in option::of(tax()),
        certified: bool,
    ) -> Lodged {
        Lodged { reservation, annual_limit, tax, certified }
    }
}

prop_compose! {
    fn entered()(number in declaration_number(), lodged in lodged()) -> Entered {
        Entered { number, lodged }
    }
}

prop_compose! {
    fn assessed()(
        tax in option::of(tax()), dutiable in money(), annual_limit in money(),
        quantities in vec(quantity(), 0..3), certified: bool,
    ) -> Assessed {
        Assessed { tax, dutiable, annual_limit, quantities, certified }
    }
}

prop_compose! {
    fn release()(
        number in declaration_number(), released_at in moment(), used in reservation(),
        tax in tax(),
    ) -> Release {
        Release { number, released_at, used, tax }
    }
}

const DETENTIONS: &[Detention] =
    &[Detention::Clearance, Detention::Investigation, Detention::Legal, Detention::Other];

/// Any state of a declaration.
pub fn state() -> impl Strategy<Value = ImportState> {
    prop_oneof![
        assessed().prop_map(ImportState::Stored),
        (lodged(), moment())
            .prop_map(|(lodged, expires_at)| ImportState::Waiting { lodged, expires_at }),
        entered().prop_map(ImportState::InReview),
        entered().prop_map(ImportState::UnderExamination),
        entered().prop_map(ImportState::AwaitingEntry),
        entered().prop_map(ImportState::AwaitingGuarantee),
        (entered(), prop::sample::select(DETENTIONS))
            .prop_map(|(entered, by)| ImportState::Detained { entered, by }),
        entered().prop_map(ImportState::Suspended),
        release().prop_map(ImportState::Released),
        release().prop_map(ImportState::Closed),
        declaration_number().prop_map(ImportState::ShippedBack),
        declaration_number().prop_map(ImportState::Cancelled),
        Just(ImportState::Refused),
        Just(ImportState::Deleted),
    ]
}

prop_compose! {
    fn export_line()(
        number: i32, item_no in text(), unit in text(), quantity in decimal(),
        total_price in amount(), currency in text(),
    ) -> ExportLineFacts {
        ExportLineFacts { number, item_no, unit, quantity, total_price, currency }
    }
}

const ORDER_TYPES: &[ExportOrderType] =
    &[ExportOrderType::Retail, ExportOrderType::Business, ExportOrderType::Warehouse];

prop_compose! {
    /// Facts of any export order.
    pub fn export_order()(
        order_type in prop::sample::select(ORDER_TYPES),
        (platform, merchant) in (option::of(party()), party()),
        (goods_value, currency) in (amount(), text()),
        lines in vec(export_line(), 0..4),
    ) -> ExportOrderFacts {
        ExportOrderFacts { order_type, platform, merchant, goods_value, currency, lines }
    }
}

prop_compose! {
    /// Facts of any collection.
    pub fn collection()(
        (platform, merchant, institution) in (option::of(party()), party(), option::of(party())),
        transaction in option::of("[0-9A-Z]{1,60}"),
        (amount, currency, received_at) in (amount(), text(), moment()),
    ) -> CollectionFacts {
        let transaction = transaction.map(|text| PaymentTransaction::parse(&text).unwrap());
        CollectionFacts {
            platform, merchant, institution, transaction, amount, currency, received_at,
        }
    }
}

prop_compose! {
    /// Facts of any export waybill.
    pub fn export_waybill()(
        (carrier, merchant) in (party(), option::of(party())),
        number in waybill_number(), gross_weight_kg in decimal(), packages: i64,
    ) -> ExportWaybillFacts {
        ExportWaybillFacts { carrier, number, merchant, gross_weight_kg, packages }
    }
}

prop_compose! {
    fn export_item()(
        number: i32,
        (item_no, account_item, item_name) in (text(), option::of(text()), option::of(text())),
        (hs_code, name, destination_country, currency) in (text(), text(), text(), text()),
        (unit, quantity) in (text(), decimal()),
        (statutory_unit, statutory_quantity) in (text(), decimal()),
        second in option::of((text(), decimal())),
        total_price in amount(),
    ) -> ExportItemFacts {
        ExportItemFacts {
            number, item_no, account_item, item_name, hs_code, name, destination_country, currency,
            unit, quantity, statutory_unit, statutory_quantity, second, total_price,
        }
    }
}

const EXPORT_MODES: &[ExportMode] =
    &[ExportMode::Retail, ExportMode::Zone, ExportMode::Business, ExportMode::OverseasWarehouse];

prop_compose! {
    fn export_parties()(
        platform in option::of(party()), merchant in party(), carrier in party(),
        declarant in party(),
    ) -> ExportParties {
        ExportParties { platform, merchant, carrier, declarant }
    }
}

prop_compose! {
    /// Facts of any export declaration.
    pub fn export()(
        (order_no, waybill_no, reference) in (order_number(), waybill_number(), reference()),
        parties in export_parties(),
        mode in prop::sample::select(EXPORT_MODES),
        statistics in prop::sample::select(
            &[StatisticsFlag::Simplified, StatisticsFlag::Consolidated][..],
        ),
        (office, port, exported_on) in (office(), office(), day()),
        (producer, account_book) in (text(), option::of(text())),
        (transport_mode, bill_no, licence) in (text(), option::of(text()), option::of(text())),
        (destination_country, packages) in (text(), any::<i64>()),
        (gross_weight_kg, net_weight_kg) in (decimal(), decimal()),
        items in vec(export_item(), 0..4),
    ) -> ExportFacts {
        ExportFacts {
            order_no, parties, waybill_no, reference, mode, statistics, office, port, exported_on,
            producer, account_book, transport_mode, bill_no, licence, destination_country, packages,
            gross_weight_kg, net_weight_kg, items,
        }
    }
}

prop_compose! {
    fn export_entry()(
        number in declaration_number(), arrived_at in option::of(moment()),
    ) -> ExportEntry {
        ExportEntry { number, arrived_at }
    }
}

prop_compose! {
    fn export_release()(
        number in declaration_number(), arrived_at in moment(), released_at in moment(),
    ) -> ExportRelease {
        ExportRelease { number, arrived_at, released_at }
    }
}

/// Any state of an export declaration.
pub fn export_state() -> impl Strategy<Value = ExportState> {
    prop_oneof![
        Just(ExportState::Stored),
        moment().prop_map(|expires_at| ExportState::Waiting { expires_at }),
        (export_entry(), any::<bool>())
            .prop_map(|(entry, licence)| ExportState::InReview { entry, licence }),
        (export_entry(), any::<bool>())
            .prop_map(|(entry, licence)| ExportState::UnderExamination { entry, licence }),
        export_entry().prop_map(ExportState::Reviewed),
        export_release().prop_map(ExportState::Released),
        export_release().prop_map(ExportState::Recalled),
        (export_release(), moment())
            .prop_map(|(release, departed_at)| ExportState::Closed { release, departed_at }),
        export_release().prop_map(ExportState::Withdrawn),
        declaration_number().prop_map(ExportState::Cancelled),
        Just(ExportState::Refused),
        Just(ExportState::Deleted),
    ]
}

prop_compose! {
    fn master_bill()(
        (bill_no, transport_mode, vehicle, voyage) in (text(), text(), text(), text()),
        domestic_vehicle in option::of(text()), sent_at in moment(),
    ) -> MasterBill {
        MasterBill { bill_no, transport_mode, vehicle, voyage, domestic_vehicle, sent_at }
    }
}

prop_compose! {
    fn departed()(
        left_at in moment(), office in office(), transport_mode in text(),
        bill_no in option::of(text()),
    ) -> Departed {
        Departed { left_at, office, transport_mode, bill_no }
    }
}

prop_compose! {
    /// Whatever may have been reported of a parcel.
    pub fn movement()(
        linked in option::of(master_bill()), departed in option::of(departed()),
    ) -> ParcelMovement {
        ParcelMovement { linked, departed }
    }
}

prop_compose! {
    /// Facts of any master bill link.
    pub fn master_bill_link()(
        carrier in party(), (number, of) in (1_u32..9, 9_u32..20), bill in master_bill(),
        waybills in vec(waybill_number(), 0..4), returned in vec(declaration_number(), 0..3),
    ) -> MasterBillFacts {
        let part = Part::new(number, of).unwrap_or(Part::WHOLE);
        MasterBillFacts { carrier, part, bill, waybills, returned }
    }
}
