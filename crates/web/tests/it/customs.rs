//! An office at work: the routes over a world with real declarations, and somebody at the desk.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use axum::http::StatusCode;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::ports::Clock as _;
use tongguan_application::reception::{Asked, Errand, Reception};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::time::Moment;
use tongguan_storage::{PartyCodeRow, PartyRow, Store};
use tongguan_testkit::cast::Cast;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::{Parcel, parcel, single_piece, sweeten};
use tongguan_testkit::world::{Beginning, World};

use crate::fixture::{Answer, Browser, Site, lenient};

/// An office at work.
pub struct Customs {
    // Dropped first: with it nobody can ask the desk any more, and the desk ends.
    site: Option<Site>,
    desk: Option<JoinHandle<()>>,
    world: Arc<Mutex<World>>,
}

impl Customs {
    /// Where sugar (chapter 17) is reviewed and malt extract (chapter 19) examined. `zhang` and `li` are
    /// officers, `chen` and `zhao` supervisors, `wu` examines, `gao` is at the port.
    pub fn open() -> Self {
        let hit = |prefix: &str, lane| Hit { on: Target::HsPrefix(prefix.into()), lane };
        let hits = vec![hit("17", Lane::Yellow), hit("1901", Lane::Red)];
        let selectivity = Selectivity { hits, ..Selectivity::default() };
        Self::where_office(OfficeSettings { selectivity, ..OfficeSettings::default() })
    }

    /// Where offices have settled something.
    pub fn where_office(default_office: OfficeSettings) -> Self {
        Self::with(Settings { default_office, ..Settings::default() })
    }

    /// With these settings.
    pub fn with(settings: Settings) -> Self {
        let world = World::with(Beginning { settings, ..Beginning::unsigned() });
        register(&world.store, &world.cast);
        let (reception, errands) = Reception::open(8);
        let site = Site::over(world.store.clone(), world.clock.clone(), reception, lenient());
        let office = OfficeCode::parse("2916").unwrap();
        for (name, role) in [
            ("zhang", Role::Officer),
            ("li.ming", Role::Officer),
            ("chen", Role::Supervisor),
            ("zhao", Role::Supervisor),
            ("wu.bin", Role::Examiner),
            ("gao", Role::PortOfficer),
        ] {
            site.admit(name, Standing::Customs { office, role });
        }
        let world = Arc::new(Mutex::new(world));
        let behind = Arc::clone(&world);
        let desk = thread::spawn(move || {
            for errand in errands {
                let Errand::Commands(Asked { commands, by, reply }) = errand else { continue };
                let mut world = behind.lock().unwrap();
                let refused = (0..).zip(commands).filter_map(|(place, command)| {
                    world.decide_for(by.as_ref(), command).err().map(|why| (place, why))
                });
                reply.send(Ok(refused.collect())).unwrap();
            }
        });
        Self { site: Some(site), desk: Some(desk), world }
    }

