//! `tongguan export not-departed`: released exports that have not left.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use tongguan_domain::time::Moment;
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::message;

use crate::gateway::registration;
use crate::run::{Run, tongguan_in};

fn run(folder: &TempDir, arguments: &[&str]) -> Run {
    let run = tongguan_in(folder.path(), &[arguments, &["--data", "."]].concat(), "");
    assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
    run
}

#[test]
fn released_exports_are_listed_until_they_leave() {
    let folder = TempDir::new().unwrap();
    let cast = Cast::new(7, Signing::None).unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("parties.toml"), registration(&cast, |_| true, "1")).unwrap();
    run(&folder, &["registry", "import", "parties.toml"]);
    let parcels = [1, 2].map(|n| {
        let sent_at = Moment::parse_wire("20260302095900").unwrap();
        export(n, sent_at).unwrap()
    });
    let mut n = 0;
    for parcel in &parcels {
        let [order, waybill, declaration] = parcel.documents();
        for document in [order, waybill, declaration, parcel.arrival_document()] {
            n += 1;
            let text = message(&cast, &[document], n).unwrap();
            fs::write(folder.path().join(format!("in/{n}.xml")), text).unwrap();
        }
    }
    let unsigned = ["CEB303", "CEB505", "CEB507", "CEB603"].map(|code| ["--unsigned", code]);
    let gateway = ["gateway", "--inbox", "in", "--outbox", "out", "--once"];
    run(&folder, &[gateway.as_slice(), unsigned.as_flattened()].concat());

    let list = ["export", "not-departed", "--json"];
    let listed = |arguments: &[&str]| run(&folder, &[&list, arguments].concat()).json();
    assert_eq!(
        listed(&[])["declarations"],
        Value::Array(Vec::new()),
        "thirty days have not passed"
    );
    run(&folder, &["office", "set", "2916", "not_departed_days", "0"]);
    let first = listed(&["--limit", "1"]);
    assert_eq!(first["declarations"].as_array().unwrap().len(), 1);
    let row = &first["declarations"][0];
    assert_eq!(
        (&row["office"], &row["merchant"]),
        (&"2916".into(), &"示例出口贸易有限公司".into())
    );
    let rest = listed(&["--after", first["next"].as_str().unwrap()]);
    assert_eq!((&rest["next"], rest["declarations"].as_array().unwrap().len()), (&Value::Null, 1));
    let both = [row, &rest["declarations"][0]].map(|row| row["waybill_no"].as_str().unwrap());
    assert_eq!(BTreeSet::from(both), BTreeSet::from(["EE000000001CN", "EE000000002CN"]));

    let shown = run(&folder, &["export", "not-departed", "--office", "2916"]);
    assert!(shown.out.contains("EE000000002CN"), "{}", shown.out);
    let elsewhere = run(&folder, &["export", "not-departed", "--office", "2924"]);
    assert!(elsewhere.out.contains("everything has left in time"), "{}", elsewhere.out);
}
