//! The sandbox (沙箱): test enterprises for whoever wants to try, with keys, sign-ins and an office of their own.
//!
//! | | |
//! |---|---|
//! | [`Sandbox::found`] | registers a test enterprise, and gives what it needs to begin |
//! | [`Enterprise::parcel`] | the signed messages of a made-up parcel, imported or exported |
//! | [`Member::sign`] | signs what somebody wrote |
//! | [`Sandbox::rule`] | automatic officers: they do what the order number of a parcel asks for |
//! | [`Sandbox::forward`], [`Sandbox::forward_for`] | moves the sandbox's clock forward |
//!
//! No service has one unless it was started as a sandbox, on a directory that says so. The secrets of an
//! enterprise are in memory alone: whoever comes back after the sandbox was started anew founds another one.

mod bonded;
mod enterprise;
mod error;
mod export;
mod officers;
mod parcel;
mod people;
mod premises;

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongguan_domain::ids::OfficeCode;
use tongguan_domain::party::Standing as PartyStanding;
use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Subject, Validity};
use tongguan_messages::certificate::key::SigningKey;
use tongguan_storage::Store;
use tongguan_storage::seal::random;

use crate::access;
use crate::history::Cause;
use crate::people::{NewPerson, People, add, shut_out};
use crate::registry::{self, fingerprint};
use crate::settings;

use enterprise::Issue;
pub use enterprise::{Enterprise, Kind, Member};
pub use error::SandboxError;
pub use officers::Outcome;
pub use parcel::{Flow, ParcelError, Ready, Signed, send};
pub use people::{Employee, Post};

/// Enterprises of one sandbox: each has an office from 9001 to 9999.
const MOST: u64 = 999;
/// How long certificates and access keys are good.
const DAYS: i64 = 365 * 10;
/// Characters of a password.
const PASSWORD: usize = 16;

/// Moves a clock forward by so many days.
pub type Forward = Box<dyn Fn(i64) -> io::Result<()> + Send + Sync>;

/// Where test enterprises come from.
pub struct Sandbox {
    store: Store,
    people: Arc<People>,
    authority: Authority,
    forward: Forward,
    serial: AtomicU64,
    /// By the code that their addresses have.
    enterprises: Mutex<HashMap<String, Arc<Enterprise>>>,
}

/// What came of a founder's wish to move the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moving {
    /// It was moved.
    Moved,
    /// Others have test enterprises.
    NotAlone,
}

/// An authority for the certificates of one run of a sandbox.
///
/// # Errors
/// [`SandboxError`].
pub fn authority(now: Moment) -> Result<Authority, SandboxError> {
    let bytes: [u8; 8] = random()?;
    let seed = u64::from_le_bytes(bytes);
    let subject = Subject {
        organisation: "通关沙箱".to_owned(),
        code: None,
        // Each has a name of its own, so that those of earlier runs are trusted beside it.
        common_name: format!("通关沙箱根证书 {seed:016x}"),
    };
    let key = SigningKey::generate_sm2(&mut SeededChance::new(seed));
    Ok(Authority::root(&subject, key, 1, validity(now))?)
}

fn validity(now: Moment) -> Validity {
    Validity { from: now.plus_days(-1), until: now.plus_days(DAYS) }
}

impl Sandbox {
    /// Over a store, with the authority of this run.
    pub fn new(store: Store, people: Arc<People>, authority: Authority, forward: Forward) -> Self {
        let (serial, enterprises) = (AtomicU64::new(2), Mutex::default());
        Self { store, people, authority, forward, serial, enterprises }
    }

    /// Registers a test enterprise; gives the code of its address, which is as secret as its keys.
    ///
    /// # Errors
    /// [`SandboxError`].
    pub fn found(&self, now: Moment) -> Result<String, SandboxError> {
        // One at a time: each takes the next office.
        let mut enterprises = self.enterprises();
        let number = self.next_number()?;
        let enterprise = self.founded(number, now)?;
        let mut code = fingerprint(&random()?);
        code.truncate(32);
        enterprises.insert(code.clone(), Arc::new(enterprise));
        Ok(code)
    }

    /// The enterprise of a code.
    pub fn enterprise(&self, code: &str) -> Option<Arc<Enterprise>> {
        self.enterprises().get(code).cloned()
    }

    /// Founds another enterprise instead of this one, whose people and access keys end.
    ///
    /// # Errors
    /// [`SandboxError`].
    pub fn reset(&self, code: &str, now: Moment) -> Result<Option<String>, SandboxError> {
        let Some(enterprise) = self.enterprise(code) else { return Ok(None) };
        let fresh = self.found(now)?;
        let mut writer = self.people.writer();
        for Employee { sign_in, .. } in &enterprise.people {
            shut_out(&mut writer, sign_in, true, &cause(), now)?;
        }
        for member in &enterprise.members {
            access::withdraw(&mut writer, &member.key_number, None, &cause(), now)?;
        }
        let retired: Vec<_> = enterprise.entries(PartyStanding::Suspended).collect();
        registry::import(&mut writer, &retired, &cause(), now)?;
        drop(writer);
        self.enterprises().remove(code);
        Ok(Some(fresh))
    }

