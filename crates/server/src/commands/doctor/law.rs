//! The law as it is loaded: what has ended and has no successor.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::codes;
use tongguan_codelists::{Row, Table};
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

use super::{Findings, SOON_DAYS, some};

/// Keys under which no row holds today, or soon none will.
pub fn rules(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let pack = store.read(codes::pack)?;
    let (today, soon) = (now.china_day(), now.plus_days(SOON_DAYS).china_day());
    findings.ok("law", place, format!("pack {}", pack.digest()));
    for table in Table::ALL.iter().copied() {
        let mut by_key = BTreeMap::<String, Vec<Row>>::new();
        for row in pack.rows(table) {
            by_key.entry(row.key()).or_default().push(row);
        }
        let (mut ended, mut ending) = (BTreeSet::new(), BTreeSet::new());
        for (key, rows) in by_key {
            let holds = |day| rows.iter().any(|row| row.validity().covers(day));
            let begun = rows.iter().any(|row| row.validity().from <= today);
            match (holds(today), holds(soon)) {
                (true, true) => {}
                (true, false) => drop(ending.insert(key)),
                (false, _) if begun => drop(ended.insert(key)),
                (false, _) => {}
            }
        }
        if !ended.is_empty() {
            let said = format!("no row of {table} holds today for {}", some(&ended));
            let todo =
                "import the rows that hold now, or leave it: such goods are reviewed by hand";
            findings.warn("law", place, said, todo);
        }
        if !ending.is_empty() {
            let said = format!("{table} ends before {soon} for {}", some(&ending));
            findings.warn("law", place, said, "import its successor with `codes import`");
        }
    }
    Ok(())
}
