//! The whole product in one process, with a clock that stands still.
//!
//! A test submits messages and looks at what an outsider can see. When the world is dropped it asserts
//! what every test would forget: nothing is held, the inbox is empty, the postings balance, and the
//! balances of buyers and guarantors are what postings and declarations say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tongguan_application::clearing::decide::{Draws, Undecidable};
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::incoming::{Filed, FiledFacts, Incoming};
use tongguan_application::clearing::record::{
    DeclarationRecord, DocumentKey, DocumentKind, DossierKey,
};
use tongguan_application::clearing::rows;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::delivery::{Rendered, pending, render};
use tongguan_application::intake::{Intake, Knowledge, Received, SignatureDemand, SignerCache};
use tongguan_application::numbering::IdSource;
use tongguan_application::originals::Archive;
use tongguan_application::pipeline::commit;
use tongguan_application::ports::Clock;
use tongguan_codelists::{HsLine, Pack};
use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::ids::{DeclarationId, MessageId, OfficeCode, PartyId};
use tongguan_domain::lane::Draw;
use tongguan_domain::mark::Mark;
use tongguan_domain::money::Money;
use tongguan_domain::party::Party;
use tongguan_domain::quantity::Measure;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_gateways::identity::StandIn;
use tongguan_messages::signature::Policy;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Guarantee, Partition, Store, StoreSettings, Target};
use tongguan_testbed::postgres::Database;

use crate::answers::{Answer, Billed, answers, bills};
use crate::audit;
use crate::cast::{Cast, Signing};
use crate::clock::MockClock;
use crate::parcels::{Document, Parcel, message};

/// What a world begins with.
#[derive(Debug)]
pub struct Beginning {
    /// Settings of the offices.
    pub settings: Settings,
    /// What the platform guarantees.
    pub guarantee: Money,
    /// How the cast signs.
    pub signing: Signing,
    /// Parties besides the cast, or in the place of one of it where the ids agree.
    pub parties: Vec<Party>,
    /// A PostgreSQL database, empty; the embedded database when absent.
    pub database: Option<Database>,
}

impl Beginning {
    /// Without signatures, which costs least time.
    pub fn unsigned() -> Self {
        Self { signing: Signing::None, ..Self::default() }
    }
}

impl Default for Beginning {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            guarantee: Money::from_fen(100_000_000),
            signing: Signing::Sm2,
            parties: Vec::new(),
            database: None,
        }
    }
}

/// What came out of one batch, as its receivers read it.
#[derive(Debug, Default)]
pub struct Sent {
    /// The messages.
    pub messages: Vec<Rendered>,
    /// Their statuses.
    pub answers: Vec<Answer>,
    /// Their tax bills.
    pub bills: Vec<Billed>,
}

impl Sent {
    fn of(messages: Vec<Rendered>) -> Self {
        Self { answers: answers(&messages), bills: bills(&messages), messages }
    }

    /// The statuses that the document of that number was given.
    pub fn to(&self, document: &Document) -> Vec<&Answer> {
        let guid = document.filing().guid.as_str();
        self.answers.iter().filter(|answer| answer.guid == guid).collect()
    }

    /// The numbers of those statuses.
    pub fn statuses(&self, document: &Document) -> Vec<i32> {
        self.to(document).iter().map(|answer| answer.status).collect()
    }

    /// The text of the last of those.
    pub fn last_text(&self, document: &Document) -> String {
        self.to(document).last().map(|answer| answer.text.clone()).unwrap_or_default()
    }
}

/// The whole product in one process.
pub struct World {
    /// The enterprises.
    pub cast: Cast,
    /// The clock.
    pub clock: Arc<MockClock>,
    /// The store.
    pub store: Store,
    engine: Option<Engine>,
    intake: Intake,
    key: Arc<DataKey>,
    archive: Archive,
    ids: IdSource,
    settings: Arc<Settings>,
    read: BTreeMap<Partition, i64>,
    declared: BTreeSet<DocumentKey>,
    persons: BTreeSet<Mark>,
    sent: u64,
    folder: TempDir,
    // Dropped after the store.
    database: Option<Database>,
}

