//! Declared goods held against those that their merchant has registered (申报商品与备案比对).

use jiff::civil::Date;

use crate::defect::{Defect, Rule};

/// Every rule of this file, in the order in which a line is held against them.
pub static ALL: &[&Rule] = &[&NUMBER_MISSING, &UNREGISTERED, &SUSPENDED, &EXPIRED, &OTHER_CODE];

/// The line says no number by which goods are registered.
pub static NUMBER_MISSING: Rule = Rule {
    code: "declared-goods-number-missing",
    official: None,
    zh: "第{line}项未填企业商品货号，无法比对商品备案",
    en: "line {line} has no item number by which registered goods could be found",
};

/// The merchant has no such goods registered.
pub static UNREGISTERED: Rule = Rule {
    code: "declared-goods-unregistered",
    official: None,
    zh: "第{line}项货号[{item}]的商品未备案",
    en: "line {line}: the merchant has not registered goods [{item}]",
};

/// An officer has suspended them.
pub static SUSPENDED: Rule = Rule {
    code: "declared-goods-suspended",
    official: None,
    zh: "第{line}项货号[{item}]的商品备案已暂停",
    en: "line {line}: the registration of goods [{item}] is suspended",
};

/// Their last day is over.
pub static EXPIRED: Rule = Rule {
    code: "declared-goods-expired",
    official: None,
    zh: "第{line}项货号[{item}]的商品备案已于{day}到期",
    en: "line {line}: the registration of goods [{item}] ended on {day}",
};

/// They are registered with another tariff code.
pub static OTHER_CODE: Rule = Rule {
    code: "declared-goods-other-code",
    official: None,
    zh: "第{line}项货号[{item}]备案的商品编码为{registered}，申报为{declared}",
    en: "line {line}: goods [{item}] are registered with tariff code {registered}, not {declared}",
};

/// Goods as they stand in the register (备案商品), as far as a declaration is held against them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingGoods {
    /// The tariff code that counts, ten digits.
    pub hs_code: Box<str>,
    /// Whether they are suspended.
    pub is_suspended: bool,
    /// Their last day; without end when absent.
    pub valid_to: Option<Date>,
}

/// A line of declared goods, as far as it is held against the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclaredGoods<'d> {
    /// 企业商品货号 (`itemNo`), where it is given.
    pub item_no: Option<&'d str>,
    /// 商品编码 (`gcode`), ten digits.
    pub hs_code: &'d str,
}

