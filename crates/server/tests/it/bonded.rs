//! `tongguan bonded`: account books from registration to their report.

use serde_json::json;
use tempfile::TempDir;

use crate::run::{Run, tongguan_in};

const PARTIES: &str =
    "[[party]]\nname = \"区内企业\"\ncodes = [\"46121601BC\"]\nroles = [\"merchant\"]\n";
const GOODS: &str = "item,hs_code,name,unit,statutory_unit,statutory_factor,lowest_price,highest_price\n\
                     0001,1901101090,奶粉,122,035,0.7,80,120\n";

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
    let desk = Desk::new();
    let list = tongguan_in(desk.0.path(), &["message", "sample", "INV101"], "").out;
    let party = "[[party]]\nname = \"示例\"\ncodes = [\"330198W004\"]\nroles = [\"declarant\"]\n";
    std::fs::write(desk.0.path().join("carrier.toml"), party).unwrap();
    assert_eq!(desk.run(&["registry", "import", "carrier.toml"]).status, 0);
    let goods = "item,hs_code,name,unit,statutory_unit,statutory_factor\n\
                 0001,9619001100,纸尿裤,007,035,1.9\n";
    std::fs::write(desk.0.path().join("nappies.csv"), goods).unwrap();
    let zone = ["--office", "2916", "--zone", "示例综合保税区", "--from", "2026-01-01"];
    let book = "T2916W000001";
    let opened =
        desk.run(&[&["bonded", "open", book, "--holder", "330198W004"], &zone[..]].concat());
    assert_eq!(opened.status, 0, "{}", opened.err);
    assert_eq!(desk.run(&["bonded", "register", book, "nappies.csv"]).status, 0);
    let gateway = |messages: &[(&str, &str)]| {
        for (name, text) in messages {
            std::fs::create_dir_all(desk.0.path().join("in")).unwrap();
            std::fs::write(desk.0.path().join("in").join(name), text).unwrap();
        }
        let unsigned = ["--unsigned", "INV101", "--unsigned", "SAS121"];
        let run = desk.run(
            &[&["gateway", "--inbox", "in", "--outbox", "out", "--once"], &unsigned[..]].concat(),
        );
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    };
    std::fs::create_dir_all(desk.0.path().join("in")).unwrap();
    gateway(&[("list.xml", &list)]);
    let answers = || {
        let folder = desk.0.path().join("out").join("DXPENT0000000001");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split('_').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(answers(), ["CommonResponeMessage", "INV201", "INV202"]);
    let shown = desk.run(&["bonded", "inbound", "show", book, "--json"]).json();
    let number = shown["lists"][0]["number"].as_str().unwrap().to_owned();
    assert_eq!(shown["lists"][0]["state"], "approved");
    for (step, said) in [
        (&["gate", book, &number, "--gate-pass", "HF1"][..], "past the gate"),
        (&["admit", book, &number], "in stock"),
    ] {
        let run = desk.inbound(step);
        assert_eq!(run.out, format!("bonded list {number}: {said}\n"), "{}", run.err);
    }
    gateway(&[]);
    assert_eq!(answers(), ["CommonResponeMessage", "INV201", "INV201", "INV202"]);
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
