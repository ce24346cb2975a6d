//! What is told of records, as JSON: the same by the interface and by `--json` of the commands.
//!
//! Money, quantities and numbers of records are texts: nothing is rounded on its way. Moments are ISO 8601 in
//! China's zone, days `2026-11-23`. Personal data are in none of them.

pub mod access;
pub mod basket;
pub mod board;
pub mod bonded;
pub mod cancellation;
pub mod case;
pub mod check;
pub mod declaration;
pub mod documents;
pub mod evidence;
pub mod export;
pub mod export_return;
pub mod facility;
pub mod figures;
pub mod filing;
pub mod formal;
pub mod gate;
pub mod guarantee;
pub mod history;
pub mod import;
pub mod mail;
pub mod parameter;
pub mod parcel;
pub mod past;
pub mod people;
pub mod queue;
pub mod registry;
pub mod relay;
pub mod relayed;
pub mod returns;
pub mod system;
pub mod tax;
pub mod transit;
pub mod unmasking;
pub mod verified;
pub mod webhook;

use tongguan_domain::ids::PartyId;
use tongguan_domain::registry::Registry;

/// The first code of a party, or its number where the registry has forgotten it.
pub fn code_of(registry: &Registry, party: PartyId) -> String {
    let code = registry.party(party).and_then(|party| party.codes.first());
    code.map_or_else(|| party.to_string(), ToString::to_string)
}

/// A party by code and name.
fn named(registry: &Registry, id: PartyId) -> String {
    let Some(party) = registry.party(id) else { return format!("party {id}, not registered") };
    let code = party.codes.first().map(|code| code.as_str()).unwrap_or_default();
    format!("{code} {}", party.name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
