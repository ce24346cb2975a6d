//! What is kept of each month, and what is due to be erased.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tongguan_codelists::{KeptUntil, Pack, RecordClass};
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;
use tongguan_storage::{Settled, StorageError, Store};

use super::RetentionError;
use super::hold::{Held, held_months};
use super::settled::{next, settled_in};
use crate::transparency::Class;

/// A class of records of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The month in which they were received, decided or changed.
    pub month: Month,
    /// Which.
    pub class: RecordClass,
    /// Where they stand.
    pub stage: Stage,
}

/// Where records stand between being made and being erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// No row of law says how long they are kept, so they are.
    NoLaw,
    /// They are kept at least until that day; later, where a parcel of the month is over later.
    Kept(KeptUntil),
    /// Their time would be over, but so many parcels of the month or the next one are open.
    Open(i64),
    /// The years of the month itself are over; whether its parcels are was not looked at.
    Over(KeptUntil),
    /// Their time is over, but these holds keep them.
    Held(Vec<i64>),
    /// Their time is over.
    Due(KeptUntil),
    /// They were erased.
    Erased(Moment),
}

impl Stage {
    /// Its name for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoLaw => "no-law",
            Self::Kept(_) => "kept",
            Self::Open(_) => "open",
            Self::Over(_) => "over",
            Self::Held(_) => "held",
            Self::Due(_) => "due",
            Self::Erased(_) => "erased",
        }
    }
}

/// The class of the log whose secret a class of records has; none of what is sealed by the data key.
pub(super) const fn of_log(class: RecordClass) -> Option<Class> {
    match class {
        RecordClass::Originals => None,
        RecordClass::Responses => Some(Class::Response),
        RecordClass::Events => Some(Class::Event),
        RecordClass::Changes => Some(Class::Register),
    }
}

/// Everything that is kept or was erased, in order of months and classes. Reads the declarations of months whose years
/// are over, which may take a while.
///
/// # Errors
/// [`RetentionError`].
pub fn plan(store: &Store, pack: &Pack, now: Moment) -> Result<Vec<Item>, RetentionError> {
    let known = Known::read(store)?;
    let mut work = Work::begin(store, pack, now)?;
    let stages = known.all().into_iter().map(|(month, class)| {
        let stage = match known.erased(month, class) {
            Some(at) => Stage::Erased(at),
            None => work.stage(month, class)?,
        };
        Ok(Item { month, class, stage })
    });
    stages.collect()
}

/// The same at once, for whoever waits for a page: no declaration is read.
///
/// # Errors
/// [`RetentionError`].
pub fn outline(store: &Store, pack: &Pack, now: Moment) -> Result<Vec<Item>, RetentionError> {
    let known = Known::read(store)?;
    let work = Work::begin(store, pack, now)?;
    let stages = known.all().into_iter().map(|(month, class)| {
        let stage = match (known.erased(month, class), work.kept(month, class, month.last_day())) {
            (Some(at), _) => Stage::Erased(at),
            (None, Ok(over)) => work.held(month).unwrap_or(Stage::Over(over)),
            (None, Err(stage)) => stage,
        };
        Item { month, class, stage }
    });
    Ok(stages.collect())
}

/// What there is of which month.
struct Known {
    there: BTreeSet<(Month, RecordClass)>,
    erased: BTreeMap<(Month, RecordClass), Moment>,
}