/// Draws zero: nothing is selected by chance unless its rate is above nothing.
#[derive(Debug)]
struct Highest;

impl Draws for Highest {
    fn draw(&self, _office: OfficeCode, _declaration: DeclarationId) -> Draw {
        Draw(u16::MAX)
    }
}

impl World {
    /// A world at 10:00 on 2026-03-02 in China.
    pub fn start() -> Self {
        Self::with(Beginning::default())
    }

    /// A world that begins otherwise.
    ///
    /// # Panics
    /// When it cannot be set up: a test cannot go on then.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its world")]
    pub fn with(beginning: Beginning) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let begin = Moment::parse_wire("20260302100000").expect("a time");
        let clock = Arc::new(MockClock::at(begin));
        let cast = Cast::new(7, beginning.signing).expect("the cast");
        let target = match &beginning.database {
            Some(database) => Target::Postgres(database.url.clone()),
            None => Target::Sqlite(folder.path().to_owned()),
        };
        let store = Store::open(&target, StoreSettings::default(), begin).expect("a store");
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let archive = Archive::new(store.clone(), keyring.clone());
        let key = prepare(&store, &keyring, &cast, beginning.guarantee, begin);
        let signed = match beginning.signing {
            Signing::None => {
                SignatureDemand { not_demanded: tongguan_messages::ceb::MessageType::ALL.to_vec() }
            }
            Signing::Sm2 | Signing::Rsa => SignatureDemand::default(),
        };
        let knowledge = Knowledge {
            registry: Arc::new(registry(&cast, beginning.parties)),
            pack: Pack::builtin(),
            trust: cast.trust().expect("trust"),
            policy: Arc::new(Policy::china()),
            signed,
        };
        let intake = Intake {
            knowledge,
            identities: Arc::new(StandIn),
            keyring,
            signers: SignerCache::default(),
        };
        let mut world = Self {
            cast,
            clock,
            store,
            engine: None,
            intake,
            key: Arc::new(key),
            archive,
            ids: IdSource::default(),
            settings: Arc::new(beginning.settings),
            read: BTreeMap::new(),
            declared: BTreeSet::new(),
            persons: BTreeSet::new(),
            sent: 0,
            folder,
            database: beginning.database,
        };
        world.restart();
        world
    }

    /// Starts the writer, anew if it ran already: what was in memory is gone.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its writer")]
    pub fn restart(&mut self) {
        self.engine = None;
        let writer = self.store.writer().expect("a writer");
        let draws = Arc::new(Highest);
        let engine =
            Engine::start(writer, "world".into(), draws, self.settings.clone(), self.clock.now());
        self.engine = Some(engine.expect("an engine"));
    }

    /// Replaces the settings of offices, as a gateway does that takes a change up.
    pub fn set_settings(&mut self, settings: Arc<Settings>) {
        self.settings = settings.clone();
        if let Some(engine) = &mut self.engine {
            engine.set_settings(settings);
        }
    }

    /// Submits messages in one batch and delivers what they lead to. The clock moves by a second.
    ///
    /// # Panics
    /// When the batch cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its batch")]
    pub fn submit<'m>(&mut self, messages: impl IntoIterator<Item = &'m str>) -> Vec<Rendered> {
        let at = self.clock.now();
        let mut batch = Vec::new();
        for message in messages {
            let bytes = message.as_bytes().to_vec();
            let partition = Partition(tongguan_application::digest::sha256(&bytes)[0]);
            let received = Received {
                id: MessageId(self.ids.next(partition, at)),
                at,
                origin: "test.xml".into(),
                sender: None,
                bytes,
            };
            batch.push(self.intake.refine(received, self.key.clone()).expect("refined").0);
        }
        self.note_declarations(batch.iter().flat_map(|delivery| &delivery.incoming));
        let engine = self.engine.as_mut().expect("a running engine");
        commit(engine, &batch, &[], &*self.clock).expect("committed");
        self.clock.advance_millis(1000);
        self.deliver()
    }

    /// Submits documents in one batch, each in a message of its own, and gives what that leads to.
    ///
    /// # Panics
    /// When a document cannot be written.
    pub fn send<'d>(&mut self, documents: impl IntoIterator<Item = &'d Document>) -> Sent {
        let messages = documents.into_iter().map(std::slice::from_ref);
        let messages: Vec<_> = messages.map(|document| self.message(document)).collect();
        Sent::of(self.submit(messages.iter().map(String::as_str)))
    }

    /// Submits documents of one kind in one message.
    ///
    /// # Panics
    /// When a document cannot be written.
    pub fn send_together(&mut self, documents: &[Document]) -> Sent {
        let message = self.message(documents);
        Sent::of(self.submit([message.as_str()]))
    }

    /// Decides a command and gives what it leads to. The clock moves by a second.
    ///
    /// # Errors
    /// Why it could not be decided; nothing has changed then.
    ///
    /// # Panics
    /// When it cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its command")]
    pub fn decide(&mut self, command: Incoming) -> Result<Sent, Undecidable> {
        let engine = self.engine.as_mut().expect("a running engine");
        let committed = commit(engine, &[], &[command], &*self.clock).expect("committed");
        self.clock.advance_millis(1000);
        match committed.refused.into_iter().next() {
            Some((_, why)) => Err(why),
            None => Ok(Sent::of(self.deliver())),
        }
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without its message")]
    fn message(&mut self, documents: &[Document]) -> String {
        self.sent += 1;
        message(&self.cast, documents, self.sent).expect("a message")
    }

    /// Remembers what was declared, for the audit at the end.
    fn note_declarations<'i>(&mut self, incoming: impl Iterator<Item = &'i Incoming>) {
        for incoming in incoming {
            let Incoming::Document(submitted) = incoming else { continue };
            let Filed::Document(filed) = &submitted.filed else { continue };
            if let Ok(FiledFacts::Declaration(lodging)) = &filed.verdict {
                self.declared.insert(filed.key.clone());
                self.persons.insert(lodging.facts.buyer.person);
            }
        }
    }

    /// What was not delivered yet.
    ///
    /// # Panics
    /// When it cannot be rendered.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its responses")]
    pub fn deliver(&mut self) -> Vec<Rendered> {
        let pending = pending(&self.store, "world", 10_000).expect("the outbox");
        let steps: Vec<_> = pending
            .places
            .iter()
            .map(|(partition, to)| {
                (*partition, self.read.get(partition).copied().unwrap_or(0), *to)
            })
            .collect();
        let mut writer = self.store.writer().expect("a writer");
        writer.transaction(|tx| tx.move_cursors("world", &steps)).expect("cursors");
        self.read.extend(&pending.places);
        let mut rendered = Vec::new();
        for outgoing in &pending.rows {
            let original = &mut |message: &_| self.archive.original(message);
            rendered.extend(render(outgoing, true, original).expect("rendered"));
        }
        rendered.sort_by(|a, b| a.at.cmp(&b.at).then(a.key.cmp(&b.key)));
        rendered
    }

    /// The declaration of a parcel on the cast's platform, if one was stored.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its declaration")]
    pub fn declaration(&self, parcel: &Parcel) -> Option<DeclarationRecord> {
        let key = DocumentKey {
            dossier: DossierKey::of_order(&parcel.declaration.order_no),
            kind: DocumentKind::Declaration,
            party: self.cast.platform.party.id,
            number: "".into(),
        };
        self.store.read(|view| audit::declaration(view, &key)).expect("a declaration")
    }

    /// The rows of everything that is stored under a parcel's order number.
    ///
    /// # Panics
    /// When they cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its rows")]
    pub fn rows(&self, parcel: &Parcel) -> Vec<tongguan_storage::Document> {
        let order_no = &parcel.declaration.order_no;
        let order = (Partition::of_order(order_no), order_no.as_str());
        self.store.read(|view| view.documents_of_orders(&[order])).expect("documents")
    }

    /// What the buyer of a declaration has of a year's allowance.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn allowance(&self, declaration: &DeclarationRecord, year: i16) -> Allowance {
        let person = declaration.facts.buyer.person;
        let key = AllowanceKey { person, year };
        let row = (rows::allowance_bucket(key), person.to_bytes(), i64::from(year));
        let stored = self.store.read(|view| view.allowances(&[row])).expect("an allowance").pop();
        stored.map_or_else(Allowance::default, |stored| Allowance {
            reserved: stored.reserved,
            used: stored.used,
        })
    }

    /// What the buyer of a declaration has taken of a line whose quantity is limited, in a year.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn quantity(
        &self,
        declaration: &DeclarationRecord,
        line: HsLine,
        measure: Measure,
        year: i16,
    ) -> QuantityAllowance {
        let of = AllowanceKey { person: declaration.facts.buyer.person, year };
        let row = rows::quantity_key(&QuantityKey { of, line, measure });
        let stored = self.store.read(|view| view.quantity_allowances(&[row])).expect("an account");
        let account = stored.first().map(|row| rows::read_quantity(row).expect("a row").1);
        account.unwrap_or_default()
    }

    /// Grants the guarantee of a party anew, or for the first time.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn grant(&self, guarantor: PartyId, granted: Money) {
        self.write_guarantee(guarantee(guarantor, granted));
    }

    /// Writes a guarantee whose term may be over.
    ///
    /// # Panics
    /// When it cannot be written.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its guarantee")]
    pub fn write_guarantee(&self, guarantee: Guarantee) {
        let mut writer = self.store.writer().expect("a writer");
        writer.transaction(|tx| tx.grant(&[guarantee])).expect("granted");
    }

    /// Stops the writer, so that another process may take the partitions.
    ///
    /// # Panics
    /// When it cannot give them back.
    #[expect(clippy::expect_used, reason = "a test cannot go on beside a second writer")]
    pub fn stop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop().expect("the partitions are free");
        }
    }

    /// Its PostgreSQL database, if that is where it is.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// The folder of the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the platform's guarantee stands at.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its figures")]
    pub fn guarantee(&self) -> Guarantee {
        let guarantees = self.store.read(|view| view.all_guarantees()).expect("guarantees");
        guarantees.into_iter().next().expect("the platform's guarantee")
    }
}

