//! `tongguan registry`: importing, listing, showing parties, and raising a guarantee.

use std::path::Path;

use tempfile::TempDir;

use crate::run::{Run, tongguan_in};

/// A directory of its own for each test, also for the database.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(name: &str, text: &str) -> Self {
        let desk = Self::new();
        desk.write(name, text);
        desk
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        tongguan_in(self.path(), &[&["registry"], arguments].concat(), "")
    }
}

const PARTIES: &str = r#"
[[party]]
name = "甲电商平台"
codes = ["91350100M000100Y43", "1100000002"]
roles = ["platform", "merchant"]
valid_from = 2026-01-01
mailbox = "DXPENT0000000001"

[party.guarantee]
granted = "500000.00"
reference = "保函1号"

[[party]]
name = "乙物流"
codes = ["46121601BC"]
roles = ["carrier"]
standing = "suspended"
"#;

#[test]
fn parties_are_imported_once_listed_by_role_and_shown_by_either_code() {
    let desk = Desk::with("parties.toml", PARTIES);
    let run = desk.run(&["import", "parties.toml"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("+ 1100000002, 91350100M000100Y43  甲电商平台"), "{}", run.out);
    assert!(run.out.contains("2 added, 0 changed, 0 unchanged"), "{}", run.out);
    let again = desk.run(&["import", "parties.toml"]);
    assert!(again.out.contains("0 added, 0 changed, 2 unchanged"), "{}", again.out);

    let listed = desk.run(&["list", "--role", "carrier", "--json"]).json();
    let carriers = listed["parties"].as_array().unwrap();
    assert_eq!(carriers.len(), 1);
    assert_eq!(carriers[0]["standing"], "suspended");
    let table = desk.run(&["list"]).out;
    assert!(table.contains("500000.00 free of 500000.00") && table.contains("乙物流"), "{table}");

    let [one, other] =
        ["1100000002", "91350100m000100y43"].map(|code| desk.run(&["show", code, "--json"]).json());
    assert_eq!(one, other);
    assert_eq!(one["name"], "甲电商平台");
    assert_eq!(one["codes"][0], "1100000002", "the customs code first");
    assert_eq!(one["guarantee"]["reference"], "保函1号");
    let text = desk.run(&["show", "1100000002"]).out;
    assert!(text.contains("mailbox  DXPENT0000000001"), "{text}");
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let desk = Desk::with("parties.toml", PARTIES);
    let run = desk.run(&["import", "parties.toml", "--data", "store", "--dry-run", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let told = run.json();
    assert_eq!((told["dry_run"].as_bool(), told["added"].as_i64()), (Some(true), Some(2)));
    assert!(!desk.path().join("store").exists(), "not even a database");

    desk.run(&["import", "parties.toml", "--data", "store"]);
    desk.write("parties.toml", &PARTIES.replace("suspended", "active"));
    let run = desk.run(&["import", "parties.toml", "--data", "store", "--dry-run"]);
    assert!(run.out.contains("standing: `suspended` -> `active`"), "{}", run.out);
    assert!(run.out.contains("nothing was changed"), "{}", run.out);
    let shown = desk.run(&["show", "46121601BC", "--data", "store", "--json"]).json();
    assert_eq!(shown["standing"], "suspended");
}

#[test]
fn every_defect_is_named_by_file_line_and_field_and_nothing_is_imported() {
    let text = "name,codes,roles,certificates\n\
                甲,91350100M000100Y44,platform,\n\
                乙,46121601BC,courier,keys/absent.pem\n";
    let desk = Desk::with("parties.csv", text);
    let run = desk.run(&["import", "parties.csv"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    for place in [
        "parties.csv: line 2, codes: found `91350100M000100Y44`",
        "parties.csv: line 3, roles: found `courier`, expected one of platform",
        "parties.csv: line 3, certificates: the certificate keys/absent.pem cannot be used",
    ] {
        assert!(run.err.contains(place), "{place}: {}", run.err);
    }
    let run = desk.run(&["import", "parties.csv", "--json"]);
    let defects = run.json();
    assert_eq!((run.status, defects["defects"].as_array().unwrap().len()), (1, 3));
    assert_eq!(defects["defects"][0]["code"], "malformed");
    assert!(defects["defects"][0]["message_zh"].as_str().unwrap().contains("格式错误"));
    assert!(!desk.path().join("tongguan-data").exists());
}

#[test]
fn codes_of_two_registered_parties_are_refused_and_both_are_named() {
    let desk = Desk::with("parties.toml", PARTIES);
    desk.run(&["import", "parties.toml"]);
    desk.write("more.csv", "name,codes,roles\n丙,1100000002;46121601BC,carrier\n");
    let run = desk.run(&["import", "more.csv"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("甲电商平台") && run.err.contains("乙物流"), "{}", run.err);
}

#[test]
fn certificates_are_found_beside_the_registry_file() {
    use tongguan_domain::time::Moment;
    use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
    use tongguan_messages::certificate::key::SigningKey;

    let moment = |text| Moment::parse_wire(text).unwrap();
    let subject = Subject { organisation: "甲".into(), code: None, common_name: "甲".into() };
    let validity = Validity { from: moment("20260101000000"), until: moment("20301231000000") };
    let key = SigningKey::generate_sm2(&mut SeededChance::new(7));
    let authority = Authority::root(&subject, key, 7, validity).unwrap();

    let desk = Desk::new();
    desk.write("registry/keys/one.pem", &authority.certificate().to_pem());
    let text = "name,codes,roles,certificates\n甲,1100000002,merchant,keys/one.pem\n";
    desk.write("registry/parties.csv", text);
    let run = desk.run(&["import", "registry/parties.csv"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let shown = desk.run(&["show", "1100000002", "--json"]).json();
    let digest: String =
        authority.certificate().digest().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(shown["certificates"][0]["sha256"], digest);
    assert_eq!(shown["certificates"][0]["stopped"], false);
}

#[test]
fn a_guarantee_is_raised_and_lowered() {
    let desk = Desk::with("parties.toml", PARTIES);
    desk.run(&["import", "parties.toml"]);
    let raise = ["guarantee", "91350100M000100Y43", "--granted", "600000"];
    let run = desk.run(&raise);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("甲电商平台: 500000.00 -> 600000.00"), "{}", run.out);
    let lowered = desk.run(&["guarantee", "1100000002", "--granted", "0.5", "--json"]).json();
    assert_eq!(lowered["before"], "600000.00");
    assert_eq!(lowered["guarantee"]["free"], "0.50");
}

#[test]
fn the_history_tells_what_was_changed_by_what_and_when() {
    let desk = Desk::with("parties.toml", PARTIES);
    desk.run(&["import", "parties.toml"]);
    desk.run(&["import", "parties.toml"]);
    desk.run(&["guarantee", "1100000002", "--granted", "600000"]);
    desk.write("parties.toml", &PARTIES.replace("suspended", "active").replace("500", "600"));
    desk.run(&["import", "parties.toml"]);

    let all = desk.run(&["history", "--json"]).json();
    let events = all["events"].as_array().unwrap();
    let places: Vec<_> = events.iter().map(|event| event["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["3:0", "2:0", "1:2", "1:1", "1:0"], "the second import changed nothing");
    assert_eq!(events[0]["subject"]["name"], "乙物流");
    let field = &events[0]["fields"][0];
    assert_eq!(
        [&field["field"], &field["before"], &field["after"]],
        ["standing", "suspended", "active"]
    );
    assert_eq!(events[0]["cause"]["file"], "parties.toml");
    assert_eq!(events[0]["cause"]["sha256"].as_str().unwrap().len(), 64);
    assert_ne!(events[0]["cause"]["sha256"], events[4]["cause"]["sha256"]);
    assert_eq!(events[1]["cause"]["command"], "registry guarantee");
    assert_eq!(
        (&events[1]["subject"]["kind"], &events[1]["change"]),
        (&"guarantee".into(), &"changed".into())
    );
    assert_eq!(all["next"], serde_json::Value::Null);

    let page = desk.run(&["history", "--json", "--limit", "2"]).json();
    assert_eq!((page["events"].as_array().unwrap().len(), &page["next"]), (2, &"2:0".into()));
    let rest = desk.run(&["history", "--json", "--after", "2:0"]).json();
    assert_eq!(rest["events"].as_array().unwrap()[..], events[2..]);

    let of_one = desk.run(&["history", "91350100M000100Y43", "--json"]).json();
    assert_eq!(of_one["events"].as_array().unwrap().len(), 3, "party and guarantee");
    let text = desk.run(&["history", "--limit", "2"]).out;
    for line in [
        "~ 46121601BC  乙物流",
        "    standing: `suspended` -> `active`",
        "~ guarantee of 1100000002, 91350100M000100Y43  甲电商平台",
        " by `registry guarantee`, revision 2",
        "more: --after 2:0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(desk.run(&["history", "1100000009"]).status, 1);
    assert_eq!(desk.run(&["history", "--after", "2"]).status, 2);
}

#[test]
fn wrong_arguments_are_told_what_to_do() {
    let desk = Desk::with("parties.toml", PARTIES);
    desk.write("parties.txt", "");
    std::fs::write(desk.path().join("binary.toml"), [0xff, 0xfe]).unwrap();
    let none = "nothing is registered";
    let cases: &[(&[&str], i32, &str)] = &[
        (&["list"], 1, none),
        (&["show", "1100000002"], 1, none),
        (&["guarantee", "1100000002", "--granted", "1"], 1, none),
        (&["list", "--data", "nowhere"], 1, "nowhere is not there"),
        (&["import", "absent.toml"], 1, "cannot read absent.toml"),
        (&["import", "binary.toml"], 1, "as UTF-8 text"),
        (&["import", "parties.txt"], 1, "must end in .toml or .csv"),
        (&["import", "parties.toml", "--data", "parties.txt"], 1, "cannot open the database in"),
        (&["list", "--data", "x", "--database", "y"], 2, "cannot be used with"),
        (&["list", "--role", "smuggler"], 2, "the roles are platform, merchant"),
        (&["guarantee", "1100000002", "--granted", "1.005"], 2, "at most two decimals"),
        (&["show", ""], 2, "PartyCode is empty"),
        (&["import", "parties.toml"], 0, ""),
        (&["show", "1100000009"], 1, "no party is registered under 1100000009"),
        (&["guarantee", "46121601BC", "--granted", "1"], 1, "has no guarantee"),
        (&["guarantee", "1100000009", "--granted", "1"], 1, "`tongguan registry list` shows all"),
    ];
    for (arguments, status, says) in cases {
        let run = desk.run(arguments);
        assert_eq!(run.status, *status, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(says), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn the_url_of_a_database_is_not_shown() {
    let desk = Desk::new();
    let url = "postgres://user:secret@127.0.0.1:1/none";
    let run = desk.run(&["list", "--database", url]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("check the URL"), "{}", run.err);
    assert!(!run.err.contains("secret"), "{}", run.err);
}

#[test]
fn goods_are_imported_for_a_party_listed_and_their_faults_named_by_row_and_column() {
    const GOODS: &str = "itemNo,gcode,gname,gmodel,unit,unit1,qty1,netWeight\n\
        CREAM,3304990029,面霜,50ml,瓶,千克,0.05,0.05\n";
    let desk = Desk::with("parties.toml", PARTIES);
    desk.write("goods.csv", GOODS);
    let import = ["goods", "import", "goods.csv", "--party", "46121601BC"];
    assert!(desk.run(&import).err.contains("nothing is registered"));
    assert_eq!(desk.run(&["import", "parties.toml"]).status, 0);
    let said = |run: Run, text: &str| {
        assert!(run.status == 0 && run.out.contains(text), "{} {}", run.out, run.err);
    };
    said(desk.run(&import), "1 added, 0 changed, 0 unchanged");
    said(desk.run(&import), "0 added, 0 changed, 1 unchanged");
    said(desk.run(&["goods", "list", "46121601BC"]), "3304990029");
    said(desk.run(&["goods", "list", "--json"]), "\"itemNo\":\"CREAM\"");
    said(desk.run(&["history", "46121601BC", "--filings"]), "+ goods CREAM of 46121601BC");

    desk.write("goods.csv", &GOODS.replace("3304990029", "330499002"));
    let wrong = desk.run(&import);
    assert_eq!(wrong.status, 1);
    assert!(wrong.err.contains("row 2, gcode"), "{}", wrong.err);
    desk.write("goods.csv", GOODS);
    let nobody = desk.run(&["goods", "import", "goods.csv", "--party", "9999999999"]);
    assert!(nobody.status == 1 && nobody.err.contains("no party is registered"), "{}", nobody.err);
}

#[test]
fn places_are_registered_beside_their_operators_and_listed() {
    let operator = "[[party]]\nname = '场所经营人'\ncodes = ['6104W60029']\n\
                    roles = ['facility-operator']\n\n[[place]]\ncode = 'CNNGB2916'\n\
                    name = '一号场所'\noffice = '2916'\noperator = '6104W60029'\n";
    let desk = Desk::with("parties.toml", operator);
    let run = desk.run(&["import", "parties.toml"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("+ place CNNGB2916  一号场所"), "{}", run.out);
    assert!(run.out.contains("2 added"), "{}", run.out);
    let places = "code,name,office,operator,valid_to\n\
                  CNNGB2916,二号场所,2917,6104W60029,2099-12-31\n";
    desk.write("places.csv", places);
    let told = desk.run(&["import", "places.csv", "--json"]).json();
    assert_eq!(told["places"][0]["change"], "changed", "{told}");
    assert_eq!(told["places"][0]["fields"][1]["after"], "2917", "{told}");
    let listed = desk.run(&["places", "--json"]).json();
    let place = &listed["places"][0];
    assert_eq!(place["operator_name"], "场所经营人", "{listed}");
    assert_eq!(place["valid_to"], "2099-12-31", "{listed}");
    let table = desk.run(&["places"]).out;
    assert!(table.contains("二号场所") && table.contains("场所经营人"), "{table}");
    desk.write("places.csv", &places.replace("6104W60029", "1100000002"));
    let run = desk.run(&["import", "places.csv"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("line 2, operator: no party is registered"), "{}", run.err);
    let told = desk.run(&["history"]).out;
    assert!(told.contains("~ place CNNGB2916"), "{told}");
}
