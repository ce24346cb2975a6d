//! Every version of the stored forms of returns and parcels, byte by byte.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_domain::readmission::{Discrepancy, ExportReturnState, Relief, Tallied};
use tongguan_domain::time::Moment;

use super::*;
use crate::stored::document::{StoredDocument, StoredFactsV1};
use crate::stored::golden::keeps;
use crate::stored::response::StoredQuoteV1;

fn answer(by: u16) -> StoredAnswerV1 {
    StoredAnswerV1 {
        mailbox: "M".into(),
        subscribers: Vec::new(),
        quote: StoredQuoteV1 { answered_by: by, texts: vec!["g".into()] },
        billing: None,
    }
}

fn transport() -> ReturnTransport {
    ReturnTransport {
        bill_no: "B".into(),
        mode: "5".into(),
        vehicle: "V".into(),
        voyage: "N".into(),
    }
}

fn facts() -> ExportReturnFacts {
    ExportReturnFacts {
        declaration_no: DeclarationNumber::parse("E1").unwrap(),
        merchant: PartyId(2),
        carrier: PartyId(3),
        declarant: PartyId(4),
        waybill_no: WaybillNumber::parse("W1").unwrap(),
        reference: FunctionalReference::parse("R1").unwrap(),
        mode: "9661".into(),
        office: OfficeCode::parse("2916").unwrap(),
        port: OfficeCode::parse("2910").unwrap(),
        transport: transport(),
        departure_country: "502".into(),
        items: vec![ExportReturnItemFacts {
            number: 1,
            hs_code: "6214100000".into(),
            name: "G".into(),
            unit: "011".into(),
            quantity: Decimal::ONE,
            statutory_unit: "011".into(),
            statutory_quantity: Decimal::ONE,
            second: Some(("035".into(), Decimal::new(5, 1))),
        }],
    }
}

fn tallied(relief: Relief) -> Tallied {
    let discrepancies = vec![Discrepancy::Declaration, Discrepancy::Late];
    Tallied { at: Moment::from_micros(1), discrepancies, relief }
}

fn place() -> StoredTallyPlaceV1 {
    StoredTallyPlaceV1 {
        operator: 5,
        reference: "T".into(),
        provisional_no: "P".into(),
        entered_at: 1,
        answer: answer(216),
    }
}

#[test]
fn a_return_is_kept() {
    let relief =
        Relief::Granted { until: jiff::civil::date(2026, 9, 2), row: "L".into(), except: vec![1] };
    let released_at = Moment::from_micros(2);
    let state = ExportReturnState::Completed { tallied: tallied(relief), released_at };
    let stored = StoredExportReturn {
        facts: (&facts()).into(),
        state: (&state).into(),
        tally: Some(place()),
        exchange: Some("O".into()),
        pack: [9; 16],
        answer: answer(214),
    };
    keeps(GOLDEN, &stored, StoredExportReturn::encode, StoredExportReturn::decode);
    assert_eq!(ExportReturnFacts::try_from(stored.facts), Ok(facts()));
    assert_eq!(ExportReturnState::try_from(stored.state), Ok(state));
}

const GOLDEN: &str = "01024531040608025731025231043936363104323931360432393130014201350156014e03353032 \
     01020a36323134313030303030014703303131020003303131020001033033350a01030202000600 \
     083230323630393032014c010204010a0154015002014d00d8010101670001014f09090909090909 \
     090909090909090909014d00d60101016700";

#[test]
fn a_tally_is_kept_with_its_document() {
    let tally = TallyFacts {
        operator: PartyId(5),
        carrier: PartyId(3),
        waybill_no: WaybillNumber::parse("W1").unwrap(),
        declaration_no: DeclarationNumber::parse("E1").ok(),
        reference: FunctionalReference::parse("T1").unwrap(),
        office: OfficeCode::parse("2916").unwrap(),
        transport: transport(),
    };
    let facts = Some(StoredFactsV1::ReturnTally((&tally).into()));
    let document = StoredDocument { response_seq: 7, replied_at: 1_000_000, facts };
    let written = "010e80897a01 0b 0a06 025731 01024531 025431 0432393136 0142 0135 0156 014e";
    keeps(written, &document, StoredDocument::encode, StoredDocument::decode);
}

