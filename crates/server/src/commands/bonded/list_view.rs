//! Bonded lists and gate passes as officers and machines read them.

use std::io::{self, Write};

use serde_json::json;
use tongguan_application::bonded::{By, ListRecord, NamedBy, PassRecord};
use tongguan_domain::bonded::list::BondedListState;
use tongguan_web::views::bonded::{ListStandingView, PassView};

/// Where a list stands after a step; of one that is past the gate also what is short.
pub fn reached(out: &mut impl Write, list: &ListRecord, as_json: bool) -> io::Result<()> {
    if as_json {
        return writeln!(out, "{}", json!(ListStandingView::of(list)));
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

/// A gate pass: where it stands, since when, who let its vehicle through or gave it up, and its lists.
pub fn pass(out: &mut impl Write, of: &PassRecord, as_json: bool) -> io::Result<()> {
    if as_json {
        return writeln!(out, "{}", json!(PassView::of(of)));
    }
    write!(out, "gate pass {}: {} since {}", of.number, of.state, of.since)?;
    if let Some(By { officer, reason }) = &of.by {
        write!(out, "  {officer}  {reason}")?;
    }
    writeln!(out)?;
    for list in &of.lists {
        writeln!(out, "    {} in account book {}", list.number, list.book)?;
    }
    Ok(())
}

fn named<'p>(named_by: &NamedBy, passes: &'p [PassRecord]) -> Option<&'p PassRecord> {
    passes.iter().find(|pass| pass.number == named_by.pass)
}