    pub fn site(&self) -> &Site {
        self.site.as_ref().unwrap()
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn now(&self) -> Moment {
        self.world().clock.now()
    }

    /// The `n`th parcel, of sugar, which is to be reviewed [300].
    pub fn in_review(&self, n: u64) -> (DeclarationId, Parcel) {
        let mut parcel = single_piece(n, sent_at(), 10_00).unwrap();
        sweeten(&mut parcel, 100);
        self.lodge(parcel)
    }

    /// The `n`th parcel, with malt extract, which is to be examined [500].
    pub fn under_examination(&self, n: u64) -> (DeclarationId, Parcel) {
        self.lodge(parcel(n, sent_at()).unwrap())
    }

    pub fn lodge(&self, parcel: Parcel) -> (DeclarationId, Parcel) {
        let mut world = self.world();
        world.send(&parcel.documents());
        (world.declaration(&parcel).unwrap().id, parcel)
    }

    /// The `n`th exported parcel.
    pub fn export(&self, n: u64) -> (DeclarationId, Export) {
        let parcel = export(n, sent_at()).unwrap();
        let mut world = self.world();
        world.send(&parcel.documents());
        (world.export(&parcel).unwrap().id, parcel)
    }

    /// The status at which an imported parcel stands.
    pub fn status(&self, parcel: &Parcel) -> i32 {
        self.world().declaration(parcel).unwrap().state.status().number()
    }
}

impl Drop for Customs {
    fn drop(&mut self) {
        drop(self.site.take());
        let ended = self.desk.take().map(JoinHandle::join);
        if !thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

/// Sends a form of a page that was opened in English, with its hidden fields, and checks the page that answers.
pub async fn send(
    browser: &mut Browser<'_>,
    page: &Answer,
    to: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let token = page.value_of("form_token").unwrap();
    let seen = page.value_of("seen").unwrap_or_default();
    let mut all = vec![("form_token", token.as_str()), ("seen", seen.as_str())];
    all.extend_from_slice(fields);
    let answer = browser.send(to, &all).await;
    if answer.status != StatusCode::SEE_OTHER {
        sound(&answer.body);
    }
    answer
}

/// Opens a page in English and in Chinese and checks what holds for every page; gives the English one.
pub async fn opened(browser: &mut Browser<'_>, address: &str) -> Answer {
    browser.open("/language/zh-Hans?back=/").await;
    let chinese = browser.open(address).await;
    assert_eq!(chinese.status, StatusCode::OK, "{address}: {chinese:?}");
    assert!(chinese.body.contains("<html lang=\"zh-Hans\">"));
    sound(&chinese.body);
    browser.open("/language/en?back=/").await;
    let english = browser.open(address).await;
    assert_eq!(english.status, StatusCode::OK, "{address}: {english:?}");
    sound(&english.body);
    speaks_english(&english.body);
    english
}

/// One `h1`, a label for every field, nothing that a strict policy of contents refuses, and light.
fn sound(page: &str) {
    assert_eq!(page.matches("<h1").count(), 1, "{page}");
    assert!(!page.contains(" style=") && !page.contains("<script>"), "{page}");
    assert!(page.len() < 100_000, "{}", page.len());
    for field in ["<input", "<select", "<textarea"] {
        for (at, _) in page.match_indices(field) {
            let tag = page[at..].split('>').next().unwrap();
            if tag.contains("type=\"hidden\"") || tag.contains("aria-label=") {
                continue;
            }
            let before = &page[..at];
            let inside = before.rfind("<label") > before.rfind("</label>");
            let named = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let labelled = named.is_some_and(|id| page.contains(&format!("for=\"{id}\"")));
            assert!(inside || labelled, "no label: {tag}");
        }
    }
}

/// No Chinese but in what is marked as such: data and official words.
fn speaks_english(page: &str) {
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(" lang=\"zh-Hans\"") {
        let (english, tag) = before.rsplit_once('<').unwrap();
        no_chinese(english);
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        // A field holds its text itself.
        let end = if name == "input" { ">".to_owned() } else { format!("</{name}>") };
        let (_, behind) = after.split_once(&end).unwrap();
        rest = behind;
    }
    no_chinese(rest);
}

fn no_chinese(text: &str) {
    let han = text.char_indices().find(|(_, it)| ('\u{2e80}'..='\u{9fff}').contains(it));
    if let Some((at, _)) = han {
        let near: String = text[at..].chars().take(40).collect();
        panic!("Chinese in an English page: {near}");
    }
}

fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

fn register(store: &Store, cast: &Cast) {
    let mut parties = Vec::new();
    let mut codes = Vec::new();
    for actor in cast.actors() {
        let party = &actor.party;
        parties.push(PartyRow {
            party_id: party.id,
            name: party.name.clone(),
            roles: party.roles.bits(),
            suspended: false,
            valid_from: Moment::start_of(party.valid_from),
            valid_to: None,
            mailbox: party.mailbox.clone(),
            payment_url: None,
        });
        codes.extend((0..).zip(&party.codes).map(|(place, code)| PartyCodeRow {
            code: code.clone(),
            party_id: party.id,
            place,
        }));
    }
    store
        .writer()
        .unwrap()
        .transaction(|tx| {
            tx.insert(&parties)?;
            tx.insert(&codes)
        })
        .unwrap();
}
