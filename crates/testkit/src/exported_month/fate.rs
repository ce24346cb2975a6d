//! What becomes of a parcel of the month.

use crate::traffic::dice::Dice;

macro_rules! fates {
    ($( $(#[$doc:meta])* $fate:ident $weight:literal $status:literal; )+) => {
        /// What becomes of a parcel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fate { $( $(#[$doc])* $fate, )+ }

        impl Fate {
            /// Every fate, the usual one first.
            pub const ALL: &[Self] = &[ $( Self::$fate, )+ ];

            /// Of a hundred parcels, how many.
            const fn weight(self) -> u64 {
                match self { $( Self::$fate => $weight, )+ }
            }

            /// The last status of its list.
            pub const fn ending(self) -> i32 {
                match self { $( Self::$fate => $status, )+ }
            }
        }
    };
}

fates! {
    /// It leaves, to be consolidated.
    Closed 57 899;
    /// The same; its list is sent with wrong goods and changed before order and waybill come.
    Changed 3 899;
    /// The same; an officer examines it first.
    Examined 3 899;
    /// The same; its declarant would cancel it when it is released already.
    CancelledTooLate 2 899;
    /// It leaves, and some of its goods come back.
    ReturnedPart 4 899;
    /// It leaves, and all of it comes back.
    ReturnedWhole 2 899;
    /// It leaves, and some of its goods come back otherwise than it was asked; an officer accepts that.
    ReturnAccepted 1 899;
    /// The same; the officer refuses it.
    ReturnRefused 1 899;
    /// It leaves, and some of its goods come back under a bill that says how only after they were asked back.
    ReturnLinked 1 899;
    /// It leaves; it is asked back and does not come.
    ReturnPending 1 899;
    /// It is refused, declared anew in order, and leaves.
    Mended 2 899;
    /// It leaves, declared in simplified form.
    Simplified 8 899;
    /// Taken back before it left (退关).
    Withdrawn 3 100;
    /// Cancelled before its release.
    Cancelled 3 100;
    /// Its waybill counts other packages.
    Mismatched 2 100;
    /// Its goods pay export duty.
    Dutiable 1 100;
    /// An officer examines and refuses it.
    RefusedByOfficer 1 100;
    /// It does not arrive.
    NotArrived 2 399;
    /// It arrives and does not leave.
    NotDeparted 2 800;
    /// Its waybill never comes.
    WithoutWaybill 1 2;
}

impl Fate {
    /// One by chance.
    pub fn draw(dice: &mut Dice) -> Self {
        let mut place = dice.below(Self::ALL.iter().map(|fate| fate.weight()).sum());
        for fate in Self::ALL {
            match place.checked_sub(fate.weight()) {
                Some(rest) => place = rest,
                None => return *fate,
            }
        }
        Self::Closed
    }

    /// Whether reports name it as arrived.
    pub const fn arrives(self) -> bool {
        !matches!(self, Self::NotArrived | Self::Cancelled)
    }

    /// Whether reports name it as departed, whatever customs says of that.
    pub const fn departs(self) -> bool {
        self.arrives() && !matches!(self, Self::Withdrawn | Self::NotDeparted)
    }

    /// Whether it is left to consolidation when it has left.
    pub const fn is_consolidated(self) -> bool {
        self.ending() == 899 && !matches!(self, Self::Simplified | Self::ReturnedWhole)
    }

    /// Whether its goods are asked back.
    pub const fn is_asked_back(self) -> bool {
        self.comes_back() || matches!(self, Self::ReturnRefused | Self::ReturnPending)
    }

    /// Whether goods of it are let in again.
    pub const fn comes_back(self) -> bool {
        matches!(
            self,
            Self::ReturnedPart | Self::ReturnedWhole | Self::ReturnAccepted | Self::ReturnLinked
        )
    }

    /// Whether its goods are of those that an office examines.
    pub const fn is_examined(self) -> bool {
        matches!(self, Self::Examined | Self::RefusedByOfficer)
    }

    /// Whether its list is sent once, as it is meant.
    pub const fn is_sent_once(self) -> bool {
        !matches!(self, Self::Changed | Self::Mended)
    }
}
