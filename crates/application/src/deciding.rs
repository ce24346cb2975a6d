//! Deciding: how the command of an officer or an enterprise is carried out, wherever the writer is.
//!
//! One engine owns the partitions of a store. A command line that has them to itself decides [`Directly`].
//! Where a service runs, the engine belongs to its pipeline, so a command is handed over [`AtReception`], in
//! one queue with the messages, and is decided in its turn. A use case knows only that somebody [`Decides`]; who
//! acts, and from where, is known to whoever stands there, and goes into the audit event with what was decided.
//!
//! Which act goes which way, in a running service as on a command line, on both databases:
//!
//! | act | way |
//! |---|---|
//! | [decide](crate::review::decide()) about a declaration, [declare](crate::review::declare()) what was stored | [`Decides`] |
//! | [cancel](crate::cancellations::decide) | [`Decides`] |
//! | [seal](crate::transit::seal) and [check](crate::transit::check) seals | [`Decides`] |
//! | [register](crate::quarantine::register) what quarantine found | [`Decides`] |
//! | goods [are back](crate::returns::arrive) and [examined](crate::returns::examine); [exported goods](crate::export_returns::decide()) that came back | [`Decides`] |
//! | [request](crate::consolidation::request) to consolidate a month | [`Decides`] |
//! | import parties and goods, set an office's settings, import code tables, open account books and register their goods | a writer of its own: one transaction that locks the register's revision first ([`crate::history::change`]); whoever clears takes it up within a second |
//! | lodge bonded lists and take steps with them, move and count bonded stock | a writer of its own: one transaction that locks the rows it changes, tried again where it met another; what is to be told of a list is told by whoever clears |
//! | take a case on, give it back, propose a decision, turn it down ([`crate::casework`]) | a writer of its own: one transaction that locks the row |
//! | give and withdraw access keys, add and steer webhooks | a writer of its own: one transaction; a key is looked up at each request |
//! | demand payment evidence ([`crate::evidence`]), ask for it, take and compare it | a writer of its own: one transaction a step, which locks the revision of its audit and then the row |
//! | compare a master bill, report a book, look at queues | a reader |
//!
//! On SQLite each try of a writer of its own waits five seconds for whoever is writing, in the same process as
//! in another, and is then told that the database is busy. On PostgreSQL they write side by side.

use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use tongguan_storage::Store;

use crate::clearing::batch::BatchError;
use crate::clearing::decide::Undecidable;
use crate::clearing::engine::Engine;
use crate::clearing::incoming::Incoming;
use crate::history::Actor;
use crate::pipeline::commit_for;
use crate::ports::Clock;
use crate::reception::{Asked, NotTaken, Reception};

/// Commands that could not be decided: their places among those given, and why. They have changed nothing.
pub type Refused = Vec<(usize, Undecidable)>;

/// Who carries out commands.
pub trait Decides {
    /// Where what was decided is stored.
    fn store(&self) -> &Store;

    /// Carries out commands as one batch, and answers once that is durable.
    ///
    /// # Errors
    /// [`NotCommitted`].
    fn carry_out(&mut self, commands: Vec<Incoming>) -> Result<Refused, NotCommitted>;
}

/// Commands were not carried out, or it is not known whether they were.
#[derive(Debug, thiserror::Error)]
pub enum NotCommitted {
    /// The engine could not commit them.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// They were not taken; nothing has changed.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// The service could not commit them, and says why.
    #[error("it could not be stored: {0}")]
    NotStored(String),
    /// No answer came in time. They are carried out still, in their turn.
    #[error("no answer came within {} s; look whether it was done before it is tried again", .0.as_secs())]
    NotKnownYet(Duration),
    /// The service ended before it answered.
    #[error(
        "the service ended before it answered; look whether it was done before it is tried again"
    )]
    Unanswered,
}

/// Decides with an engine of its own.
pub struct Directly<'e> {
    engine: &'e mut Engine,
    clock: &'e dyn Clock,
    store: Store,
    by: Option<Actor>,
}

impl<'e> Directly<'e> {
    /// With this engine, by this clock.
    pub fn with(engine: &'e mut Engine, clock: &'e dyn Clock) -> Self {
        let store = engine.store();
        Self { engine, clock, store, by: None }
    }

    /// The same, for somebody: what audit events say.
    #[must_use]
    pub fn for_whom(self, by: Actor) -> Self {
        Self { by: Some(by), ..self }
    }
}

impl Directly<'_> {
    /// What somebody asks for among what the service does by itself: audit events name him for that alone.
    pub fn on_behalf<T>(&mut self, by: Actor, act: impl FnOnce(&mut Self) -> T) -> T {
        let itself = self.by.replace(by);
        let done = act(self);
        self.by = itself;
        done
    }
}

