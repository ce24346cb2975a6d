//! Checks of a warehouse entry.

use super::*;
use crate::facility::WarehouseEntry;

/// Every finding in `entry`, with pointers below `pointer` (the document's element).
pub fn check_warehouse_entry(entry: &WarehouseEntry, pointer: &str) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    let direction = &*entry.direction;
    findings.require(direction == "I", &ENTRY_DIRECTION, "DeliveryHead/ieFlag", direction);
    let numbers = entry.parcels.iter().map(|parcel| parcel.number);
    findings.require_line_numbers(numbers, "DeliveryList", &ENTRY_LINE_REPEATED, &ENTRY_LINE_GAP);
    let mut seen = HashSet::new();
    for (parcel, position) in entry.parcels.iter().zip(1..) {
        let number = parcel.waybill_no.as_str();
        let path = format!("DeliveryList[{position}]/logisticsNo");
        findings.require(seen.insert(number), &ENTRY_PARCEL_REPEATED, &path, number);
    }
    findings.defects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commerce::{Action, Filing, Stage};
    use crate::facility::EnteredParcel;
    use crate::ids::{Guid, OfficeCode, WaybillNumber};
    use crate::party::{NamedParty, PartyCode};
    use crate::time::Moment;

    fn entry() -> WarehouseEntry {
        let party =
            || NamedParty { code: PartyCode::parse("330198W004").unwrap(), name: "甲".into() };
        let parcel = |number, waybill_no| {
            let waybill_no = WaybillNumber::parse(waybill_no).unwrap();
            EnteredParcel { number, waybill_no, note: None }
        };
        WarehouseEntry {
            filing: Filing {
                guid: Guid::parse("4CDE1CFD-EDED-46B1-946C-B8022E42FC94").unwrap(),
                action: Action::Create,
                sent_at: Moment::from_micros(0),
                stage: Stage::Declared,
            },
            office: OfficeCode::parse("2916").unwrap(),
            reference: None,
            provisional_no: None,
            entry_no: None,
            operator: party(),
            direction: "I".into(),
            transport_mode: "5".into(),
            vehicle: "V".into(),
            voyage: "1".into(),
            bill_no: "B".into(),
            carrier: party(),
            location: None,
            note: None,
            parcels: vec![parcel(1, "W1"), parcel(2, "W2")],
        }
    }

    /// A rule, the change that breaks it, and where that is found.
    type Case = (&'static Rule, fn(&mut WarehouseEntry), &'static str);

    #[test]
    fn each_rule_is_broken_by_one_change() {
        assert_eq!(check_warehouse_entry(&entry(), ""), []);
        let cases: [Case; 4] = [
            (&ENTRY_DIRECTION, |e| e.direction = "E".into(), "/D/DeliveryHead/ieFlag"),
            (&ENTRY_LINE_REPEATED, |e| e.parcels[1].number = 1, "/D/DeliveryList[2]/gnum"),
            (&ENTRY_LINE_GAP, |e| e.parcels[1].number = 3, "/D/DeliveryList[2]/gnum"),
            (
                &ENTRY_PARCEL_REPEATED,
                |e| e.parcels[1].waybill_no = e.parcels[0].waybill_no.clone(),
                "/D/DeliveryList[2]/logisticsNo",
            ),
        ];
        for (rule, spoil, pointer) in cases {
            let mut entry = entry();
            spoil(&mut entry);
            let found = check_warehouse_entry(&entry, "/D");
            let found: Vec<_> =
                found.iter().map(|it| (it.rule.code, it.pointer.as_str())).collect();
            assert_eq!(found, [(rule.code, pointer)]);
        }
    }
}
