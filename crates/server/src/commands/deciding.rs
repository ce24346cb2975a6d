//! What the commands that decide have in common: where they decide, and how they answer.

use std::sync::Arc;

use clap::Args;
use tongguan_application::deciding::{Decides, Directly};
use tongguan_application::history::Actor;
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_application::processes::ProcessKind;
use tongguan_codelists::Pack;
use tongguan_storage::Store;

use super::place::{KeyFile, Place};
use crate::clock::SystemClock;
use crate::take_over::take_over;

/// Where a decision is committed, and how it is told.
#[derive(Debug, Args)]
pub struct Deciding {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    key_file: KeyFile,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

impl Deciding {
    /// Opens the database that has to be there already.
    ///
    /// # Errors
    /// As [`Place::open_known`].
    pub fn open(&self) -> anyhow::Result<Store> {
        self.place.open_known(SystemClock.now())
    }

    /// Lets `act` decide as a process of its own: on PostgreSQL beside those that run.
    ///
    /// # Errors
    /// When key or registers cannot be read, or another process has the SQLite file.
    pub fn decide<T>(
        &self,
        store: &Store,
        act: impl FnOnce(&mut dyn Decides, &Pack) -> T,
    ) -> anyhow::Result<T> {
        let keyring = Arc::new(self.key_file.keyring(&self.place, store)?);
        let Learned { pack, settings, .. } = store.read(Learned::load)?;
        let process = (ProcessKind::Command, None);
        let mut engine = take_over(store, &keyring, &settings, &SystemClock, process)?;
        let mut desk = Directly::with(&mut engine, &SystemClock).for_whom(Actor::at_the_machine());
        let done = act(&mut desk, &pack);
        engine.stop()?;
        Ok(done)
    }
}
