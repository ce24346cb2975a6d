//! Where a request to consolidate stands, and the ways from one place to the next.

use std::fmt;

use crate::ids::DeclarationId;
use crate::time::Moment;

/// Where a request to consolidate (汇总申请单) stands.
///
/// Consolidating takes as many steps as there are declarations, so a request says how far it has come:
/// whoever stopped in the middle goes on there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// Some of its parts have not come yet. [120]
    Gathering,
    /// All of it is here, and nothing is merged yet. [120]
    Accepted,
    /// Some of what it means is merged. [120]
    Running(Progress),
    /// All that it means is merged. Final. [399]
    Done(Progress),
    /// Nothing that it means can be consolidated. Final. [100]
    Refused(Progress),
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it has looked at last; nothing at the beginning.
    pub reached: Option<Reached>,
    /// Formal declarations made so far.
    pub forms: u64,
    /// Declarations that went into them.
    pub declarations: u64,
    /// Declarations that it names and that did not.
    pub left_out: u64,
}

/// What a request has looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// So many of the numbers that it names, in their order.
    Named(u64),
    /// All that departed until then, and of that instant up to this id.
    Departed(Moment, DeclarationId),
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStep {
    /// Its last part comes.
    Complete,
    /// A portion of what it means is merged; this is how far it has come now.
    Advance(Progress),
    /// A portion is merged and nothing is left.
    Finish(Progress),
}

/// The step is not possible where the request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request to consolidate that is {at} cannot be {step}")]
pub struct RequestStepRefused {
    /// Where it stands.
    pub at: &'static str,
    /// What was asked.
    pub step: RequestStep,
}

impl RequestState {
    /// The state after a step.
    ///
    /// # Errors
    /// [`RequestStepRefused`] where the step does not lead anywhere.
    pub const fn take(self, step: RequestStep) -> Result<Self, RequestStepRefused> {
        match (self, step) {
            (Self::Gathering, RequestStep::Complete) => Ok(Self::Accepted),
            (Self::Accepted | Self::Running(_), RequestStep::Advance(progress)) => {
                Ok(Self::Running(progress))
            }
            (Self::Accepted | Self::Running(_), RequestStep::Finish(progress)) => {
                Ok(if progress.forms == 0 { Self::Refused(progress) } else { Self::Done(progress) })
            }
            (state, step) => Err(RequestStepRefused { at: state.name(), step }),
        }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        match self {
            Self::Gathering | Self::Accepted => Progress::default(),
            Self::Running(progress) | Self::Done(progress) | Self::Refused(progress) => *progress,
        }
    }

    /// Whether there is something to merge, or to find out that there is not.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Accepted | Self::Running(_))
    }

    /// Its name for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Gathering => "gathering",
            Self::Accepted => "accepted",
            Self::Running(_) => "running",
            Self::Done(_) => "done",
            Self::Refused(_) => "refused",
        }
    }
}

impl fmt::Display for RequestStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "completed",
            Self::Advance(_) => "advanced",
            Self::Finish(_) => "finished",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tests::diagram;

    fn progress(forms: u64) -> Progress {
        Progress { reached: Some(Reached::Named(7)), forms, declarations: 5, left_out: 2 }
    }

    fn states() -> Vec<RequestState> {
        let mut all = vec![RequestState::Gathering, RequestState::Accepted];
        for progress in [progress(0), progress(1)] {
            let with: [fn(Progress) -> RequestState; 3] =
                [RequestState::Running, RequestState::Done, RequestState::Refused];
            all.extend(with.map(|with| with(progress)));
        }
        all
    }

    fn steps() -> Vec<RequestStep> {
        let mut all = vec![RequestStep::Complete];
        for progress in [progress(0), progress(1)] {
            all.extend([RequestStep::Advance(progress), RequestStep::Finish(progress)]);
        }
        all
    }

    #[test]
    fn the_page_shows_every_way_and_no_other() {
        let mut ways = BTreeSet::new();
        for state in states() {
            for step in steps() {
                let Ok(next) = state.take(step) else { continue };
                ways.insert(diagram::way(&state, &next, step));
            }
        }
        diagram::shows("Request to consolidate", &ways);
    }

    #[test]
    fn a_request_that_has_ended_has_no_way_out() {
        for state in states() {
            let leads_out = steps().into_iter().any(|step| state.take(step).is_ok());
            let ended = matches!(state, RequestState::Done(_) | RequestState::Refused(_));
            assert_eq!(leads_out, !ended, "{state:?}");
        }
        let refused = RequestState::Gathering.take(RequestStep::Finish(progress(1))).unwrap_err();
        let text = "a request to consolidate that is gathering cannot be finished";
        assert_eq!(refused.to_string(), text);
    }

    #[test]
    fn a_request_without_a_form_is_refused() {
        let finish = |forms| RequestState::Accepted.take(RequestStep::Finish(progress(forms)));
        assert_eq!(finish(0), Ok(RequestState::Refused(progress(0))));
        assert_eq!(finish(1), Ok(RequestState::Done(progress(1))));
    }
}
