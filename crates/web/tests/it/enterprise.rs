//! What an enterprise sees, of its own and of nobody else's.

use crossbeam_channel::Receiver;
use tongguan_application::guarantees::Movements;
use tongguan_application::mailboxes::Distributor;
use tongguan_application::parcels::Projector;
use tongguan_application::reception::{Errand, Reception};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::party::Party;
use tongguan_domain::time::Moment;
use tongguan_storage::{PartyCodeRow, PartyRow};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::parcel;
use tongguan_testkit::world::{Beginning, World};

use crate::fixture::{Answer, Browser, Site, lenient};

mod accounts;
mod asking;
mod figures;
mod lists;
mod mail;
mod pages;
mod parcels;
mod people;
mod programs;
mod tokens;
mod verify;
mod views;
mod webhooks;

/// A world in which the merchant has imported and the exporter exported, and its pages.
struct Stage {
    world: World,
    site: Site,
    /// What is handed over.
    errands: Receiver<Errand>,
}

impl Stage {
    fn set() -> Self {
        Self::of(Beginning::unsigned())
    }

    fn of(beginning: Beginning) -> Self {
        let mut world = World::with(beginning);
        for n in 1..=2 {
            world.send(&parcel(n, sent_at()).unwrap().documents());
        }
        let [order, payment, _, waiting] = parcel(3, sent_at()).unwrap().documents();
        world.send(&[order, payment, waiting]);
        world.send(&export(4, sent_at()).unwrap().documents());
        register(&world);
        Projector::open(&world.store).unwrap().take_up().unwrap();
        Movements::open(&world.store).unwrap().take_up().unwrap();
        Distributor::open(&world.store).unwrap().distribute().unwrap();
        let (reception, errands) = Reception::open(4);
        let site = Site::over(world.store.clone(), world.clock.clone(), reception, lenient());
        for (name, party) in
            [("merchant", &world.cast.merchant), ("exporter", &world.cast.exporter)]
        {
            let party = party.party.id;
            let role = Role::EnterpriseAdministrator;
            site.admit(name, Standing::Enterprise { party, role });
        }
        Self { world, site, errands }
    }

    async fn merchant(&self) -> Browser<'_> {
        self.site.signed_in("merchant").await
    }

    async fn exporter(&self) -> Browser<'_> {
        self.site.signed_in("exporter").await
    }
}

fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

/// Writes the cast into the store, where pages look for names and mailboxes.
fn register(world: &World) {
    let row = |party: &Party| PartyRow {
        party_id: party.id,
        name: party.name.clone(),
        roles: party.roles.bits(),
        suspended: false,
        valid_from: Moment::start_of(party.valid_from),
        valid_to: None,
        mailbox: party.mailbox.clone(),
        payment_url: None,
    };
    let parties = world.cast.actors().map(|actor| &actor.party);
    let rows: Vec<_> = parties.iter().map(|party| row(party)).collect();
    let codes: Vec<_> = parties
        .iter()
        .flat_map(|party| {
            let codes = (0..).zip(&party.codes);
            codes.map(|(place, code)| PartyCodeRow {
                code: code.clone(),
                party_id: party.id,
                place,
            })
        })
        .collect();
    let mut writer = world.store.writer().unwrap();
    writer
        .transaction(|tx| {
            tx.insert(&rows)?;
            tx.insert(&codes)
        })
        .unwrap();
}

/// The text of a page without what is data in Chinese: names, and what says of itself that it is Chinese.
fn own_words(stage: &Stage, page: &Answer) -> String {
    let mut parts = page.body.replace("李伟", "");
    while let Some((before, rest)) = parts.split_once("lang=\"zh-Hans\"") {
        let (_, text) = rest.split_once('>').unwrap();
        parts = format!("{before}>{}", &text[text.find('<').unwrap()..]);
    }
    let mut text = parts;
    for actor in stage.world.cast.actors() {
        text = text.replace(&actor.party.name, "");
    }
    text
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
