//! `tongguan bonded`: account books from registration to their report.

use serde_json::{Value, json};
use tempfile::TempDir;
use tongguan_domain::bonded::declared::{Binding, CarriedGoods};
use tongguan_domain::ids::{AccountItemNumber, BondedListNumber, ZoneReference};
use tongguan_messages::write::Style;
use tongguan_messages::zone::{ZoneMessage, sample, write_pass};

use crate::run::{Run, tongguan_in};

const PARTIES: &str =
    "[[party]]\nname = \"区内企业\"\ncodes = [\"46121601BC\"]\nroles = [\"merchant\"]\n";
const GOODS: &str = "item,hs_code,name,unit,statutory_unit,statutory_factor,lowest_price,highest_price\n\
                     0001,1901101090,奶粉,122,035,0.7,80,120\n";
/// The account book of the sample messages.
const NAPPIES: &str = "T2916W000001";

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, text) in [("parties.toml", PARTIES), ("goods.csv", GOODS)] {
            std::fs::write(desk.0.path().join(name), text).unwrap();
        }
        assert_eq!(desk.run(&["registry", "import", "parties.toml"]).status, 0);
        desk
    }

    /// With the account book of the sample messages.
    fn with_nappies() -> Self {
        let desk = Self::new();
        let party =
            "[[party]]\nname = \"示例\"\ncodes = [\"330198W004\"]\nroles = [\"declarant\"]\n";
        let goods = "item,hs_code,name,unit,statutory_unit,statutory_factor\n\
                     0001,9619001100,纸尿裤,007,035,1.9\n";
        for (name, text) in [("carrier.toml", party), ("nappies.csv", goods)] {
            std::fs::write(desk.0.path().join(name), text).unwrap();
        }
        std::fs::create_dir_all(desk.0.path().join("in")).unwrap();
        let zone = ["--office", "2916", "--zone", "示例综合保税区", "--from", "2026-01-01"];
        for command in [
            &["registry", "import", "carrier.toml"][..],
            &[&["bonded", "open", NAPPIES, "--holder", "330198W004"], &zone[..]].concat(),
            &["bonded", "register", NAPPIES, "nappies.csv"],
        ] {
            let run = desk.run(command);
            assert_eq!(run.status, 0, "{}", run.err);
        }
        desk
    }

    /// Lets a gateway take these messages and tell what there is to tell.
    fn gateway(&self, messages: &[(&str, &str)]) {
        for (name, text) in messages {
            std::fs::write(self.0.path().join("in").join(name), text).unwrap();
        }
        let gateway = ["gateway", "--inbox", "in", "--outbox", "out", "--once"];
        let unsigned = ["--unsigned", "INV101", "--unsigned", "SAS121"];
        let run = self.run(&[&gateway[..], &unsigned].concat());
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    }

    /// The names of all answers so far.
    fn answers(&self) -> Vec<String> {
        let folder = self.0.path().join("out").join("DXPENT0000000001");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split('_').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    /// The only list of the sample messages' book.
    fn shown(&self) -> Value {
        let shown = self.run(&["bonded", "inbound", "show", NAPPIES, "--json"]).json();
        shown["lists"][0].clone()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        tongguan_in(self.0.path(), arguments, "")
    }

    fn open(&self) -> Run {
        let zone = ["--office", "2916", "--zone", "示例综合保税区", "--from", "2026-01-01"];
        self.run(&[&["bonded", "open", "L1", "--holder", "46121601BC"], &zone[..]].concat())
    }

    fn inbound(&self, step: &[&str]) -> Run {
        let by = ["--officer", "关员甲", "--reason", "入区"];
        self.run(&[&["bonded", "inbound"], step, &by].concat())
    }

    /// 100.5 tins, by a list that passes the gate and quarantine.
    fn bring_in(&self) {
        for (step, said) in [
            (&["lodge", "L1", "QD1", "--line", "0001=100.5"][..], "lodged"),
            (&["approve", "L1", "QD1"], "approved"),
            (&["gate", "L1", "QD1", "--gate-pass", "HF1"], "past the gate"),
            (&["admit", "L1", "QD1"], "in stock"),
        ] {
            let run = self.inbound(step);
            assert_eq!(run.out, format!("bonded list QD1: {said}\n"), "{}", run.err);
        }
    }

    fn done(&self, what: &[&str]) -> Run {
        let why = ["--document", "QD1", "--officer", "关员甲", "--reason", "入区"];
        self.run(&[&["bonded"], what, &why, &["--json"]].concat())
    }
}

