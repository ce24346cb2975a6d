//! Collecting findings under a profile.

use tongguan_domain::defect::Defect;

/// How strictly a message is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Exactly what the official schema of 2022-05 accepts and refuses.
    Strict,
    /// Also what real files do instead, each such tolerance reported as a warning.
    Tolerant,
}

/// Findings so far. Bounded, because a hostile message can hold millions of faults.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) profile: Profile,
    pub(crate) defects: Vec<Defect>,
    pub(crate) warnings: Vec<Defect>,
    pub(crate) omitted: usize,
}

impl Report {
    /// The most findings of each kind that are kept; later ones are counted.
    pub(crate) const LIMIT: usize = 1000;

    pub(crate) const fn new(profile: Profile) -> Self {
        Self { profile, defects: Vec::new(), warnings: Vec::new(), omitted: 0 }
    }

    /// Notes a fault of every profile.
    pub(crate) fn refuse(&mut self, defect: impl FnOnce() -> Defect) {
        push(&mut self.defects, &mut self.omitted, defect);
    }

    /// Notes what the strict profile refuses and the tolerant one warns of.
    pub(crate) fn tolerate(&mut self, defect: impl FnOnce() -> Defect) {
        let list = match self.profile {
            Profile::Strict => &mut self.defects,
            Profile::Tolerant => &mut self.warnings,
        };
        push(list, &mut self.omitted, defect);
    }

    pub(crate) const fn is_tolerant(&self) -> bool {
        matches!(self.profile, Profile::Tolerant)
    }
}

fn push(list: &mut Vec<Defect>, omitted: &mut usize, defect: impl FnOnce() -> Defect) {
    if list.len() < Report::LIMIT {
        list.push(defect());
    } else {
        *omitted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::rules;

    #[test]
    fn findings_are_bounded_and_the_rest_is_counted() {
        let mut report = Report::new(Profile::Tolerant);
        for _ in 0..Report::LIMIT + 5 {
            report.refuse(|| Defect::at(&rules::STRAY_TEXT, "/x"));
        }
        assert_eq!((report.defects.len(), report.omitted), (Report::LIMIT, 5));
        report.tolerate(|| Defect::at(&rules::STRAY_TEXT, "/x"));
        assert_eq!(report.warnings.len(), 1);
    }
}
