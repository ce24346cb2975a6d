//! What a process that clears parcels does between messages: takes up what others changed, decides what
//! time and topped-up guarantees lead to, and consolidates.

use std::sync::Arc;

use jiff::civil::Date;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::Settings;
use tongguan_application::consolidation::ConsolidationWork;
use tongguan_application::due::DueWork;
use tongguan_application::parameters::carry_out_due;
use tongguan_application::pipeline::{Ack, Pipeline, chain};
use tongguan_application::ports::Clock;
use tongguan_application::processes::{Duty, Share};
use tongguan_storage::Store;

use crate::refresh::Refresh;

/// Has commands carried out in their turn.
pub type Decide<'d> = &'d mut dyn FnMut(Vec<Incoming>) -> anyhow::Result<()>;

/// What is done between messages.
pub struct Upkeep {
    store: Store,
    clock: Arc<dyn Clock>,
    refresh: Refresh,
    due: DueWork,
    consolidation: ConsolidationWork,
    /// The day up to which approved changes of parameters were carried out.
    parameters_of: Option<Date>,
    /// What of all this is for this process to do.
    share: Share,
}

/// What goes wrong round after round, said once until it goes well or goes wrong otherwise.
#[derive(Debug, Default)]
pub struct Trouble {
    said: String,
}

impl Trouble {
    /// It went well.
    pub fn is_over(&mut self) {
        self.said.clear();
    }

    /// It went wrong, and is tried again.
    pub fn tell(&mut self, error: &anyhow::Error) {
        let text = chain(error.as_ref());
        if self.said != text {
            tracing::warn!("{text}; trying again until it works");
            self.said = text;
        }
    }
}

/// The pipeline has no thread left that answers.
#[derive(Debug, thiserror::Error)]
#[error("the pipeline ended early; start again, nothing that was acknowledged is lost")]
pub struct PipelineEnded;

impl Upkeep {
    /// Of a store, with what its pipeline has learned so far.
    pub fn new(store: Store, clock: Arc<dyn Clock>, refresh: Refresh) -> Self {
        let (due, consolidation) = (DueWork::default(), ConsolidationWork::default());
        let (parameters_of, share) = (None, Share::default());
        Self { store, clock, refresh, due, consolidation, parameters_of, share }
    }

    /// Looks whether another process changed what is kept in memory, unless it has just done so.
    ///
    /// # Errors
    /// As [`Refresh::look`].
    pub fn take_up_changes(&mut self, pipeline: &Pipeline) -> anyhow::Result<()> {
        for news in pipeline.membership().news() {
            tracing::warn!("{news}");
        }
        self.share = pipeline.membership().share();
        if self.share.does(Duty::Parameters) {
            self.carry_out_parameters()?;
        }
        let taken_up = self.refresh.look(&self.store, pipeline, self.clock.now())?;
        if !taken_up.is_empty() {
            tracing::info!("changed by others and taken up: {}", taken_up.join(", "));
        }
        Ok(())
    }

    /// Carries out the changes of parameters whose day has begun; those that are approved later in the day are
    /// carried out as they are approved.
    fn carry_out_parameters(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        if self.parameters_of == Some(now.china_day()) {
            return Ok(());
        }
        let done = carry_out_due(&mut self.store.small_writer()?, now)?;
        if done > 0 {
            tracing::info!("changes of parameters that hold from today on: {done}");
        }
        self.parameters_of = Some(now.china_day());
        Ok(())
    }

    /// Decides what time and topped-up guarantees lead to; every message is acknowledged by now. Gives how
    /// many declarations that were.
    ///
    /// # Errors
    /// What the database or `decide` gives; nothing is lost.
    pub fn see_to_what_is_due(
        &mut self,
        settings: &Settings,
        decide: Decide<'_>,
    ) -> anyhow::Result<u64> {
        if !self.share.does(Duty::Due) {
            // Somebody else does it meanwhile, and what is remembered of it will be out of date.
            self.due = DueWork::default();
            return Ok(0);
        }
        let done = self.due.run(&self.store, settings, self.clock.now(), decide)?;
        let count = done.expired + done.closed + done.released + done.lapsed + done.told;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Takes a request to consolidate a portion further; gives how many declarations became part of formal
    /// ones, or nothing where there is no request.
    ///
    /// # Errors
    /// As [`Self::see_to_what_is_due`].
    pub fn consolidate(
        &mut self,
        settings: &Settings,
        decide: Decide<'_>,
    ) -> anyhow::Result<Option<u64>> {
        if !self.share.does(Duty::Consolidation) {
            self.consolidation = ConsolidationWork::default();
            return Ok(None);
        }
        let done = self.consolidation.step(&self.store, &settings.law, decide)?;
        Ok(done.map(|done| done.declarations))
    }
}

/// Has commands carried out in their turn; says why those were not that were not. Acknowledgements of what
/// was submitted before them go to `earlier`.
///
/// # Errors
/// [`PipelineEnded`], or why they could not be stored.
pub fn carry_out(
    pipeline: &mut Pipeline,
    commands: Vec<Incoming>,
    otherwise: &str,
    earlier: &mut dyn FnMut(Ack),
) -> anyhow::Result<()> {
    let ticket = pipeline.command(commands, None);
    loop {
        let ack = pipeline.acks().recv().map_err(|_| PipelineEnded)?;
        if ack.ticket != ticket {
            earlier(ack);
            continue;
        }
        for (_, why) in ack.outcome.map_err(anyhow::Error::msg)?.undecided {
            tracing::warn!("{otherwise}: {why}");
        }
        return Ok(());
    }
}
