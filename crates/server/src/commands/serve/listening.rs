//! Hearing at once what other processes commit, where the database has a way to tell it. It only says when to look:
//! where it does not work, everybody looks every now and then, as always.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, never};
use tongguan_storage::{Listener, StorageError, Store};

/// How often it looks whether the service ends.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What was told is heard within this, or never will be.
const PROOF: Duration = Duration::from_secs(5);
/// What is waited before a lost connection is made again.
const AGAIN: Duration = Duration::from_secs(1);

/// What is heard, until it is dropped.
pub struct Listening {
    /// Something was told since this was asked last.
    pub heard: Receiver<()>,
    /// Dropped when nobody listens any more; absent where nobody does.
    alive: Option<Sender<()>>,
}

impl Listening {
    /// Begins to listen on a connection of its own.
    pub fn start(store: &Store) -> Self {
        let (told, heard) = bounded(1);
        let (alive, ended) = bounded(0);
        let store = store.clone();
        // Whoever ends does not wait for it: it has nothing to finish.
        thread::spawn(move || listen(&store, &told, &ended));
        Self { heard, alive: Some(alive) }
    }

    /// Whether the others are told, too.
    pub const fn is_on(&self) -> bool {
        self.alive.is_some()
    }

    /// Hears nothing.
    pub fn off() -> Self {
        Self { heard: never(), alive: None }
    }
}

fn listen(store: &Store, told: &Sender<()>, ended: &Receiver<()>) {
    let goes_on = || ended.try_recv() == Err(TryRecvError::Empty);
    while goes_on() {
        match opened(store) {
            Ok(Some(mut listener)) => while goes_on() && hear(&mut listener, told).is_ok() {},
            Ok(None) => {
                tracing::info!(
                    "other processes are not heard here: a pooler may stand in between; they are looked after instead"
                );
                return;
            }
            // A database that is away is waited for, as by everybody.
            Err(_) => {}
        }
        thread::park_timeout(AGAIN);
    }
}

/// A connection that was seen to hear; nothing where it hears nothing.
fn opened(store: &Store) -> Result<Option<Listener>, StorageError> {
    let Some(mut listener) = store.listener()? else { return Ok(None) };
    store.small_writer()?.tell()?;
    Ok(listener.wait(PROOF)?.then_some(listener))
}

fn hear(listener: &mut Listener, told: &Sender<()>) -> Result<(), StorageError> {
    if listener.wait(LOOK_EVERY)? {
        // Full: it is known already.
        let _ = told.try_send(());
    }
    Ok(())
}
