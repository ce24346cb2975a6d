//! Delegates (申报委托): certificates whose holder may declare what a party has stored.

use std::collections::BTreeMap;

use crate::ids::PartyId;
use crate::time::Moment;

/// A certificate that a party has registered for a delegate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegate {
    /// SHA-256 of the certificate: the id of its key.
    pub certificate: [u8; 32],
    /// From when it counts.
    pub valid_from: Moment,
    /// The last moment at which it counts.
    pub valid_to: Moment,
}

/// The delegates of all parties that may act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delegates(BTreeMap<PartyId, Vec<Delegate>>);

impl Delegates {
    /// From each party's certificates.
    pub fn new(each: impl IntoIterator<Item = (PartyId, Delegate)>) -> Self {
        let mut of = BTreeMap::<_, Vec<_>>::new();
        for (party, delegate) in each {
            of.entry(party).or_default().push(delegate);
        }
        Self(of)
    }

    /// The certificate under which something of these parties may be declared at that moment: of the
    /// first party that has one, the one that counts from the latest day.
    pub fn at(&self, parties: &[PartyId], at: Moment) -> Option<[u8; 32]> {
        let newest = |party| {
            let delegates = self.0.get(party)?.iter();
            delegates
                .filter(|one| one.valid_from <= at && at <= one.valid_to)
                .max_by_key(|one| (one.valid_from, one.certificate))
        };
        parties.iter().find_map(newest).map(|one| one.certificate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_counts_of_the_first_party_that_has_one() {
        let at = Moment::from_micros;
        let delegate =
            |n, from, to| Delegate { certificate: [n; 32], valid_from: at(from), valid_to: at(to) };
        let delegates = Delegates::new([
            (PartyId(1), delegate(1, 0, 10)),
            (PartyId(1), delegate(2, 5, 20)),
            (PartyId(2), delegate(3, 0, 30)),
        ]);
        let both = [PartyId(1), PartyId(2)];
        for (moment, expected) in
            [(0, Some(1)), (5, Some(2)), (11, Some(2)), (20, Some(2)), (21, Some(3)), (31, None)]
        {
            assert_eq!(delegates.at(&both, at(moment)), expected.map(|n| [n; 32]), "{moment}");
        }
        assert_eq!(delegates.at(&[PartyId(3)], at(1)), None);
    }
}
