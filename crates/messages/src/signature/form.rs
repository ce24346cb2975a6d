//! The forms in which signers compute what they sign.

use crate::xml::c14n::Blanks;

/// The form in which a signature matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Form {
    /// What was digested of the white space around the signature.
    pub surroundings: Surroundings,
    /// What was signed of `SignedInfo`.
    pub signed_info: SignedInfoForm,
}

/// White space beside `ds:Signature`, which some signers add together with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Surroundings {
    /// As the standard says: it is content.
    #[default]
    Kept,
    /// That after the signature was added with it.
    AfterDropped,
    /// That before the signature was added with it.
    BeforeDropped,
    /// Both were added with it.
    Dropped,
}

/// Some signers indent `SignedInfo` after signing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SignedInfoForm {
    /// As the standard says: as it stands.
    #[default]
    Strict,
    /// Without the white space between its tags, with the namespaces of its place.
    Compact,
}

impl Form {
    /// The name in reports, by the widest departure: `strict`, `whitespace-trimmed` when only white
    /// space around the signature was dropped, `compact-signedinfo` when `SignedInfo` was compacted.
    pub const fn name(self) -> &'static str {
        match (self.signed_info, self.surroundings) {
            (SignedInfoForm::Compact, _) => "compact-signedinfo",
            (SignedInfoForm::Strict, Surroundings::Kept) => "strict",
            (SignedInfoForm::Strict, _) => "whitespace-trimmed",
        }
    }

    /// A number to remember the form by; [`Self::from_code`] gives the form back.
    pub fn code(self) -> u8 {
        let surroundings = Surroundings::ALL.iter().position(|known| *known == self.surroundings);
        let surroundings = surroundings.and_then(|at| u8::try_from(at).ok()).unwrap_or_default();
        match self.signed_info {
            SignedInfoForm::Strict => surroundings,
            SignedInfoForm::Compact => 4 + surroundings,
        }
    }

    /// The form of that number; `None` for numbers that no form has.
    pub fn from_code(code: u8) -> Option<Self> {
        let surroundings = *Surroundings::ALL.get(usize::from(code % 4))?;
        let signed_info = match code / 4 {
            0 => SignedInfoForm::Strict,
            1 => SignedInfoForm::Compact,
            _ => return None,
        };
        Some(Self { surroundings, signed_info })
    }
}

impl Surroundings {
    /// In the order in which they are tried.
    pub(super) const ALL: [Self; 4] =
        [Self::Kept, Self::AfterDropped, Self::BeforeDropped, Self::Dropped];

    pub(super) const fn before(self) -> Blanks {
        match self {
            Self::Kept | Self::AfterDropped => Blanks::Kept,
            Self::BeforeDropped | Self::Dropped => Blanks::Dropped,
        }
    }

    pub(super) const fn after(self) -> Blanks {
        match self {
            Self::Kept | Self::BeforeDropped => Blanks::Kept,
            Self::AfterDropped | Self::Dropped => Blanks::Dropped,
        }
    }
}

impl SignedInfoForm {
    /// In the order in which they are tried.
    pub(super) const ALL: [Self; 2] = [Self::Strict, Self::Compact];

    pub(super) const fn blanks(self) -> Blanks {
        match self {
            Self::Strict => Blanks::Kept,
            Self::Compact => Blanks::Dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_its_own_number() {
        for code in 0..8 {
            assert_eq!(Form::from_code(code).unwrap().code(), code);
        }
        assert_eq!(Form::from_code(0), Some(Form::default()));
        assert_eq!(Form::from_code(8), None);
    }
}
