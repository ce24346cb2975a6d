//! Checks of requests to consolidate, and of their parts.

use std::collections::HashSet;

use super::Findings;
use crate::consolidation::{ConsolidationRequest, Scope};
use crate::defect::{Defect, Rule};
use crate::ids::{DeclarationNumber, OfficeCode};
use crate::time::Moment;

/// Every rule of the checks of requests to consolidate. The specification numbers none of them.
pub static RULES: &[&Rule] = &[&NUMBER_REPEATED, &NUMBER_FORM, &PERIOD_OPEN, &PART_DIFFERS];

/// A declaration is named once in a part.
static NUMBER_REPEATED: Rule = Rule {
    code: "consolidation-number-repeated",
    official: None,
    zh: "清单编号{found}重复",
    en: "declaration {found} stands twice",
};

/// Numbers of export declarations of the request's office.
static NUMBER_FORM: Rule = Rule {
    code: "consolidation-number-form",
    official: None,
    zh: "清单编号{found}不是申报地海关{expected}的出口清单编号",
    en: "{found} is not the number of an export declaration of office {expected}",
};

/// What has not ended cannot be consolidated as a whole.
static PERIOD_OPEN: Rule = Rule {
    code: "consolidation-period-open",
    official: None,
    zh: "汇总结束时间{found}晚于接收时间",
    en: "the period ends at {found}, later than the request came",
};

/// The parts of a split request say the same of everything but their numbers.
pub static PART_DIFFERS: Rule = Rule {
    code: "consolidation-part-differs",
    official: None,
    zh: "报文序号{found}与同一汇总申请单的其它报文不一致，或该申请单已接收完整",
    en: "part {found} differs from the other parts of the request, or the request is complete already",
};

/// Every finding in a request that came at `received_at`, with pointers below `pointer` (the document's
/// element).
pub fn check_consolidation(
    request: &ConsolidationRequest,
    received_at: Moment,
    pointer: &str,
) -> Vec<Defect> {
    let mut findings = Findings::below(pointer);
    match &request.scope {
        Scope::Period { until, .. } => {
            let over = *until <= received_at;
            findings.require(over, &PERIOD_OPEN, "SummaryApplyHead/endTime", until);
        }
        Scope::Declarations(numbers) => {
            let mut seen = HashSet::new();
            for (number, position) in numbers.iter().zip(1..) {
                let path = format!("SummaryApplyList[{position}]/invtNo");
                if !is_export_of(number, request.office) {
                    let defect = findings.at(&NUMBER_FORM, &path).found(number);
                    findings.defects.push(defect.expected(request.office));
                }
                findings.require(seen.insert(number.as_str()), &NUMBER_REPEATED, &path, number);
            }
        }
    }
    findings.defects
}

/// Office, year, `E`, and a serial of 9 to 11 digits.
fn is_export_of(number: &DeclarationNumber, office: OfficeCode) -> bool {
    let text = number.as_str();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match (text.get(..4), text.get(4..8), text.get(8..9), text.get(9..)) {
        (Some(at), Some(year), Some("E"), Some(serial)) => {
            at == office.to_string()
                && digits(year)
                && digits(serial)
                && (9..=11).contains(&serial.len())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commerce::{Action, Filing, Part, Stage};
    use crate::consolidation::{GoodsNaming, Grouping};
    use crate::ids::{FunctionalReference, Guid};
    use crate::party::{NamedParty, PartyCode};

    fn at(text: &str) -> Moment {
        Moment::parse_wire(text).unwrap()
    }

    fn request(scope: Scope) -> ConsolidationRequest {
        let party =
            || NamedParty { code: PartyCode::parse("330196E005").unwrap(), name: "某".into() };
        ConsolidationRequest {
            filing: Filing {
                guid: Guid::parse("g").unwrap(),
                action: Action::Create,
                sent_at: at("20261001000000"),
                stage: Stage::Declared,
            },
            office: OfficeCode::parse("2916").unwrap(),
            reference: FunctionalReference::parse("R").unwrap(),
            provisional_no: None,
            consolidation_no: None,
            declarant: party(),
            merchant: party(),
            formal_declarant: party(),
            scope,
            facility: None,
            grouping: Grouping::Consignor,
            naming: GoodsNaming::Generic,
            part: Part::WHOLE,
            note: None,
        }
    }

    fn codes(scope: Scope) -> Vec<String> {
        let found = check_consolidation(&request(scope), at("20261001080000"), "/x");
        found.iter().map(|defect| format!("{} {}", defect.rule.code, defect.pointer)).collect()
    }

    #[test]
    fn numbers_are_exports_of_the_office_and_stand_once() {
        let numbers = [
            "29162026E000000001",
            "29162026I000000001",
            "29172026E000000001",
            "29162026E000000001",
            "29162026E00000000123",
            "29162026E0000000X1",
            "清单",
        ];
        let numbers = numbers.map(|number| DeclarationNumber::parse(number).unwrap());
        assert_eq!(
            codes(Scope::Declarations(numbers.to_vec())),
            [
                "consolidation-number-form /x/SummaryApplyList[2]/invtNo",
                "consolidation-number-form /x/SummaryApplyList[3]/invtNo",
                "consolidation-number-repeated /x/SummaryApplyList[4]/invtNo",
                "consolidation-number-form /x/SummaryApplyList[6]/invtNo",
                "consolidation-number-form /x/SummaryApplyList[7]/invtNo",
            ]
        );
    }

    #[test]
    fn a_period_is_over_when_it_is_asked_for() {
        let until = |until| Scope::Period { from: at("20260901000000"), until: at(until) };
        assert_eq!(codes(until("20261001000000")), [""; 0]);
        let open = ["consolidation-period-open /x/SummaryApplyHead/endTime"];
        assert_eq!(codes(until("20261001080001")), open);
    }
}
