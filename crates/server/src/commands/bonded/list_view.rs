//! Bonded lists and gate passes as officers and machines read them.

use std::io::{self, Write};

use serde_json::{Value, json};
use tongguan_application::bonded::{By, ListKey, ListRecord, NamedBy, PassRecord};
use tongguan_domain::bonded::list::BondedListState;
use tongguan_domain::bonded::review::Carried;
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{AccountItemNumber, GatePassNumber};

/// Where a list stands after a step; of one that is past the gate also what is short.
pub fn reached(out: &mut impl Write, list: &ListRecord, as_json: bool) -> io::Result<()> {
    if as_json {
        return writeln!(out, "{}", standing(list));
    }
    writeln!(out, "bonded list {}: {}", list.list.number, list.state)?;
    if matches!(list.state, BondedListState::Gated | BondedListState::Stocked) {
        let lines = list.list.lines.iter().zip(list.let_through());
        for ((item, declared), passed) in lines.filter(|((_, all), passed)| passed < all) {
            writeln!(out, "    {item}  {passed} of {declared} passed the gate")?;
        }
    }
    Ok(())
}

/// Lists with their lines, the gate passes that name them, and what was done with them.
pub fn lists(out: &mut impl Write, lists: &[ListRecord], passes: &[PassRecord]) -> io::Result<()> {
    for of in lists {
        writeln!(out, "{}  {}", of.list.number, of.state)?;
        for ((item, quantity), passed) in of.list.lines.iter().zip(of.let_through()) {
            writeln!(out, "    {item}  {quantity}, {passed} past the gate")?;
        }
        for named_by in &of.named_by {
            write!(out, "    gate pass {}", named_by.pass)?;
            if let Some(pass) = named(named_by, passes) {
                write!(out, "  {}  {}", pass.since, pass.state)?;
                if let Some(By { officer, reason }) = &pass.by {
                    write!(out, "  {officer}  {reason}")?;
                }
            }
            writeln!(out)?;
            for (item, quantity) in &named_by.carried {
                writeln!(out, "        {item}  {quantity}")?;
            }
        }
        for (state, at, by) in &of.steps {
            writeln!(out, "    {at}  {state}  {}  {}", by.officer, by.reason)?;
        }
    }
    Ok(())
}

/// The same for machines.
pub fn list_json(of: &ListRecord, passes: &[PassRecord]) -> Value {
    let mut shown = standing(of);
    let named_by = of.named_by.iter().map(|named_by| {
        let pass = named(named_by, passes);
        let by = pass.and_then(|pass| pass.by.as_ref());
        json!({
            "gate_pass": named_by.pass.as_str(),
            "state": pass.map(|pass| pass.state.to_string()),
            "since": pass.map(|pass| pass.since.to_string()),
            "officer": by.map(|by| &by.officer),
            "reason": by.map(|by| &by.reason),
            "carried": carried(&named_by.carried),
        })
    });
    let steps = of.steps.iter().map(|(state, at, by)| {
        json!({
            "state": state.to_string(),
            "at": at.to_string(),
            "officer": by.officer,
            "reason": by.reason,
        })
    });
    shown["named_by"] = named_by.collect();
    shown["steps"] = steps.collect();
    shown
}

/// A gate pass: where it stands, since when, who let its vehicle through or gave it up, and its lists.
pub fn pass(out: &mut impl Write, of: &PassRecord, as_json: bool) -> io::Result<()> {
    let lists = of.lists.iter();
    if as_json {
        let list =
            |list: &ListKey| json!({ "book": list.book.as_str(), "number": list.number.as_str() });
        let shown = json!({
            "gate_pass": of.number.as_str(),
            "state": of.state.to_string(),
            "since": of.since.to_string(),
            "officer": of.by.as_ref().map(|by| &by.officer),
            "reason": of.by.as_ref().map(|by| &by.reason),
            "lists": lists.map(list).collect::<Vec<_>>(),
        });
        return writeln!(out, "{shown}");
    }
    write!(out, "gate pass {}: {} since {}", of.number, of.state, of.since)?;
    if let Some(By { officer, reason }) = &of.by {
        write!(out, "  {officer}  {reason}")?;
    }
    writeln!(out)?;
    for list in lists {
        writeln!(out, "    {} in account book {}", list.number, list.book)?;
    }
    Ok(())
}

/// What a list says, where it stands, and what passed the gate of it.
fn standing(of: &ListRecord) -> Value {
    let lines = of.list.lines.iter().zip(of.let_through()).map(|((item, quantity), passed)| {
        json!({
            "item": item.as_str(),
            "quantity": quantity.to_string(),
            "passed": passed.to_string(),
        })
    });
    json!({
        "number": of.list.number.as_str(),
        "state": of.state.to_string(),
        "gate_pass": of.gate_pass.as_ref().map(GatePassNumber::as_str),
        "lines": lines.collect::<Vec<_>>(),
    })
}

/// What one of several vehicles carries; nothing where it takes the list whole.
fn carried(carried: &Carried) -> Option<Value> {
    let line = |(item, quantity): &(AccountItemNumber, StockQuantity)| json!({ "item": item.as_str(), "quantity": quantity.to_string() });
    (!carried.is_empty()).then(|| carried.iter().map(line).collect())
}

fn named<'p>(named_by: &NamedBy, passes: &'p [PassRecord]) -> Option<&'p PassRecord> {
    passes.iter().find(|pass| pass.number == named_by.pass)
}