#[test]
fn a_parcel_is_kept() {
    let stored = StoredReturnParcel { awaited: vec![(7, 1)], tallies: vec![place()] };
    let written = "01010e02 010a01540150 02 014d00d80101016700";
    keeps(written, &stored, StoredReturnParcel::encode, StoredReturnParcel::decode);
}

fn any_text() -> impl Strategy<Value = Box<str>> {
    ".{0,12}".prop_map(Box::from)
}

prop_compose! {
    fn any_transport()(
        bill_no in any_text(), mode in any_text(), vehicle in any_text(), voyage in any_text(),
    ) -> ReturnTransport {
        ReturnTransport { bill_no, mode, vehicle, voyage }
    }
}

prop_compose! {
    fn any_item()(
        number: i32,
        (hs_code, name, unit, statutory_unit) in (any_text(), any_text(), any_text(), any_text()),
        (quantity, statutory) in (any::<i64>(), any::<i64>()),
        second in option::of((any_text(), any::<i64>())),
    ) -> ExportReturnItemFacts {
        ExportReturnItemFacts {
            number, hs_code, name, unit, statutory_unit,
            quantity: Decimal::new(quantity, 5),
            statutory_quantity: Decimal::new(statutory, 5),
            second: second.map(|(unit, quantity)| (unit, Decimal::new(quantity, 3))),
        }
    }
}

fn any_relief() -> impl Strategy<Value = Relief> {
    let until =
        (2000_i16..2100, 1_i8..=12).prop_map(|(year, month)| jiff::civil::date(year, month, 1));
    prop_oneof![
        (until.clone(), any_text(), vec(any::<i32>(), 0..3))
            .prop_map(|(until, row, except)| Relief::Granted { until, row, except }),
        (until, any_text()).prop_map(|(until, row)| Relief::Late { until, row }),
        Just(Relief::NoNotice),
    ]
}

prop_compose! {
    fn any_tallied()(
        at in 0..4_000_000_000_000_000_i64,
        discrepancies in prop::sample::subsequence(Discrepancy::ALL.to_vec(), 0..=7),
        relief in any_relief(),
    ) -> Tallied {
        Tallied { at: Moment::from_micros(at), discrepancies, relief }
    }
}

fn any_state() -> impl Strategy<Value = ExportReturnState> {
    prop_oneof![
        Just(ExportReturnState::Stored),
        Just(ExportReturnState::Admitted),
        any_tallied().prop_map(ExportReturnState::UnderExamination),
        any_tallied().prop_map(|tallied| {
            let released_at = tallied.at.plus_millis(1);
            ExportReturnState::Completed { tallied, released_at }
        }),
        Just(ExportReturnState::Refused),
        Just(ExportReturnState::Deleted),
    ]
}

proptest! {
    #[test]
    fn any_request_and_state_come_back(
        transport in any_transport(), items in vec(any_item(), 0..4), state in any_state(),
    ) {
        let facts = ExportReturnFacts { transport, items, ..facts() };
        let stored = StoredExportReturn {
            facts: (&facts).into(),
            state: (&state).into(),
            tally: None,
            exchange: None,
            pack: [0; 16],
            answer: answer(214),
        };
        let read = StoredExportReturn::decode(&stored.encode().unwrap()).unwrap();
        prop_assert_eq!(ExportReturnFacts::try_from(read.facts), Ok(facts));
        prop_assert_eq!(ExportReturnState::try_from(read.state), Ok(state));
    }

    #[test]
    fn any_tally_comes_back(transport in any_transport(), named: bool) {
        let tally = TallyFacts {
            operator: PartyId(1),
            carrier: PartyId(2),
            waybill_no: WaybillNumber::parse("W").unwrap(),
            declaration_no: named.then(|| DeclarationNumber::parse("E").unwrap()),
            reference: FunctionalReference::parse("T").unwrap(),
            office: OfficeCode::parse("2916").unwrap(),
            transport,
        };
        let bytes = encode("tally", 1, &StoredTallyV1::from(&tally)).unwrap();
        let (_, fields) = versioned("tally", &bytes).unwrap();
        let stored = decode::<StoredTallyV1>("tally", fields).unwrap();
        prop_assert_eq!(TallyFacts::try_from(stored), Ok(tally));
    }
}

#[test]
fn a_discrepancy_that_is_none_is_refused() {
    let stored = StoredTalliedV1(0, vec![7], StoredReliefV1::NoNotice);
    assert!(Tallied::try_from(stored).is_err());
}
