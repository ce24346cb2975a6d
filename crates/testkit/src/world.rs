//! The whole product in one process, with a clock that stands still.
//!
//! A test submits messages and looks at what an outsider can see. When the world is dropped it asserts
//! what every test would forget: nothing is held, the inbox is empty, the postings balance, and the
//! balances of buyers and guarantors are what postings and declarations say.

mod beginning;
mod client;
mod consolidating;
mod records;
mod returned;
mod sent;
mod zone;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::deciding::Directly;
use tongguan_application::delivery::{Rendered, pending, render};
use tongguan_application::history::Actor;
use tongguan_application::intake::{
    Intake, Knowledge, Received, SignatureDemand, SignerCache, Way,
};
use tongguan_application::originals::Archive;
use tongguan_application::pipeline::{Parts, commit, commit_for};
use tongguan_application::ports::Clock;
use tongguan_application::processes::{ProcessKind, arrival};
use tongguan_application::reconciliation::{ReconciliationError, reconcile};
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_gateways::identity::StandIn;
use tongguan_messages::signature::Policy;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Partition, StorageError, Store, StoreSettings, Target};
use tongguan_testbed::postgres::Database;

use self::beginning::{Highest, prepare, registry};
use crate::audit;
use crate::cast::{Cast, Signing};
use crate::clock::MockClock;
use crate::parcels::{Document, message};

pub use self::beginning::{Beginning, guarantee};
pub use self::client::Client;
pub use self::sent::Sent;

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
    settings: Arc<Settings>,
    read: BTreeMap<Partition, i64>,
    sent: u64,
    folder: TempDir,
    // Dropped after the store.
    database: Option<Database>,
}

/// By which way messages come.
#[derive(Debug, Clone, Copy)]
pub struct By<'b> {
    /// The mailbox of whoever hands them over, where that is known.
    pub sender: Option<&'b DxpId>,
    /// Who that is.
    pub way: Way,
    /// What they are called.
    pub name: &'b str,
}