#[test]
fn a_bonded_list_comes_by_message_and_its_enterprise_is_told_what_officers_do() {
    let desk = Desk::with_nappies();
    let list = tongguan_in(desk.0.path(), &["message", "sample", "INV101"], "").out;
    desk.gateway(&[("list.xml", &list)]);
    assert_eq!(desk.answers(), ["CommonResponeMessage", "INV201", "INV202"]);
    let shown = desk.shown();
    let number = shown["number"].as_str().unwrap();
    assert_eq!(shown["state"], "approved");
    for (step, said) in [
        (&["gate", NAPPIES, number, "--gate-pass", "HF1"][..], "past the gate"),
        (&["admit", NAPPIES, number], "in stock"),
    ] {
        let run = desk.inbound(step);
        assert_eq!(run.out, format!("bonded list {number}: {said}\n"), "{}", run.err);
    }
    desk.gateway(&[]);
    assert_eq!(desk.answers(), ["CommonResponeMessage", "INV201", "INV201", "INV202"]);
}

#[test]
fn a_list_of_several_vehicles_is_ended_short_and_shows_who_let_them_through() {
    let desk = Desk::with_nappies();
    let list = tongguan_in(desk.0.path(), &["message", "sample", "INV101"], "").out;
    desk.gateway(&[("list.xml", &list)]);
    let number = desk.shown()["number"].as_str().unwrap().to_owned();
    let [first, second] = [(1, 40), (2, 30)].map(|(n, quantity)| vehicle(&number, n, quantity));
    desk.gateway(&[("first.xml", &first), ("second.xml", &second)]);
    let shown = desk.shown();
    let came = shown["named_by"][0]["gate_pass"].as_str().unwrap();
    let awaited = shown["named_by"][1]["gate_pass"].as_str().unwrap();
    let named_by = json!({
        "gate_pass": came,
        "state": "approved",
        "since": shown["named_by"][0]["since"],
        "officer": null,
        "reason": null,
        "carried": [{ "item": "0001", "quantity": "40" }],
    });
    assert_eq!(shown["named_by"][0], named_by, "{shown}");

    let early = desk.inbound(&["end-short", NAPPIES, &number]);
    assert_ne!(early.status, 0, "{}", early.out);
    assert!(early.err.contains("has passed the gate; give its gate passes up"), "{}", early.err);
    let run = desk.inbound(&["gate", NAPPIES, &number, "--gate-pass", came]);
    assert_eq!(run.out, format!("bonded list {number}: approved\n"), "{}", run.err);
    let run = desk.inbound(&["end-short", NAPPIES, &number, "--json"]);
    let ended = json!({
        "number": number,
        "state": "past the gate",
        "gate_pass": came,
        "lines": [{ "item": "0001", "quantity": "100", "passed": "40" }],
    });
    assert_eq!(run.json(), ended, "{}", run.err);

    let shown = desk.shown();
    assert_eq!(shown["named_by"].as_array().unwrap().len(), 1, "{shown}");
    let through = &shown["named_by"][0];
    assert_eq!((&through["state"], &through["officer"]), (&json!("used"), &json!("关员甲")));
    let pass = desk.run(&["bonded", "inbound", "pass", awaited, "--json"]).json();
    assert_eq!((&pass["state"], &pass["officer"]), (&json!("given up"), &json!("关员甲")));
    assert_eq!(pass["lists"], json!([{ "book": NAPPIES, "number": number }]));
    let told = desk.run(&["bonded", "inbound", "pass", came]).out;
    assert!(told.contains("used since") && told.contains("关员甲  入区"), "{told}");
    let told = desk.run(&["bonded", "inbound", "show", NAPPIES]).out;
    assert!(told.contains("0001  100, 40 past the gate"), "{told}");
    assert!(told.contains(&format!("gate pass {came}")), "{told}");
    let unknown = desk.run(&["bonded", "inbound", "pass", "HF9"]);
    assert!(unknown.err.contains("no gate pass `HF9` came by message"), "{}", unknown.err);
    let run = desk.inbound(&["admit", NAPPIES, &number]);
    let said = format!("bonded list {number}: in stock\n    0001  40 of 100 passed the gate\n");
    assert_eq!(run.out, said, "{}", run.err);
}

