//! One process of the product: its pipeline and what it does beside clearing, step by step.

use std::collections::BTreeMap;
use std::sync::Arc;

use tongguan_application::clearing::engine::Engine;
use tongguan_application::draws::KeyedDraws;
use tongguan_application::due::{DueError, DueWork};
use tongguan_application::guarantees::Movements;
use tongguan_application::history::Decisions;
use tongguan_application::intake::Knowledge;
use tongguan_application::mailboxes::{Distributor, Mailboxes};
use tongguan_application::parcels::Projector;
use tongguan_application::pipeline::{Ack, Parts, Stepwise, chain};
use tongguan_application::ports::Clock;
use tongguan_application::processes::{Duty, ProcessKind, arrival};
use tongguan_application::transparency::{Logger, found};
use tongguan_application::webhooks::Courier;
use tongguan_gateways::identity::StandIn;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};

use crate::clock::SimulatedClock;
use crate::setting::Setting;

/// Why something was not done this time; it is tried again.
pub(crate) struct NotDone(pub(crate) String);

impl<E: std::error::Error> From<E> for NotDone {
    fn from(error: E) -> Self {
        Self(chain(&error))
    }
}

/// What was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handed {
    /// A message of the clients, by its place.
    Message(usize, tongguan_domain::ids::MessageId),
    /// A command of an officer.
    Command,
}

/// A process.
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) pipeline: Stepwise,
    pub(crate) mailboxes: Arc<Mailboxes>,
    /// What was handed over and not acknowledged.
    pub(crate) under_way: BTreeMap<u64, Handed>,
    distributor: Distributor,
    projector: Projector,
    movements: Movements,
    decisions: Decisions,
    logger: Logger,
    courier: Courier,
    due: DueWork,
    clock: Arc<SimulatedClock>,
}

/// What a process does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Refine(usize),
    Write,
    WriteAll,
    Beat,
    Distribute,
    List,
    Log,
    Push,
    SeeToWhatIsDue,
}

impl Process {
    pub(crate) fn start(
        name: String,
        setting: &Setting,
        target: &Target,
        clock: &Arc<SimulatedClock>,
    ) -> Result<Self, NotDone> {
        let now = clock.now();
        let keyring: Arc<Keyring> = setting.keyring.clone();
        let store = Store::open(target, StoreSettings::default(), now)?;
        let (who, draws) = (arrival(&name, ProcessKind::Serve, now), KeyedDraws(keyring.clone()));
        let settings = setting.settings.clone();
        let engine = Engine::start(store.writer()?, who, Arc::new(draws), settings, now)?;
        let knowledge: Knowledge = setting.knowledge.clone();
        let parts = Parts {
            engine,
            knowledge,
            identities: Arc::new(StandIn),
            keyring: keyring.clone(),
            clock: clock.clone(),
            workers: 1,
        };
        let log = found(&store, &keyring, Some("simulation"), now)?;
        let mailboxes = Arc::new(Mailboxes::open(&store, keyring.clone(), true)?);
        let courier = Courier::open(
            &store,
            mailboxes.clone(),
            keyring.clone(),
            setting.receiver.clone(),
            clock.clone(),
        )?;
        if store.is_sole_process() {
            courier.free_all()?;
        }
        Ok(Self {
            name,
            mailboxes,
            courier,
            under_way: BTreeMap::new(),
            distributor: Distributor::open(&store)?,
            projector: Projector::open(&store)?,
            movements: Movements::open(&store)?,
            decisions: Decisions::open(&store)?,
            logger: Logger::open(&store, keyring, log)?,
            due: DueWork::default(),
            clock: clock.clone(),
            pipeline: Stepwise::new(parts),
        })
    }

    /// Does one thing, as a thread of the service does it in a round; `hear` is told of acknowledgements.
    pub(crate) fn act(
        &mut self,
        act: Act,
        hear: &mut dyn FnMut(Handed, Ack),
    ) -> Result<String, NotDone> {
        let share = self.pipeline.membership().share();
        Ok(match act {
            Act::Refine(place) => {
                self.pipeline.refine(place);
                String::new()
            }
            Act::Write => {
                let Self { pipeline, under_way, .. } = self;
                pipeline.write(&mut |ack| tell(under_way, ack, hear));
                String::new()
            }
            Act::WriteAll => {
                let Self { pipeline, under_way, .. } = self;
                while pipeline.write(&mut |ack| tell(under_way, ack, hear)) {}
                String::new()
            }
            Act::Beat => {
                self.pipeline.beat();
                self.pipeline.membership().news().join("; ")
            }
            Act::Distribute if share.does(Duty::Mailboxes) => {
                format!("{} letters", self.distributor.distribute()?)
            }
            Act::List if share.does(Duty::Lists) => {
                self.projector.take_up_some()?;
                self.movements.take_up_some()?;
                self.decisions.take_up_some()?;
                String::new()
            }
            Act::Log if share.does(Duty::Log) => {
                self.logger.take_up_some(self.clock.now())?;
                String::new()
            }
            Act::Push => format!("{} letters", self.courier.deliver_due()?),
            Act::SeeToWhatIsDue if share.does(Duty::Due) => self.see_to_what_is_due(hear)?,
            _ => "not mine".to_owned(),
        })
    }

    fn see_to_what_is_due(&mut self, hear: &mut dyn FnMut(Handed, Ack)) -> Result<String, NotDone> {
        let Self { due, pipeline, under_way, clock, .. } = self;
        let (store, settings) = (pipeline.store().clone(), pipeline.settings().clone());
        let done = due.run(&store, &settings, clock.now(), &mut |commands| {
            let ticket = pipeline.command(commands, None);
            let mut outcome = None;
            while outcome.is_none() {
                while pipeline.waiting() > 0 {
                    pipeline.refine(0);
                }
                let wrote = pipeline.write(&mut |ack| match ack.ticket == ticket {
                    true => outcome = Some(ack.outcome),
                    false => tell(under_way, ack, hear),
                });
                if !wrote {
                    return Err(Undone::Ended);
                }
            }
            match outcome {
                Some(Ok(_)) => Ok(()),
                Some(Err(why)) => Err(Undone::NotStored(why)),
                None => Err(Undone::Ended),
            }
        });
        match done {
            Ok(done) => Ok(format!("{done:?}")),
            Err(Undone::NotStored(why)) => Err(NotDone(why)),
            Err(Undone::Due(error)) => Err(error.into()),
            Err(Undone::Ended) => Err(NotDone("the pipeline has nothing to write".to_owned())),
        }
    }
}

/// Why what is due was not decided.
enum Undone {
    NotStored(String),
    Due(DueError),
    Ended,
}

impl From<DueError> for Undone {
    fn from(error: DueError) -> Self {
        Self::Due(error)
    }
}

fn tell(under_way: &mut BTreeMap<u64, Handed>, ack: Ack, hear: &mut dyn FnMut(Handed, Ack)) {
    if let Some(handed) = under_way.remove(&ack.ticket) {
        hear(handed, ack);
    }
}
