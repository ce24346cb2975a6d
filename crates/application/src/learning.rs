//! What a process that clears knows of the registers, and how it learns that others changed them.
//!
//! An import is another process. It changes a register and the register's revision in one transaction;
//! whoever keeps the register in memory compares revisions now and then, which costs one read of three
//! rows, and reads again only what was changed. The pipeline then goes on with it, message by message
//! and batch by batch: see [`Pipeline::learn`] and [`Pipeline::set_settings`].

use std::sync::Arc;

use tongguan_codelists::Pack;
use tongguan_domain::registry::Registry;
use tongguan_storage::{Register, Revisions, StorageError, View};

use crate::clearing::engine::Settings;
use crate::codes::{self, CodesError};
#[cfg(doc)]
use crate::pipeline::Pipeline;
use crate::registry;
use crate::settings::{self, SettingsError};

/// The registers as they stood together at one instant.
#[derive(Debug, Clone)]
pub struct Learned {
    /// Their revisions then.
    pub revisions: Revisions,
    /// Who may act.
    pub registry: Arc<Registry>,
    /// The settings of offices.
    pub settings: Arc<Settings>,
    /// The law.
    pub pack: Arc<Pack>,
}

/// A register could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The store.
    #[error("the registers cannot be read")]
    Storage(#[from] StorageError),
    /// A setting.
    #[error("the settings of offices cannot be read")]
    Settings(#[from] SettingsError),
    /// A row of a code table.
    #[error("the code tables cannot be read")]
    Codes(#[from] CodesError),
}

impl Learned {
    /// Reads all registers.
    ///
    /// # Errors
    /// [`LearnError`].
    pub fn load(view: &mut View<'_>) -> Result<Self, LearnError> {
        Ok(Self {
            revisions: view.revisions()?,
            registry: Arc::new(registry::snapshot(view)?),
            settings: Arc::new(settings::load(view)?),
            pack: codes::pack(view)?,
        })
    }

    /// Reads again what was changed since, and says what that was; nothing when nothing was.
    ///
    /// # Errors
    /// [`LearnError`]; what is known stays as it is then.
    pub fn catch_up(&mut self, view: &mut View<'_>) -> Result<Vec<Register>, LearnError> {
        let revisions = view.revisions()?;
        let known = self.revisions;
        let mut newer = Self { revisions, ..self.clone() };
        let mut changed = Vec::new();
        if revisions.registry != known.registry {
            newer.registry = Arc::new(registry::snapshot(view)?);
            changed.push(Register::Registry);
        }
        if revisions.settings != known.settings {
            newer.settings = Arc::new(settings::load(view)?);
            changed.push(Register::Settings);
        }
        if revisions.codes != known.codes {
            newer.pack = codes::pack(view)?;
            changed.push(Register::Codes);
        }
        *self = newer;
        Ok(changed)
    }
}
