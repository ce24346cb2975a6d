//! The pages of a demonstration: where they are, and whom one can sign in as.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};

use anyhow::Context as _;
use comfy_table::{Table as Grid, presets};
use serde::Serialize;
use tongguan_application::history::Cause;
use tongguan_application::people::{NewPerson, People, Policy, add};
use tongguan_application::registry::fingerprint;
use tongguan_domain::access::{Authority, Role, SignIn, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::party::Role as PartyRole;
use tongguan_storage::seal::random;
use tongguan_testkit::cast::Actor;
use tongguan_testkit::traffic::crew::{Crew, Team};
use tongguan_testkit::traffic::{EXAMINING_OFFICE, REVIEWING_OFFICE};

use super::super::serve;
use super::filings;
use super::stage::Stage;

/// Where the pages are looked for first.
const USUAL: SocketAddr =
    SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 8080));
/// Characters of the password: 64 random bits, for made-up parcels on the own machine.
const PASSWORD: usize = 16;

/// Where the pages are, and whom one can sign in as.
#[derive(Debug, Serialize)]
pub struct Pages {
    /// Their address.
    pub address: String,
    /// Somebody of each role. Nobody needs a second factor.
    pub people: Vec<Person>,
}

/// Somebody to sign in as.
#[derive(Debug, Serialize)]
pub struct Person {
    role: &'static str,
    organisation: String,
    sign_in: String,
    password: String,
}

/// Listens there; or at the usual address, or any port where that is in use.
///
/// # Errors
/// When it cannot be listened at.
pub fn listen(at: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    match at {
        Some(at) => serve::listen(at),
        None => serve::listen(USUAL).or_else(|_| serve::listen(SocketAddr::new(USUAL.ip(), 0))),
    }
}

/// Files some goods, and lets somebody of each role in, all with one random password: for the merchant of the first parcel, the
/// operator of the supervised place, and the offices where something waits. Programs have keys instead.
///
/// # Errors
/// When somebody cannot be let in.
pub fn admit(
    stage: &Stage,
    crew: &Crew,
    team: Option<Team>,
    port: Option<OfficeCode>,
) -> anyhow::Result<Vec<Person>> {
    let product = &stage.product;
    let now = product.clock.now();
    let mut password = fingerprint(&random()?);
    password.truncate(PASSWORD);
    let people = People::open(&product.store, product.keyring.clone(), Policy::default())?;
    let organisations = Organisations::of(stage, crew, team, port)?;
    filings::lodge(stage, organisations.merchant.0)?;
    let cause = Cause::Command("demo".to_owned());
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::Program);
    roles
        .map(|role| {
            let standing = organisations.standing(role);
            let sign_in = SignIn::parse(role.name())?;
            let name = format!("示例{}", role.title().0);
            let new = NewPerson { sign_in: sign_in.clone(), name, standing };
            let invitation = add(&mut people.writer(), &new, &cause, now)?;
            people.accept(&invitation.code, &password, now)?;
            Ok(Person {
                role: role.name(),
                organisation: organisations.name(standing),
                sign_in: sign_in.to_string(),
                password: password.clone(),
            })
        })
        .collect()
}

/// For whom people act.
struct Organisations {
    merchant: (PartyId, String),
    facility: (PartyId, String),
    reviewing: OfficeCode,
    examining: OfficeCode,
    port: OfficeCode,
}

impl Organisations {
    fn of(
        stage: &Stage,
        crew: &Crew,
        team: Option<Team>,
        port: Option<OfficeCode>,
    ) -> anyhow::Result<Self> {
        let registry = &stage.product.knowledge.registry;
        let registered = |actor: Option<&Actor>| {
            let code = actor.and_then(|actor| actor.party.codes.first());
            let party = code.and_then(|code| registry.named(code));
            let party = party.context("a made-up party is not registered")?;
            anyhow::Ok((party.id, party.name.to_string()))
        };
        let is_merchant = |actor: &&Actor| actor.party.roles.contains(PartyRole::Merchant);
        let merchant = match team {
            Some(team) => Some(crew.actor(team.merchant)),
            None => crew.actors().iter().find(is_merchant),
        };
        let examining = OfficeCode::parse(EXAMINING_OFFICE)?;
        Ok(Self {
            merchant: registered(merchant)?,
            facility: registered(Some(crew.actor(crew.facility_operator())))?,
            reviewing: OfficeCode::parse(REVIEWING_OFFICE)?,
            examining,
            port: port.unwrap_or(examining),
        })
    }

    fn standing(&self, role: Role) -> Standing {
        let customs = |office| Standing::Customs { office, role };
        match role {
            Role::Officer | Role::Supervisor | Role::RiskManager => customs(self.reviewing),
            Role::Examiner => customs(self.examining),
            Role::PortOfficer => customs(self.port),
            Role::FacilityStaff => Standing::Facility(self.facility.0),
            Role::AuthorityStaff => Standing::Authority(Authority::Tax),
            Role::Auditor => Standing::Auditor,
            Role::SystemAdministrator => Standing::System,
            Role::EnterpriseAdministrator | Role::Clerk | Role::Reader | Role::Program => {
                Standing::Enterprise { party: self.merchant.0, role }
            }
        }
    }

    fn name(&self, standing: Standing) -> String {
        match standing {
            Standing::Enterprise { .. } => self.merchant.1.clone(),
            Standing::Facility(_) => self.facility.1.clone(),
            other => other.organisation(),
        }
    }
}

impl Pages {
    /// Writes them for people.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\nThe pages are at {} until you press Ctrl-C; sign in as:\n", self.address)?;
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(["name", "password", "for"]);
        for person in &self.people {
            grid.add_row([&person.sign_in, &person.password, &person.organisation]);
        }
        writeln!(out, "{grid}")
    }
}
