//! What a process that clears knows of the registers, and how it learns that others changed them.
//!
//! An import is another process. It changes a register and the register's revision in one transaction;
//! whoever keeps the register in memory compares revisions now and then, which costs one read of three
//! rows, and reads again only what was changed. The pipeline then goes on with it, message by message
//! and batch by batch: see [`Pipeline::learn`] and [`Pipeline::set_settings`].

use std::sync::Arc;

use tongguan_codelists::Pack;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use tongguan_storage::{Register, Revisions, StorageError, View};

use crate::clearing::settings::Settings;
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
    /// The settings of offices; nobody declares for others until that was
    /// [judged](Self::judge_delegates).
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
        let pack = codes::pack(view)?;
        Ok(Self {
            revisions: view.revisions()?,
            registry: Arc::new(registry::snapshot(view)?),
            settings: Arc::new(settings::load(view, pack.clone())?),
            pack,
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
            changed.push(Register::Settings);
        }
        if revisions.codes != known.codes {
            newer.pack = codes::pack(view)?;
            changed.push(Register::Codes);
        }
        // Settings leave some things to the law.
        if (revisions.settings, revisions.codes) != (known.settings, known.codes) {
            let settings = settings::load(view, newer.pack.clone())?;
            let delegates = self.settings.delegates.clone();
            newer.settings = Arc::new(Settings { delegates, ..settings });
        }
        *self = newer;
        Ok(changed)
    }

    /// Judges by whom stored declarations may be declared without their declarants: whose certificates
    /// are registered for that, and trusted. To be done again when the registry or the trust was changed,
    /// and now and then, because one chain may follow another.
    ///
    /// # Errors
    /// [`StorageError`]; what is known stays as it is then.
    pub fn judge_delegates(
        &mut self,
        view: &mut View<'_>,
        trust: &TrustStore,
        at: Moment,
    ) -> Result<(), StorageError> {
        let delegates = registry::delegates(view, trust, at)?;
        if delegates != self.settings.delegates {
            Arc::make_mut(&mut self.settings).delegates = delegates;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tongguan_codelists::Table;
    use tongguan_codelists::text::Defaults;

    use super::*;
    use crate::desk::{Desk, cause, noon};
    use crate::registry::file::{self, Format};

    on_both_engines! {
        only_what_was_changed_is_read_again,
        what_cannot_be_read_leaves_everything_as_it_was,
    }

    fn only_what_was_changed_is_read_again(desk: &Desk) {
        let mut writer = desk.store.writer().unwrap();
        let mut learned = desk.store.read(Learned::load).unwrap();
        let catch_up =
            |learned: &mut Learned| desk.store.read(|view| learned.catch_up(view)).unwrap();
        assert_eq!(catch_up(&mut learned), []);

        let before = learned.clone();
        let text = "name,codes,roles\n甲,1100000002,platform\n";
        let no_files = |_: &str| Err(std::io::ErrorKind::NotFound.into());
        let entries = file::read(text, Format::Csv, &no_files).unwrap().parties;
        registry::import(&mut writer, &entries, &cause(), noon(1)).unwrap();
        assert_eq!(catch_up(&mut learned), [Register::Registry]);
        assert!(Arc::ptr_eq(&before.settings, &learned.settings), "not read again");
        assert!(learned.registry.named(&entries[0].codes[0]).is_some());

        let put = settings::put(&mut writer, None, "waiting_days", Some("7"), &cause(), noon(1));
        assert!(put.unwrap());
        let header = "id,hs,duty,vat,valid_from,source";
        let text = format!("{header}\na,9999999999,0.07,standard,2026-01-01,a notice\n");
        let rows = Table::Rates.read(&text, &Defaults::default()).rows;
        codes::import(&mut writer, rows, &cause(), noon(1)).unwrap();
        let registry = learned.registry.clone();
        assert_eq!(catch_up(&mut learned), [Register::Settings, Register::Codes]);
        assert!(Arc::ptr_eq(&registry, &learned.registry), "not read again");
        assert_eq!(learned.settings.default_office.waiting_days, 7);
        assert_ne!(learned.pack.digest(), before.pack.digest());
        assert_eq!(learned.revisions, Revisions { registry: 1, settings: 1, codes: 1 });
        assert_eq!(catch_up(&mut learned), []);
    }

    fn what_cannot_be_read_leaves_everything_as_it_was(desk: &Desk) {
        let mut writer = desk.store.writer().unwrap();
        let mut learned = desk.store.read(Learned::load).unwrap();
        let unheard = tongguan_storage::Setting {
            scope: "office".into(),
            name: "unheard".into(),
            value: "of".into(),
        };
        let spoil = writer.transaction(|tx| {
            tx.upsert(&[unheard])?;
            tx.bump(Register::Settings)
        });
        spoil.unwrap();
        for _ in 0..2 {
            let outcome = desk.store.read(|view| learned.catch_up(view));
            assert!(matches!(outcome, Err(LearnError::Settings(_))), "{outcome:?}");
            assert_eq!(learned.revisions, Revisions::default());
        }
    }
}