impl Default for By<'_> {
    fn default() -> Self {
        Self { sender: None, way: Way::Party, name: "test.xml" }
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
            Signing::None => SignatureDemand {
                not_demanded: tongguan_messages::ceb::MessageType::ALL.to_vec(),
                not_demanded_in_zones: tongguan_messages::zone::ZoneMessage::ALL.to_vec(),
            },
            Signing::Sm2 | Signing::Rsa => SignatureDemand::default(),
        };
        let knowledge = Knowledge {
            registry: Arc::new(registry(&cast, beginning.parties)),
            pack: beginning.settings.law.clone(),
            trust: cast.trust().expect("trust"),
            policy: Arc::new(Policy::china()),
            signed,
            windows: Arc::new(beginning.windows),
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
            settings: Arc::new(beginning.settings),
            read: BTreeMap::new(),
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
        let now = self.clock.now();
        let who = arrival("world", ProcessKind::Serve, now);
        let engine = Engine::start(writer, who, draws, self.settings.clone(), now);
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
    pub fn submit<'m>(&mut self, messages: impl IntoIterator<Item = &'m str>) -> Vec<Rendered> {
        self.submit_by(By::default(), messages)
    }

    /// The same, by another way.
    ///
    /// # Panics
    /// When the batch cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its batch")]
    pub fn submit_by<'m>(
        &mut self,
        by: By<'_>,
        messages: impl IntoIterator<Item = &'m str>,
    ) -> Vec<Rendered> {
        let at = self.clock.now();
        let mut batch = Vec::new();
        let engine = self.engine.as_mut().expect("a running engine");
        for message in messages {
            let bytes = message.as_bytes().to_vec();
            let partition = Partition(tongguan_application::digest::sha256(&bytes)[0]);
            let received = Received {
                id: MessageId(engine.next_id(partition, at)),
                at,
                origin: by.name.into(),
                sender: by.sender.cloned(),
                way: by.way,
                bytes,
            };
            batch.push(self.intake.refine(received, self.key.clone()).expect("refined").0);
        }
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
        self.send_messages(documents.into_iter().map(std::slice::from_ref))
    }

    /// Submits messages in one batch, each of documents of one kind.
    ///
    /// # Panics
    /// When a document cannot be written.
    pub fn send_messages<'d>(
        &mut self,
        messages: impl IntoIterator<Item = &'d [Document]>,
    ) -> Sent {
        let messages: Vec<_> = messages.into_iter().map(|it| self.message(it)).collect();
        Sent::of(self.submit(messages.iter().map(String::as_str)))
    }

    /// Submits documents of one kind in one message.
    ///
    /// # Panics
    /// When a document cannot be written.
    pub fn send_together(&mut self, documents: &[Document]) -> Sent {
        self.send_messages([documents])
    }

    /// Decides a command and gives what it leads to. The clock moves by a second.
    ///
    /// # Errors
    /// Why it could not be decided; nothing has changed then.
    ///
    /// # Panics
    /// When it cannot be committed.
    pub fn decide(&mut self, command: Incoming) -> Result<Sent, Undecidable> {
        self.decide_for(None, command)
    }

    /// The same for somebody, whom audit events name.
    ///
    /// # Errors
    /// Why it could not be decided; nothing has changed then.
    ///
    /// # Panics
    /// When it cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its command")]
    pub fn decide_for(
        &mut self,
        by: Option<&Actor>,
        command: Incoming,
    ) -> Result<Sent, Undecidable> {
        let engine = self.engine.as_mut().expect("a running engine");
        let committed = commit_for(engine, &[command], by, &*self.clock).expect("committed");
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

    /// The statements by which batches were committed so far, on PostgreSQL.
    ///
    /// # Panics
    /// When no engine runs.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its engine")]
    pub fn statements(&mut self) -> Vec<String> {
        self.engine.as_mut().expect("a running engine").writer().statements()
    }

    /// Whoever carries out commands here.
    ///
    /// # Panics
    /// When no engine runs.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its engine")]
    pub fn desk(&mut self) -> Directly<'_> {
        Directly::with(self.engine.as_mut().expect("a running engine"), &*self.clock)
    }

    /// What was not delivered yet.
    ///
    /// # Panics
    /// When it cannot be rendered.
    pub fn deliver(&mut self) -> Vec<Rendered> {
        let mut rendered = Vec::new();
        while self.deliver_some(&mut rendered) {}
        rendered.sort_by(|a, b| a.at.cmp(&b.at).then(a.key.cmp(&b.key)));
        rendered
    }

    /// Adds some of what was not delivered yet; `false` where nothing was left.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its responses")]
    fn deliver_some(&mut self, rendered: &mut Vec<Rendered>) -> bool {
        let pending = pending(&self.store, "world", 10_000).expect("the outbox");
        if pending.places.is_empty() {
            return false;
        }
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
        for outgoing in &pending.rows {
            let original = &mut |message: &_| self.archive.original(message);
            rendered.extend(render(outgoing, true, original).expect("rendered"));
        }
        true
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

    /// Lends its writer and what it knows to a pipeline with so many threads that refine. Once that has ended,
    /// [`Self::restart`] takes the partitions again.
    ///
    /// # Panics
    /// When no engine runs.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its engine")]
    pub fn lend(&mut self, workers: usize) -> Parts {
        Parts {
            engine: self.engine.take().expect("a running engine"),
            knowledge: self.intake.knowledge.clone(),
            identities: self.intake.identities.clone(),
            keyring: self.intake.keyring.clone(),
            clock: self.clock.clone(),
            workers,
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
}

impl Drop for World {
    /// Asserts what every test would forget.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let checked = self.store.read(|view| {
            assert!(view.inbox_is_empty()?, "the inbox is not empty");
            audit::nothing_held(view)
        });
        if let Err(error) = checked {
            panic!("the world cannot be read: {error}");
        }
        let keyring = &self.intake.keyring;
        let reconciled = reconcile(&self.store, Some(keyring), &mut |_| {});
        // A test may have replaced the keys.
        let reconciled = match reconciled {
            Err(ReconciliationError::Storage(StorageError::Seal(_))) => {
                reconcile(&self.store, None, &mut |_| {})
            }
            reconciled => reconciled,
        };
        match reconciled {
            Ok(done) => assert!(done.is_sound(), "{:?}", done.disagreements),
            Err(error) => panic!("the world cannot be reconciled: {error}"),
        }
    }
}