impl Known {
    fn read(store: &Store) -> Result<Self, StorageError> {
        let (periods, secrets, erasures) = store.read(|view| {
            let (periods, secrets) = (view.sealed_periods()?, view.log_secrets()?);
            Ok::<_, StorageError>((periods, secrets, view.erasures()?))
        })?;
        let mut there = BTreeSet::new();
        for month in periods.iter().filter_map(|period| Month::parse(period).ok()) {
            there.insert((month, RecordClass::Originals));
        }
        for secret in secrets.iter().filter(|secret| secret.secret.is_some()) {
            let class = RecordClass::ALL
                .into_iter()
                .find(|class| of_log(*class).is_some_and(|of| of.name() == secret.class));
            if let (Ok(month), Some(class)) = (Month::parse(&secret.period), class) {
                there.insert((month, class));
            }
        }
        let erased = erasures.iter().filter_map(|row| {
            let class = RecordClass::named(&row.class)?;
            Some(((Month::parse(&row.period).ok()?, class), row.erased_at))
        });
        Ok(Self { there, erased: erased.collect() })
    }

    /// When it was erased, unless something of it is there again.
    fn erased(&self, month: Month, class: RecordClass) -> Option<Moment> {
        let key = (month, class);
        self.erased.get(&key).copied().filter(|_| !self.there.contains(&key))
    }

    fn all(&self) -> BTreeSet<(Month, RecordClass)> {
        self.there.iter().chain(self.erased.keys()).copied().collect()
    }
}

struct Work<'w> {
    store: &'w Store,
    pack: &'w Pack,
    today: Date,
    holds: Vec<Held>,
    settled: BTreeMap<Month, Settled>,
}

impl<'w> Work<'w> {
    fn begin(store: &'w Store, pack: &'w Pack, now: Moment) -> Result<Self, RetentionError> {
        let (today, holds) = (now.china_day(), held_months(store)?);
        Ok(Self { store, pack, today, holds, settled: BTreeMap::new() })
    }

    /// What law says of records whose matter was over on a day: until when they were kept, where that is over.
    fn kept(&self, month: Month, class: RecordClass, over_on: Date) -> Result<KeptUntil, Stage> {
        let over_on = over_on.max(month.last_day());
        let kept = self.pack.kept_until(class, over_on, self.today).ok_or(Stage::NoLaw)?;
        if self.today <= kept.last_day { Err(Stage::Kept(kept)) } else { Ok(kept) }
    }

    fn held(&self, month: Month) -> Option<Stage> {
        let holds = self.holds.iter().filter(|held| held.months.contains(&month));
        let holds: Vec<_> = holds.map(|held| held.n).collect();
        (!holds.is_empty()).then_some(Stage::Held(holds))
    }

    fn stage(&mut self, month: Month, class: RecordClass) -> Result<Stage, RetentionError> {
        // Most months are settled by this, and none of their rows is read.
        if let Err(stage) = self.kept(month, class, month.last_day()) {
            return Ok(stage);
        }
        let Some(over_on) = self.over_on(month, class)? else {
            return Ok(Stage::Open(self.open(month)?));
        };
        Ok(match self.kept(month, class, over_on) {
            Err(stage) => stage,
            Ok(kept) => self.held(month).unwrap_or(Stage::Due(kept)),
        })
    }

    /// The day on which everything was over that records of a month are about; none while something is open. A
    /// document may come in the month before its declaration, so the parcels of the next month count, too.
    fn over_on(
        &mut self,
        month: Month,
        class: RecordClass,
    ) -> Result<Option<Date>, RetentionError> {
        if class == RecordClass::Changes {
            return Ok(Some(month.last_day()));
        }
        if self.open(month)? > 0 {
            return Ok(None);
        }
        let mut over_on = month.last_day();
        for month in [month, next(month)] {
            let last = self.settled(month)?.last_changed_at;
            over_on = over_on.max(last.map_or(over_on, Moment::china_day));
        }
        Ok(Some(over_on))
    }

    fn open(&mut self, month: Month) -> Result<i64, RetentionError> {
        Ok(self.settled(month)?.open + self.settled(next(month))?.open)
    }

    fn settled(&mut self, month: Month) -> Result<Settled, RetentionError> {
        if let Some(known) = self.settled.get(&month) {
            return Ok(*known);
        }
        let settled = settled_in(self.store, month)?;
        self.settled.insert(month, settled);
        Ok(settled)
    }
}
