//! What happens to exported parcels, and what it must lead to.
//!
//! To add a story: its line in the table, and in the functions below it what makes it so.

use tongguan_domain::declaration::{GoodsSeen, Ruling};
use tongguan_domain::quarantine::Finding;
use tongguan_domain::transit::SealCondition;

/// What a story must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The last status of the document.
    pub status: i32,
    /// Words in it.
    pub says: &'static str,
}

/// What becomes of goods under seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    /// They come to the port, where the seal is found so.
    ToThePort(SealCondition),
    /// They are on their way, and the port has not looked yet.
    OnTheWay,
    /// The seal is opened, and they are taken back (退关).
    Opened,
}

/// How exported goods come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComingBack {
    /// All of them, as it was asked.
    AsAsked,
    /// One piece, on another vehicle than it was asked, and an officer lets it in.
    LetIn,
    /// The same, and no officer has looked at it yet.
    Waiting,
}

macro_rules! stories {
    ($( $(#[$doc:meta])* $story:ident $name:literal $status:literal $says:literal; )+) => {
        /// What happens to an exported parcel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Story { $( $(#[$doc])* $story, )+ }

        impl Story {
            /// Every story, the usual one first.
            pub const ALL: &[Self] = &[ $( Self::$story, )+ ];

            /// Its name, in kebab-case.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$story => $name, )+ }
            }

            /// What it must lead to for the declaration.
            pub const fn ending(self) -> Ending {
                match self { $( Self::$story => Ending { status: $status, says: $says }, )+ }
            }
        }
    };
}

stories! {
    /// It is lodged, arrives and leaves.
    Straight "straight" 899 "结关";
    /// It is declared in simplified form (简化申报), and leaves.
    Simplified "simplified" 899 "结关";
    /// An officer examines it and finds nothing.
    Examined "examined" 899 "结关";
    /// An officer examines it and refuses it.
    RefusedAfterExamination "examined-and-refused" 100 "退单";
    /// Nobody has examined it yet.
    UnderExamination "left-in-examination" 500 "查验";
    /// Quarantine looks at it, and it passes.
    Quarantined "quarantined" 899 "结关";
    /// Quarantine does not let it in.
    NotAdmitted "not-admitted" 399 "检疫不合格";
    /// It goes to the port under seal, and leaves.
    Sealed "sealed" 899 "结关";
    /// The port finds its seal broken.
    StoppedAtPort "stopped-at-port" 500 "封志破损";
    /// It is on its way to the port under seal.
    OnTheWay "left-under-seal" 800 "放行";
    /// It is taken back after its release, where it stands.
    Withdrawn "withdrawn" 100 "退关，货物在监管场所内核查无误";
    /// It is taken back after its release, out of its seal.
    WithdrawnFromSeal "withdrawn-from-seal" 100 "退关，货物已拆封出场";
    /// It leaves, and all of it comes back.
    Returned "returned" 899 "结关";
    /// It leaves, and a part comes back otherwise than it was asked; an officer lets it in.
    ReturnedOtherwise "returned-otherwise" 899 "结关";
    /// The same, and no officer has looked at it yet.
    ReturnUnderExamination "return-left-in-examination" 899 "结关";
    /// Its waybill never comes.
    WithoutWaybill "missing-waybill" 2 "运单信息不存在";
    /// Its waybill says another number of packages.
    PackagesDiffer "packages-differ" 100 "件数";
    /// Its goods pay export duty.
    ExportDuty "export-duty" 100 "应征出口关税";
    /// An officer reviews it, and it leaves when the month was consolidated already.
    LeftLate "left-late" 899 "结关";
    /// It does not arrive.
    NotArrived "not-arrived" 399 "审结";
    /// It arrives and stays.
    NotDeparted "not-departed" 800 "放行";
}

impl Story {
    /// What an officer rules after the examination, if anything.
    pub const fn ruling(self) -> Option<Ruling> {
        match self {
            Self::Examined | Self::ReturnUnderExamination | Self::LeftLate => Some(Ruling::Accept),
            Self::RefusedAfterExamination => Some(Ruling::Refuse),
            _ => None,
        }
    }

    /// What quarantine finds, where it looks.
    pub const fn finding(self) -> Option<Finding> {
        match self {
            Self::Quarantined => Some(Finding::Passed),
            Self::NotAdmitted => Some(Finding::Failed),
            _ => None,
        }
    }

    /// Where it goes under seal, if it does.
    pub const fn journey(self) -> Option<Journey> {
        match self {
            Self::Sealed => Some(Journey::ToThePort(SealCondition::Intact)),
            Self::StoppedAtPort => Some(Journey::ToThePort(SealCondition::Broken)),
            Self::OnTheWay => Some(Journey::OnTheWay),
            Self::WithdrawnFromSeal => Some(Journey::Opened),
            _ => None,
        }
    }

    /// What the officer saw who let it be taken back after its release, if it is.
    pub const fn withdrawal(self) -> Option<GoodsSeen> {
        match self {
            Self::Withdrawn => Some(GoodsSeen::OnSite),
            Self::WithdrawnFromSeal => Some(GoodsSeen::Unsealed),
            _ => None,
        }
    }

    /// How its goods come back, if they do.
    pub const fn coming_back(self) -> Option<ComingBack> {
        match self {
            Self::Returned => Some(ComingBack::AsAsked),
            Self::ReturnedOtherwise => Some(ComingBack::LetIn),
            Self::ReturnUnderExamination => Some(ComingBack::Waiting),
            _ => None,
        }
    }

    /// Whether it is part of a formal declaration in the end: what left, was not declared in simplified
    /// form, and did not wholly come back.
    pub const fn is_consolidated(self) -> bool {
        self.ending().status == 899
            && !matches!(self, Self::Simplified | Self::Returned | Self::LeftLate)
    }

    pub(super) const fn is_reviewed(self) -> bool {
        matches!(self, Self::LeftLate)
    }

    pub(super) const fn is_examined(self) -> bool {
        // Who examines what comes back has examined it before.
        (self.ruling().is_some() || matches!(self, Self::UnderExamination)) && !self.is_reviewed()
    }
}

impl ComingBack {
    /// What it must lead to for the request.
    pub const fn ending(self) -> Ending {
        match self {
            Self::AsAsked | Self::LetIn => Ending { status: 800, says: "放行" },
            Self::Waiting => Ending { status: 500, says: "理货与申请不一致" },
        }
    }

    /// Whether the goods are back.
    pub const fn is_back(self) -> bool {
        matches!(self, Self::AsAsked | Self::LetIn)
    }
}