impl Decides for Directly<'_> {
    fn store(&self) -> &Store {
        &self.store
    }

    fn carry_out(&mut self, commands: Vec<Incoming>) -> Result<Refused, NotCommitted> {
        Ok(commit_for(self.engine, &commands, self.by.as_ref(), self.clock)?.refused)
    }
}

/// Has the running service decide. It waits for the answer, so it must not be asked where others would wait
/// with it.
#[derive(Clone)]
pub struct AtReception {
    /// Where commands are handed over.
    pub reception: Reception,
    /// The store of the service.
    pub store: Store,
    /// How long to wait for an answer.
    pub patience: Duration,
    /// Who acts, and from where, where somebody does.
    pub by: Option<Actor>,
}

impl Decides for AtReception {
    fn store(&self) -> &Store {
        &self.store
    }

    fn carry_out(&mut self, commands: Vec<Incoming>) -> Result<Refused, NotCommitted> {
        let (reply, answer) = bounded(1);
        self.reception.ask(Asked { commands, by: self.by.clone(), reply })?;
        match answer.recv_timeout(self.patience) {
            Ok(answer) => answer.map_err(NotCommitted::NotStored),
            Err(RecvTimeoutError::Timeout) => Err(NotCommitted::NotKnownYet(self.patience)),
            Err(RecvTimeoutError::Disconnected) => Err(NotCommitted::Unanswered),
        }
    }
}

/// Carries out one command.
///
/// # Errors
/// Why it could not be decided, or [`NotCommitted`].
pub(crate) fn carry_out<E>(decides: &mut dyn Decides, command: Incoming) -> Result<(), E>
where
    E: From<Undecidable> + From<NotCommitted>,
{
    match decides.carry_out(vec![command])?.pop() {
        Some((_, why)) => Err(why.into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::desk::Desk;
    use crate::reception::Errand;

    const LONG: Duration = Duration::from_secs(600);

    fn at(reception: Reception, patience: Duration, desk: &Desk) -> AtReception {
        AtReception { reception, store: desk.store.clone(), patience, by: None }
    }

    #[test]
    fn a_full_reception_is_told_as_such_and_nothing_of_the_command_is_kept() {
        let desk = Desk::sqlite();
        let (reception, errands) = Reception::open(1);
        let (reply, _answer) = bounded(1);
        reception.ask(Asked { commands: Vec::new(), by: None, reply }).unwrap();
        let refused = at(reception, LONG, &desk).carry_out(Vec::new());
        assert!(matches!(refused, Err(NotCommitted::NotTaken(NotTaken::Full))), "{refused:?}");
        assert_eq!(errands.len(), 1);
    }

    #[test]
    fn what_is_not_known_is_told_apart_from_what_was_not_done() {
        let desk = Desk::sqlite();
        let (reception, errands) = Reception::open(1);
        let mut decides = at(reception, Duration::ZERO, &desk);
        let waited = decides.carry_out(Vec::new());
        assert!(matches!(waited, Err(NotCommitted::NotKnownYet(_))), "{waited:?}");

        drop(errands.recv().unwrap());
        let dies = thread::spawn({
            let errands = errands.clone();
            move || drop(errands.recv().unwrap())
        });
        decides.patience = LONG;
        let died = decides.carry_out(Vec::new());
        assert!(matches!(died, Err(NotCommitted::Unanswered)), "{died:?}");
        dies.join().unwrap();

        drop(errands);
        let closed = decides.carry_out(Vec::new());
        assert!(matches!(closed, Err(NotCommitted::NotTaken(NotTaken::Closed))), "{closed:?}");
    }

    #[test]
    fn an_answer_says_what_was_refused_and_why() {
        let desk = Desk::sqlite();
        let (reception, errands) = Reception::open(1);
        let why = Undecidable::NoSuchCancellation("1".into());
        let refused = vec![(3, why)];
        let answers = [Ok(refused.clone()), Err("the disk is full".to_owned())];
        let answering = thread::spawn(move || {
            for answer in answers {
                let Ok(Errand::Commands(asked)) = errands.recv() else { panic!("no command") };
                asked.reply.send(answer).unwrap();
            }
        });
        let mut decides = at(reception, LONG, &desk);
        assert_eq!(decides.carry_out(Vec::new()).unwrap(), refused);
        let failed = decides.carry_out(Vec::new());
        assert!(matches!(failed, Err(NotCommitted::NotStored(_))), "{failed:?}");
        answering.join().unwrap();
    }
}
