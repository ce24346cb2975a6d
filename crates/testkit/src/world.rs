//! The whole product in one process, with a clock that stands still.
//!
//! A test submits messages and looks at what an outsider can see. When the world is dropped it asserts
//! what every test would forget: nothing is held, the inbox is empty, the postings balance.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tongguan_application::clearing::decide::Draws;
use tongguan_application::clearing::engine::{Engine, Settings};
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::delivery::{Rendered, pending, render};
use tongguan_application::intake::{Intake, Knowledge, Received, SignatureDemand, SignerCache};
use tongguan_application::numbering::IdSource;
use tongguan_application::ports::Clock;
use tongguan_codelists::Pack;
use tongguan_domain::ids::{DeclarationId, MessageId, OfficeCode};
use tongguan_domain::lane::Draw;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_gateways::identity::StandIn;
use tongguan_messages::signature::Policy;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Guarantee, Partition, Store, StoreSettings, Target};

use crate::cast::{Cast, Signing};
use crate::clock::MockClock;

/// What a world begins with.
#[derive(Debug)]
pub struct Beginning {
    /// Settings of the offices.
    pub settings: Settings,
    /// What the platform guarantees.
    pub guarantee: Money,
    /// How the cast signs.
    pub signing: Signing,
}

impl Default for Beginning {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            guarantee: Money::from_fen(100_000_000),
            signing: Signing::Sm2,
        }
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
    key: DataKey,
    ids: IdSource,
    settings: Arc<Settings>,
    read: BTreeMap<Partition, i64>,
    folder: TempDir,
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
        let target = Target::Sqlite(folder.path().to_owned());
        let store = Store::open(&target, StoreSettings::default(), begin).expect("a store");
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let key = prepare(&store, &keyring, &cast, beginning.guarantee, begin);
        let signed = match beginning.signing {
            Signing::None => {
                SignatureDemand { not_demanded: tongguan_messages::ceb::MessageType::ALL.to_vec() }
            }
            Signing::Sm2 | Signing::Rsa => SignatureDemand::default(),
        };
        let knowledge = Knowledge {
            registry: Arc::new(cast.registry()),
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
            key,
            ids: IdSource::default(),
            settings: Arc::new(beginning.settings),
            read: BTreeMap::new(),
            folder,
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
            batch.push(self.intake.refine(&received, &self.key).expect("refined").0);
        }
        let engine = self.engine.as_mut().expect("a running engine");
        engine.commit(&batch, &[], at).expect("committed");
        self.clock.advance_millis(1000);
        self.deliver()
    }

    /// Decides a command and delivers what it leads to. The clock moves by a second.
    ///
    /// # Panics
    /// When it cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its command")]
    pub fn command(&mut self, command: Incoming) -> Vec<Rendered> {
        let at = self.clock.now();
        let engine = self.engine.as_mut().expect("a running engine");
        engine.commit(&[], &[command], at).expect("committed");
        self.clock.advance_millis(1000);
        self.deliver()
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
            let open = &mut |body: &tongguan_storage::MessageBody| {
                self.key.open(body.message_id.0, &body.body).ok()
            };
            rendered.extend(render(outgoing, true, open).expect("rendered"));
        }
        rendered.sort_by(|a, b| a.at.cmp(&b.at).then(a.key.cmp(&b.key)));
        rendered
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

/// Grants the platform's guarantee and makes the month's key.
#[expect(clippy::expect_used, reason = "a test cannot go on without its world")]
fn prepare(store: &Store, keyring: &Keyring, cast: &Cast, granted: Money, at: Moment) -> DataKey {
    let platform = cast.platform.party.id;
    let guarantee = Guarantee {
        bucket: Partition::of_party(platform),
        party_id: platform,
        granted,
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: Moment::from_micros(0),
        valid_to: None,
        reference: None,
    };
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
            let held = view.held((Partition(0), 0), 10)?;
            assert!(held.is_empty(), "held: {held:?}");
            let sums = view.account_sums()?;
            let debit: i64 = sums.iter().map(|(_, debit, _)| debit.fen()).sum();
            let credit: i64 = sums.iter().map(|(_, _, credit)| credit.fen()).sum();
            assert_eq!(debit, credit, "the postings do not balance");
            Ok::<_, tongguan_storage::StorageError>(())
        });
        if let Err(error) = checked {
            panic!("the world cannot be read: {error}");
        }
    }
}