fn registry(cast: &Cast, parties: Vec<Party>) -> Registry {
    let replaced = |party: &Party| parties.iter().any(|other| other.id == party.id);
    let own = cast.actors().map(|actor| actor.party.clone());
    let own: Vec<_> = own.into_iter().filter(|party| !replaced(party)).collect();
    let certificates = cast.actors().map(|actor| (*actor.certificate.digest(), actor.party.id));
    Registry::new(own.into_iter().chain(parties), certificates)
}

/// A guarantee without end.
pub fn guarantee(guarantor: PartyId, granted: Money) -> Guarantee {
    Guarantee {
        bucket: Partition::of_party(guarantor),
        party_id: guarantor,
        granted,
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: Moment::from_micros(0),
        valid_to: None,
        reference: None,
    }
}

/// Grants the platform's guarantee and makes the month's key.
#[expect(clippy::expect_used, reason = "a test cannot go on without its world")]
fn prepare(store: &Store, keyring: &Keyring, cast: &Cast, granted: Money, at: Moment) -> DataKey {
    let guarantee = guarantee(cast.platform.party.id, granted);
    let mut writer = store.writer().expect("a writer");
    let day = at.china_day();
    let period = format!("{:04}-{:02}", day.year(), day.month());
    writer
        .transaction(|tx| {
            tx.grant(&[guarantee])?;
            tx.data_key(keyring, &period)
        })
        .expect("prepared")
}

impl Drop for World {
    /// Asserts what every test would forget.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let checked = self.store.read(|view| {
            assert!(view.inbox_is_empty()?, "the inbox is not empty");
            audit::nothing_held(view)?;
            audit::balances(view, &self.declared, &self.persons)
        });
        if let Err(error) = checked {
            panic!("the world cannot be read: {error}");
        }
    }
}
