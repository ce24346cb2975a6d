//! Several writers on one PostgreSQL, each as a process of its own would be: with partitions, numbers and
//! knowledge of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_application::clearing::engine::Engine;
use tongguan_application::clearing::record::DocumentKey;
use tongguan_application::intake::{Intake, Received, SignerCache, Way};
use tongguan_application::numbering::IdSource;
use tongguan_application::pipeline::commit;
use tongguan_application::ports::Clock;
use tongguan_domain::ids::MessageId;
use tongguan_domain::mark::Mark;
use tongguan_storage::Partition;
use tongguan_storage::seal::DataKey;

use super::beginning::Highest;
use super::{World, noted};
use crate::clock::MockClock;

/// A writer with a share of the partitions.
pub struct Client {
    partitions: BTreeSet<Partition>,
    engine: Engine,
    intake: Intake,
    key: Arc<DataKey>,
    ids: IdSource,
    clock: Arc<MockClock>,
    declared: BTreeSet<DocumentKey>,
    persons: BTreeSet<Mark>,
}

impl World {
    /// Stops the world's own writer and starts `number` others, each with an equal share of the partitions.
    ///
    /// # Panics
    /// When they do not start.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its writers")]
    pub fn share(&mut self, number: usize) -> Vec<Client> {
        self.stop();
        let client = |n: usize| {
            let of: Vec<_> = Partition::all().skip(n).step_by(number).collect();
            let writer = self.store.writer().expect("a writer");
            let (draws, settings) = (Arc::new(Highest), self.settings.clone());
            let engine = Engine::start_on(
                of.clone(),
                writer,
                format!("client {n}"),
                draws,
                settings,
                self.clock.now(),
            );
            Client {
                partitions: of.into_iter().collect(),
                engine: engine.expect("an engine"),
                intake: Intake {
                    knowledge: self.intake.knowledge.clone(),
                    identities: self.intake.identities.clone(),
                    keyring: self.intake.keyring.clone(),
                    signers: SignerCache::default(),
                },
                key: self.key.clone(),
                ids: IdSource::default(),
                clock: self.clock.clone(),
                declared: BTreeSet::new(),
                persons: BTreeSet::new(),
            }
        };
        (0..number).map(client).collect()
    }

    /// Stops writers and remembers what they took in, for the audit at the end.
    ///
    /// # Panics
    /// When they cannot give their partitions back.
    #[expect(clippy::expect_used, reason = "a test cannot go on beside another writer")]
    pub fn unite(&mut self, clients: impl IntoIterator<Item = Client>) {
        for client in clients {
            self.declared.extend(client.declared);
            self.persons.extend(client.persons);
            client.engine.stop().expect("the partitions are free");
        }
        self.restart();
    }
}

impl Client {
    /// Whether it owns a partition.
    pub fn owns(&self, partition: Partition) -> bool {
        self.partitions.contains(&partition)
    }

    /// Takes in messages, one batch.
    ///
    /// # Panics
    /// When the batch cannot be committed.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its batch")]
    pub fn submit(&mut self, messages: &[String]) {
        let at = self.clock.now();
        let own = *self.partitions.first().expect("a partition");
        let mut batch = Vec::new();
        for message in messages {
            let received = Received {
                id: MessageId(self.ids.next(own, at)),
                at,
                origin: "test.xml".into(),
                sender: None,
                way: Way::Party,
                bytes: message.as_bytes().to_vec(),
            };
            batch.push(self.intake.refine(received, self.key.clone()).expect("refined").0);
        }
        let incoming = batch.iter().flat_map(|delivery| &delivery.incoming);
        noted(incoming, &mut self.declared, &mut self.persons);
        commit(&mut self.engine, &batch, &[], &*self.clock).expect("committed");
    }
}