    /// Moves the time forward for the founder of an enterprise, where nobody else has one for whom it would move
    /// too; nothing where no enterprise has that code.
    ///
    /// # Errors
    /// [`SandboxError::Time`].
    pub fn forward_for(&self, code: &str, days: i64) -> Result<Option<Moving>, SandboxError> {
        // Nobody founds another one meanwhile.
        let enterprises = self.enterprises();
        if !enterprises.contains_key(code) {
            return Ok(None);
        }
        if enterprises.len() > 1 {
            return Ok(Some(Moving::NotAlone));
        }
        self.forward(days)?;
        Ok(Some(Moving::Moved))
    }

    /// Whether the enterprise of a code is the only one that was founded since the sandbox was started.
    pub fn is_alone(&self, code: &str) -> bool {
        let enterprises = self.enterprises();
        enterprises.len() == 1 && enterprises.contains_key(code)
    }

    /// Moves the time of the sandbox forward, for everybody in it.
    ///
    /// # Errors
    /// [`SandboxError::Time`].
    pub fn forward(&self, days: i64) -> Result<(), SandboxError> {
        Ok((self.forward)(days)?)
    }

    fn enterprises(&self) -> MutexGuard<'_, HashMap<String, Arc<Enterprise>>> {
        self.enterprises.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Behind those of earlier runs, which are registered still.
    fn next_number(&self) -> Result<u64, SandboxError> {
        let registry = self.store.read(registry::snapshot)?;
        let numbers = registry.parties().flat_map(|party| party.codes.iter());
        let last = numbers.filter_map(|code| enterprise::number_of(code.as_str())).max();
        let number = last.unwrap_or(0) + 1;
        if number > MOST { Err(SandboxError::Full) } else { Ok(number) }
    }

    fn founded(&self, number: u64, now: Moment) -> Result<Enterprise, SandboxError> {
        let mut chance = SeededChance::new(u64::from_le_bytes(random()?));
        let mut writer = self.people.writer();
        let mut members = Vec::with_capacity(Kind::ALL.len());
        for kind in Kind::ALL {
            let serial = self.serial.fetch_add(1, Ordering::Relaxed);
            let issue = Issue { authority: &self.authority, serial, validity: validity(now) };
            members.push(Member::new(kind, number, &issue, &mut chance, &mut writer, now)?);
        }
        let office = OfficeCode::parse(&format!("9{number:03}"))?;
        let mut password = fingerprint(&random()?);
        password.truncate(PASSWORD);
        let enterprise = Enterprise {
            number,
            members,
            office,
            people: Post::ALL
                .into_iter()
                .map(|post| Ok(Employee { post, sign_in: post.sign_in(number)? }))
                .collect::<Result<_, SandboxError>>()?,
            password,
            sent: Mutex::default(),
            first: Mutex::default(),
        };
        let carrier = enterprise.member(Kind::Carrier).party.code.clone();
        let contents = registry::file::Contents {
            parties: enterprise.entries(PartyStanding::Active).collect(),
            places: vec![premises::place(office, carrier)?],
        };
        registry::import_file(&mut writer, &contents, &cause(), now)?;
        // The automatic officers look at everything, so that an order number can ask for an outcome.
        settings::put(
            &mut writer,
            Some(office),
            "yellow_per_10_000",
            Some("10000"),
            &cause(),
            now,
        )?;
        drop(writer);
        self.let_in(&enterprise, now)?;
        Ok(enterprise)
    }

    /// Gives it stock, and lets its people in.
    fn let_in(&self, enterprise: &Enterprise, now: Moment) -> Result<(), SandboxError> {
        let registry = self.store.read(registry::snapshot)?;
        let party = |kind| {
            let party = registry.named(&enterprise.member(kind).party.code);
            party.map(|party| party.id).ok_or(SandboxError::NotRegistered)
        };
        premises::stock_up(
            &mut self.people.writer(),
            enterprise.office,
            party(Kind::Carrier)?,
            now,
        )?;
        for Employee { post, sign_in } in &enterprise.people {
            let standing = post.standing(enterprise.office, party)?;
            let name = format!("沙箱{}", post.role().title().0);
            let new = NewPerson { sign_in: sign_in.clone(), name, standing };
            let invitation = add(&mut self.people.writer(), &new, &cause(), now)?;
            self.people.accept(&invitation.code, &enterprise.password, now)?;
        }
        Ok(())
    }
}

fn cause() -> Cause {
    Cause::Command("sandbox".to_owned())
}
