//! What is due to be erased, which nobody does by himself.

use tongguan_application::codes;
use tongguan_application::retention::{Item, Stage, outline};
use tongguan_domain::time::Moment;
use tongguan_storage::Store;

use super::{Findings, some};

/// Records whose years are over, whether or not a parcel of their month is open.
pub fn over(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    now: Moment,
) -> anyhow::Result<()> {
    let pack = store.read(codes::pack)?;
    let items = outline(store, &pack, now)?;
    let is_over = |item: &&Item| matches!(item.stage, Stage::Over(_));
    let over: Vec<_> = items
        .iter()
        .filter(is_over)
        .map(|item| format!("{} of {}", item.class.name(), item.month))
        .collect();
    if over.is_empty() {
        findings.ok("retention", place, "the years of nothing that is kept are over");
        return Ok(());
    }
    let said = format!("the years are over of {}", some(&over));
    let todo = "look at `retention run --dry-run`, hold what a case needs, and run it";
    findings.warn("retention", place, said, todo);
    Ok(())
}
