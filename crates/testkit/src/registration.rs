//! The cast as a registry file, for those who run the product as it is shipped.

use std::fmt::Write as _;

use crate::cast::{Actor, Cast};

/// The roles of the actors, in their order.
const ROLES: [&str; 5] = [
    "\"platform\", \"guarantor\"",
    "\"merchant\"",
    "\"payment-institution\"",
    "\"carrier\", \"declarant\", \"facility-operator\"",
    "\"merchant\"",
];

/// The registry file of those of the cast that `who` names; the platform has a guarantee of so many yuan.
pub fn registration(cast: &Cast, who: impl Fn(&Actor) -> bool, granted: &str) -> String {
    let mut parties = String::new();
    for (actor, roles) in cast.actors().into_iter().zip(ROLES).filter(|(actor, _)| who(actor)) {
        let codes = actor.party.codes.first().map(ToString::to_string).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(
            parties,
            "[[party]]\nname = \"{}\"\ncodes = [\"{codes}\"]\nroles = [{roles}]\n\
             valid_from = 2020-01-01\nmailbox = \"{}\"\ncertificates = ['''{}''']\n\n",
            actor.party.name,
            actor.mailbox(),
            actor.certificate.to_pem(),
        );
        if roles.starts_with("\"platform") {
            let _ = write!(parties, "[party.guarantee]\ngranted = \"{granted}\"\n\n");
        }
    }
    parties
}
