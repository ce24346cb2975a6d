//! Bugs that are planted to see whether the simulation finds them.
//!
//! Compiled in with the feature `planted` alone, which no build that ships may have; without it [`planted`] is `false`
//! for every bug, and the compiler leaves nothing of it.

/// A bug that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A batch is acknowledged although it could not be stored.
    AcknowledgesUnwritten,
    /// A commit that ended without an answer is taken for done.
    TakesUnknownForDone,
    /// What is kept in memory is trusted after a commit that ended without an answer.
    TrustsMemory,
    /// A process commits although its place was taken.
    IgnoresFencing,
    /// The yearly limit is judged without what the buyer has taken before.
    JudgesAllowanceAlone,
    /// A payment is taken that pays for another order already.
    SharesPayments,
    /// A response may be given an earlier time than the one before it.
    StepsBackInTime,
    /// A copy of a document is taken for a new one.
    AnswersCopiesAnew,
    /// Goods that come back leave their tax with the guarantee.
    KeepsGuarantee,
    /// Freight is left out of what is taxed.
    ForgetsFreight,
    /// The cursor of the mailboxes moves before the letters lie in them.
    MovesCursorFirst,
    /// A message is written without its original where several are written together.
    LosesOriginals,
    /// What is set aside of a guarantee for one process is promised to the others as well.
    PromisesTwice,
}

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("the feature `planted` is for tests alone");

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

impl Bug {
    /// All of them, with their names.
    pub const NAMED: [(&'static str, Self); 13] = [
        ("acknowledges-unwritten", Self::AcknowledgesUnwritten),
        ("takes-unknown-for-done", Self::TakesUnknownForDone),
        ("trusts-memory", Self::TrustsMemory),
        ("ignores-fencing", Self::IgnoresFencing),
        ("judges-allowance-alone", Self::JudgesAllowanceAlone),
        ("shares-payments", Self::SharesPayments),
        ("steps-back-in-time", Self::StepsBackInTime),
        ("answers-copies-anew", Self::AnswersCopiesAnew),
        ("keeps-guarantee", Self::KeepsGuarantee),
        ("forgets-freight", Self::ForgetsFreight),
        ("moves-cursor-first", Self::MovesCursorFirst),
        ("loses-originals", Self::LosesOriginals),
        ("promises-twice", Self::PromisesTwice),
    ];
}

/// Plants a bug in what this thread runs, or none.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether a bug is planted.
#[cfg(feature = "planted")]
pub fn planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether a bug is planted.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn planted(_: Bug) -> bool {
    false
}
