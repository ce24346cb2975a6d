//! Several writers on one PostgreSQL, each as a process of its own would be: with a place, numbers and knowledge of
//! its own.

use std::sync::Arc;

use tongguan_application::clearing::batch::{BatchError, Committed, Delivery};
use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::deciding::Refused;
use tongguan_application::intake::{Intake, Received, SignerCache, Way};
use tongguan_application::pipeline::commit;
use tongguan_application::ports::Clock;
use tongguan_application::processes::{ProcessKind, arrival};
use tongguan_domain::ids::MessageId;
use tongguan_storage::Partition;
use tongguan_storage::seal::DataKey;

use super::World;
use super::beginning::Highest;
use crate::clock::MockClock;

/// A writer beside others.
pub struct Client {
    engine: Engine,
    intake: Intake,
    key: Arc<DataKey>,
    clock: Arc<MockClock>,
}

impl World {
    /// Stops the world's own writer and starts `number` others.
    ///
    /// # Panics
    /// When they do not start.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its writers")]
    pub fn share(&mut self, number: usize) -> Vec<Client> {
        self.stop();
        let client = |n: usize| {
            let writer = self.store.writer().expect("a writer");
            let (draws, settings) = (Arc::new(Highest), self.settings.clone());
            let now = self.clock.now();
            let who = arrival(&format!("client {n}"), ProcessKind::Serve, now);
            let engine = Engine::start(writer, who, draws, settings, now);
            Client {
                engine: engine.expect("an engine"),
                intake: Intake {
                    knowledge: self.intake.knowledge.clone(),
                    identities: self.intake.identities.clone(),
                    keyring: self.intake.keyring.clone(),
                    signers: SignerCache::default(),
                },
                key: self.key.clone(),
                clock: self.clock.clone(),
            }
        };
        let mut clients: Vec<_> = (0..number).map(client).collect();
        for Client { engine, clock, .. } in &mut clients {
            let membership = engine.membership();
            membership.beat(engine.writer(), clock.now()).expect("it learns who the others are");
        }
        clients
    }

    /// Stops writers, and starts the world's own again.
    ///
    /// # Panics
    /// When they cannot give their places back.
    #[expect(clippy::expect_used, reason = "a test cannot go on beside another writer")]
    pub fn unite(&mut self, clients: impl IntoIterator<Item = Client>) {
        for client in clients {
            client.engine.stop().expect("its place is free");
        }
        self.restart();
    }
}

impl Client {
    /// Takes in messages, one batch.
    ///
    /// # Panics
    /// When the batch cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its batch")]
    pub fn submit(&mut self, messages: &[String]) {
        let batch = self.refine(messages);
        self.commit(&batch).expect("committed");
    }

    /// Refines messages, which are numbered here.
    ///
    /// # Panics
    /// When one cannot be refined.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its messages")]
    pub fn refine(&mut self, messages: &[String]) -> Vec<Delivery> {
        let at = self.clock.now();
        let mut batch = Vec::new();
        for message in messages {
            let received = Received {
                id: MessageId(self.engine.next_id(Partition(0), at)),
                at,
                origin: "test.xml".into(),
                sender: None,
                way: Way::Party,
                bytes: message.as_bytes().to_vec(),
            };
            batch.push(self.intake.refine(received, self.key.clone()).expect("refined").0);
        }
        batch
    }

    /// Commits what was refined.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn commit(&mut self, batch: &[Delivery]) -> Result<Committed, BatchError> {
        commit(&mut self.engine, batch, &[], &*self.clock)
    }

    /// Commits commands; gives those that were refused.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn decide(&mut self, commands: &[Incoming]) -> Result<Refused, BatchError> {
        Ok(commit(&mut self.engine, &[], commands, &*self.clock)?.refused)
    }

    /// Its engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }
}
