//! A registry file: TOML with a table `[[party]]` for each party and `[[place]]` for each supervised place, or CSV
//! with a line for each of either.
//!
//! Both have the same fields by the same names (`docs/reference/registry.md`), so both are read into
//! the same drafts, texts at their lines, which are then refined into [`Entry`]s and [`PlaceEntry`]s. Reading never stops
//! at the first fault.

mod csv;
mod draft;
mod refine;
mod toml;

use std::collections::{HashMap, HashSet};

use tongguan_domain::defect::Defect;

use self::draft::{Draft, Kind};
use super::defect::{NO_PARTY, REPEATED, at};
use super::entry::Entry;
use super::place::PlaceEntry;

/// Gives the contents of a file that a registry file names, such as a certificate's.
pub type Files<'f> = dyn Fn(&str) -> std::io::Result<Vec<u8>> + 'f;

/// How a registry file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.toml`
    Toml,
    /// `.csv`, separated by commas.
    Csv,
}

impl Format {
    /// By the ending of a file's name.
    pub fn of(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        [("toml", Self::Toml), ("csv", Self::Csv)]
            .into_iter()
            .find(|(known, _)| ending.eq_ignore_ascii_case(known))
            .map(|(_, format)| format)
    }
}

/// What a registry file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Its parties.
    pub parties: Vec<Entry>,
    /// Its supervised places.
    pub places: Vec<PlaceEntry>,
}

/// Reads a registry file.
///
/// # Errors
/// Every defect, in the order of the lines.
pub fn read(text: &str, format: Format, files: &Files<'_>) -> Result<Contents, Vec<Defect>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Found::default();
    let drafts = match format {
        Format::Toml => toml::drafts(text, &mut found),
        Format::Csv => csv::drafts(text, &mut found),
    };
    if drafts.is_empty() && found.0.is_empty() {
        found.note(1, Defect::at(&NO_PARTY, "line 1"));
    }
    let mut contents = Contents::default();
    for draft in &drafts {
        match draft.kind {
            Kind::Party => contents.parties.extend(refine::entry(draft, files, &mut found)),
            Kind::Place => contents.places.extend(refine::place(draft, &mut found)),
        }
    }
    refuse_repetitions(&drafts, &contents, &mut found);
    if found.0.is_empty() { Ok(contents) } else { Err(found.in_order()) }
}

/// The defects so far, with their lines.
#[derive(Debug, Default)]
struct Found(Vec<(u64, Defect)>);

impl Found {
    fn note(&mut self, line: u64, defect: Defect) {
        self.0.push((line, defect));
    }

    fn in_order(mut self) -> Vec<Defect> {
        self.0.sort_by_key(|(line, _)| *line);
        self.0.into_iter().map(|(_, defect)| defect).collect()
    }
}

/// A code names one party or place, an own certificate one party, and so it stands in the file once; a delegate stands once
/// in a party.
fn refuse_repetitions(drafts: &[Draft<'_>], contents: &Contents, found: &mut Found) {
    let mut first = HashMap::new();
    for (line, code) in drafts.iter().flat_map(Draft::codes) {
        if let Some(earlier) = first.insert(code.clone(), line) {
            found.note(line, at(&REPEATED, line, "codes").found(code).with("line", earlier));
        }
    }
    let mut first = HashMap::new();
    for PlaceEntry { line, code, .. } in &contents.places {
        if let Some(earlier) = first.insert(code, *line) {
            found.note(*line, at(&REPEATED, *line, "code").found(code).with("line", earlier));
        }
    }
    let mut owners = HashMap::new();
    for entry in &contents.parties {
        let mut named = HashSet::new();
        for (field, certificate) in entry.all_certificates() {
            let digest = *certificate.digest();
            let own =
                (field == "certificates").then(|| owners.insert(digest, entry.line)).flatten();
            let here = (!named.insert(digest)).then_some(entry.line);
            if let Some(earlier) = own.or(here) {
                let defect = at(&REPEATED, entry.line, field);
                let serial = certificate.serial();
                found.note(entry.line, defect.found(serial).with("line", earlier));
            }
        }
    }
}

#[cfg(test)]
mod tests;
