//! People who sign in.

use serde::Serialize;
use tongguan_application::enquiry::{MOST_COUNTED, Organisation};
use tongguan_application::people::Person;
use tongguan_application::registry::standing_name;
use utoipa::ToSchema;

/// Somebody who signs in (人员).
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// The name to sign in with.
    sign_in: String,
    /// The name that others see.
    name: String,
    /// As what: `clerk`, `officer` and so on.
    role: &'static str,
    /// For whom: the number of a party, the four digits of an office, or the name of an authority.
    organisation: String,
    /// Whether a password was chosen.
    has_password: bool,
    /// Whether an account at a provider of identity is linked.
    has_account: bool,
    /// Whether a second factor is set up.
    has_second_factor: bool,
    /// Whether the person was shut out.
    is_shut_out: bool,
    /// When the person was first let in.
    added_at: String,
}

/// An organisation for whom people act (单位).
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    /// Its number, as people are let in for it.
    party: i64,
    /// Its name.
    name: String,
    /// Its codes: customs registration, credit code.
    codes: Vec<String>,
    /// What it may act as.
    roles: Vec<&'static str>,
    /// `active` or `suspended`.
    standing: &'static str,
    /// The mailbox in which it is answered.
    mailbox: Option<String>,
    /// How many people act for it; `100+` where there are more.
    people: String,
}

impl OrganisationView {
    /// Of an organisation.
    pub fn of(one: &Organisation) -> Self {
        let party = &one.party;
        Self {
            party: party.id.0,
            name: party.name.clone(),
            codes: party.codes.iter().map(ToString::to_string).collect(),
            roles: party.roles.iter().map(|role| role.name()).collect(),
            standing: standing_name(party.standing),
            mailbox: party.mailbox.as_ref().map(ToString::to_string),
            people: counted(one.people),
        }
    }
}

/// How many people, as it is told.
pub fn counted(people: usize) -> String {
    let more = if people < MOST_COUNTED { "" } else { "+" };
    format!("{people}{more}")
}

impl PersonView {
    /// Of a person.
    pub fn of(person: &Person) -> Self {
        Self {
            sign_in: person.sign_in.to_string(),
            name: person.name.clone(),
            role: person.standing.role().name(),
            organisation: person.standing.organisation(),
            has_password: person.has_password,
            has_account: person.has_account,
            has_second_factor: person.has_second_factor,
            is_shut_out: person.is_shut_out,
            added_at: person.added_at.to_string(),
        }
    }
}
