//! How it is told what is kept and held.

use serde_json::{Value, json};
use tongguan_application::retention::{Hold, Item, Stage};

pub(super) fn said(stage: &Stage) -> String {
    match stage {
        Stage::NoLaw => "no row of law says how long".to_owned(),
        Stage::Kept(kept) => format!("until {} at least, by {}", kept.last_day, kept.row),
        Stage::Open(1) => "a parcel of the month is open".to_owned(),
        Stage::Open(open) => format!("{open} parcels of the month are open"),
        Stage::Held(holds) => {
            let holds: Vec<_> = holds.iter().map(ToString::to_string).collect();
            format!("by hold {}", holds.join(", "))
        }
        Stage::Over(kept) | Stage::Due(kept) => format!("since {}, by {}", kept.last_day, kept.row),
        Stage::Erased(at) => format!("at {at}"),
    }
}

pub(super) fn as_json(Item { month, class, stage }: &Item) -> Value {
    let mut said = json!({
        "month": month.to_string(),
        "class": class.name(),
        "stage": stage.name(),
    });
    if let Some(fields) = said.as_object_mut() {
        match stage {
            Stage::NoLaw => {}
            Stage::Kept(kept) | Stage::Over(kept) | Stage::Due(kept) => {
                fields.insert("kept_until".to_owned(), json!(kept.last_day.to_string()));
                fields.insert("law".to_owned(), json!(kept.row.to_string()));
                fields.insert("years".to_owned(), json!(kept.years));
            }
            Stage::Open(open) => {
                fields.insert("open".to_owned(), json!(open));
            }
            Stage::Held(holds) => {
                fields.insert("holds".to_owned(), json!(holds));
            }
            Stage::Erased(at) => {
                fields.insert("erased_at".to_owned(), json!(at.to_string()));
            }
        }
    }
    said
}

pub(super) fn hold_as_json(hold: &Hold) -> Value {
    json!({
        "hold": hold.n,
        "declaration": hold.declaration_id.to_string(),
        "reason": hold.reason,
        "set_by": hold.set_by,
        "set_at": hold.set_at.to_string(),
        "lifted_by": hold.lifted_by,
        "lifted_at": hold.lifted_at.map(|at| at.to_string()),
        "lifted_for": hold.lifted_for,
    })
}