/// The message of the `n`th vehicle, which carries so many pieces of the list.
fn vehicle(list: &str, n: i32, quantity: i64) -> String {
    let mut pass = sample::pass(&[BondedListNumber::parse(list).unwrap()]).unwrap();
    pass.reference = ZoneReference::parse(&format!("HF{n}")).unwrap();
    pass.binding = Some(Binding::SeveralVehicles);
    let item = AccountItemNumber::parse("0001").unwrap();
    pass.goods = vec![CarriedGoods { number: 1, item, unit: None, quantity: quantity.into() }];
    let envelope = sample::envelope(&format!("M{n}"), ZoneMessage::Sas121);
    write_pass(&envelope, &pass, Style::Compact).unwrap()
}

#[test]
fn a_book_is_opened_filled_counted_and_explained() {
    let desk = Desk::new();
    assert_eq!(desk.open().out, "account book L1: registered\n");
    assert_eq!(desk.open().out, "account book L1: unchanged\n");
    let run = desk.run(&["bonded", "register", "L1", "goods.csv"]);
    assert_eq!(run.out, "1 items, 1 of them new or changed\n", "{}", run.err);
    desk.bring_in();
    let run = desk.done(&["move", "L1", "0001", "destroyed", "10"]);
    let there = json!({ "on_hand": "90.5", "held": "0", "available": "90.5" });
    assert_eq!(run.json(), there, "{}", run.err);
    let run = desk.done(&["count", "L1", "0001", "90"]);
    let found =
        json!({ "booked": "90.5", "counted": "90", "difference": "missing", "quantity": "0.5" });
    assert_eq!(run.json(), found);

    let report = desk.run(&["bonded", "report", "L1", "--json"]).json();
    let item = &report["items"][0];
    assert_eq!((&item["opening"], &item["closing"]), (&json!("0"), &json!("90")));
    assert_eq!(item["received"][0]["document"], "QD1");
    assert_eq!(item["issued"].as_array().unwrap().len(), 2);
    let later = desk.run(&["bonded", "report", "L1", "--month", "2099-01", "--json"]).json();
    let item = &later["items"][0];
    assert_eq!((&item["opening"], &item["closing"]), (&json!("90"), &json!("90")));
    assert!(desk.run(&["bonded", "report", "L1"]).out.contains("closing"));
    assert!(desk.run(&["bonded", "list"]).out.contains("46121601BC"));
    let lists = desk.run(&["bonded", "inbound", "show", "L1", "--json"]).json();
    assert_eq!(lists["lists"][0]["gate_pass"], "HF1");
    assert_eq!(lists["lists"][0]["steps"].as_array().unwrap().len(), 4);
    let history = desk.run(&["registry", "history", "--json"]).json();
    assert!(history.to_string().contains("account-item"), "{history}");
}

#[test]
fn what_cannot_be_done_says_why_and_changes_nothing() {
    let desk = Desk::new();
    let told = |run: Run, words: &str| {
        assert_ne!(run.status, 0, "{}", run.out);
        assert!(run.err.contains(words), "{}", run.err);
    };
    told(desk.run(&["bonded", "register", "L1", "goods.csv"]), "`L1` is not registered");
    desk.open();
    told(desk.done(&["move", "L1", "0001", "opening", "1"]), "holds no item `0001`");
    told(desk.inbound(&["lodge", "L1", "QD1", "--line", "0001=1"]), "holds no item `0001`");
    desk.run(&["bonded", "register", "L1", "goods.csv"]);
    told(desk.done(&["move", "L1", "0001", "destroyed", "1"]), "1 is more than the 0");
    told(desk.done(&["move", "L1", "0001", "drawn", "1"]), "expected one of");
    told(desk.done(&["move", "L1", "0001", "opening", "0"]), "more than 0");
    told(desk.inbound(&["admit", "L1", "QD1"]), "no bonded list `QD1`");
    assert_eq!(desk.inbound(&["lodge", "L1", "QD1", "--line", "0001=1"]).status, 0);
    told(desk.inbound(&["lodge", "L1", "QD1", "--line", "0001=1"]), "`QD1` already");
    told(desk.inbound(&["admit", "L1", "QD1"]), "is lodged cannot be admitted");
    let report = desk.run(&["bonded", "report", "L1", "--json"]).json();
    assert_eq!(report["items"][0]["now"]["on_hand"], "0");
}