/// What of declared goods is not registered so on a day, line by line; nothing where all are.
pub fn hold_against<'s, 'd>(
    lines: impl IntoIterator<Item = DeclaredGoods<'d>>,
    register: impl Fn(&str) -> Option<&'s StandingGoods>,
    day: Date,
) -> Vec<Defect> {
    let mut defects = Vec::new();
    for (line, n) in lines.into_iter().zip(1_usize..) {
        let pointer = |element: &str| format!("InventoryList[{n}]/{element}");
        let Some(item) = line.item_no.filter(|item| !item.is_empty()) else {
            defects.push(Defect::at(&NUMBER_MISSING, pointer("itemNo")).with("line", n));
            continue;
        };
        let of = |rule: &'static Rule, element: &str| {
            Defect::at(rule, pointer(element)).with("line", n).with("item", item)
        };
        let Some(standing) = register(item) else {
            defects.push(of(&UNREGISTERED, "itemNo"));
            continue;
        };
        if standing.is_suspended {
            defects.push(of(&SUSPENDED, "itemNo"));
        }
        if let Some(last) = standing.valid_to.filter(|last| *last < day) {
            defects.push(of(&EXPIRED, "itemNo").with("day", last));
        }
        if *standing.hs_code != *line.hs_code {
            let defect = of(&OTHER_CODE, "gcode").with("registered", &standing.hs_code);
            defects.push(defect.with("declared", line.hs_code));
        }
    }
    defects
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DAY: Date = date(2026, 11, 23);

    fn standing() -> StandingGoods {
        StandingGoods { hs_code: "3304990029".into(), is_suspended: false, valid_to: None }
    }

    fn codes(line: DeclaredGoods<'_>, standing: Option<&StandingGoods>) -> Vec<&'static str> {
        let defects = hold_against([line], |_| standing, DAY);
        defects.iter().map(|defect| defect.rule.code).collect()
    }

    #[test]
    fn a_line_is_held_against_number_standing_day_and_code() {
        let line = DeclaredGoods { item_no: Some("CREAM"), hs_code: "3304990029" };
        let suspended = StandingGoods { is_suspended: true, ..standing() };
        let until = |day| StandingGoods { valid_to: Some(date(2026, 11, day)), ..standing() };
        let other = StandingGoods { hs_code: "3304990099".into(), ..standing() };
        let all = StandingGoods { is_suspended: true, hs_code: "1".into(), ..until(22) };
        let cases: [(DeclaredGoods<'_>, Option<StandingGoods>, &[&str]); 9] = [
            (line, Some(standing()), &[]),
            (line, None, &["declared-goods-unregistered"]),
            (DeclaredGoods { item_no: None, ..line }, None, &["declared-goods-number-missing"]),
            (DeclaredGoods { item_no: Some(""), ..line }, None, &["declared-goods-number-missing"]),
            (line, Some(suspended), &["declared-goods-suspended"]),
            (line, Some(until(23)), &[]),
            (line, Some(until(22)), &["declared-goods-expired"]),
            (line, Some(other), &["declared-goods-other-code"]),
            (
                line,
                Some(all),
                &[
                    "declared-goods-suspended",
                    "declared-goods-expired",
                    "declared-goods-other-code",
                ],
            ),
        ];
        for (line, standing, expected) in cases {
            assert_eq!(codes(line, standing.as_ref()), expected, "{line:?} {standing:?}");
        }
    }

    #[test]
    fn a_defect_says_line_number_and_both_codes() {
        let lines = [
            DeclaredGoods { item_no: Some("A"), hs_code: "3304990029" },
            DeclaredGoods { item_no: Some("B"), hs_code: "3304990099" },
        ];
        let known = standing();
        let [defect] = hold_against(lines, |_| Some(&known), DAY).try_into().unwrap();
        assert_eq!(defect.pointer, "InventoryList[2]/gcode");
        let text = "第2项货号[B]备案的商品编码为3304990029，申报为3304990099";
        assert_eq!(defect.message_zh(), text);
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Fault {
        None,
        Unnamed,
        Unregistered,
        Suspended,
        Expired,
        OtherCode,
    }

    proptest! {
        /// Each line is judged by itself: as many faults are told as were made, each at its line.
        #[test]
        fn every_fault_is_told_at_its_line_and_nothing_else(
            faults in prop::collection::vec(
                prop::sample::select(&[
                    Fault::None, Fault::Unnamed, Fault::Unregistered, Fault::Suspended,
                    Fault::Expired, Fault::OtherCode,
                ][..]),
                0..8,
            ),
        ) {
            let names: Vec<_> = (1..=faults.len()).map(|n| format!("SKU{n}")).collect();
            let mut register = BTreeMap::new();
            for (fault, name) in faults.iter().zip(&names) {
                let goods = match fault {
                    Fault::Unregistered => continue,
                    Fault::Suspended => StandingGoods { is_suspended: true, ..standing() },
                    Fault::Expired => StandingGoods { valid_to: Some(date(2025, 1, 1)), ..standing() },
                    Fault::OtherCode => StandingGoods { hs_code: "0000000000".into(), ..standing() },
                    Fault::None | Fault::Unnamed => standing(),
                };
                register.insert(name.as_str(), goods);
            }
            let lines = faults.iter().zip(&names).map(|(fault, name)| DeclaredGoods {
                item_no: (*fault != Fault::Unnamed).then_some(name.as_str()),
                hs_code: "3304990029",
            });
            let told = hold_against(lines, |item| register.get(item), DAY);
            let told: Vec<_> = told.iter().map(|it| (it.rule.code, it.pointer.clone())).collect();
            let made = faults.iter().zip(1..).filter_map(|(fault, n)| {
                let (rule, element) = match fault {
                    Fault::None => return None,
                    Fault::Unnamed => (&NUMBER_MISSING, "itemNo"),
                    Fault::Unregistered => (&UNREGISTERED, "itemNo"),
                    Fault::Suspended => (&SUSPENDED, "itemNo"),
                    Fault::Expired => (&EXPIRED, "itemNo"),
                    Fault::OtherCode => (&OTHER_CODE, "gcode"),
                };
                Some((rule.code, format!("InventoryList[{n}]/{element}")))
            });
            prop_assert_eq!(told, made.collect::<Vec<_>>());
        }
    }
}
