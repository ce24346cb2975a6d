//! Passwords: which will do, and how they are kept.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tongguan_domain::access::SignIn;
use zxcvbn::{Score, zxcvbn};

use super::PeopleError;

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most; longer ones only cost time.
const LONGEST: usize = 128;
/// Words of the field and of its speakers, which whoever guesses tries besides the words of all the world.
const OF_THE_FIELD: [&str; 17] = [
    "tongguan",
    "haiguan",
    "kuajing",
    "dianshang",
    "customs",
    "clearance",
    "officer",
    "examiner",
    "supervisor",
    "administrator",
    "通关",
    "海关",
    "单一窗口",
    "跨境电商",
    "woaini",
    "5201314",
    "1314520",
];

/// A password that will do (口令).
pub struct Password(String);

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short or too long.
    #[error("a password has 12 to 128 characters")]
    Length,
    /// Too easy to guess.
    #[error(
        "a password does not hold your name, and is more than what is guessed first: leaked passwords, common \
         words, rows, dates, repetitions"
    )]
    Guessable,
}

impl Password {
    /// Takes a password for a person. Any characters will do; what counts is in how many guesses it is found
    /// by somebody who tries leaked passwords, words, names, dates and patterns first (zxcvbn).
    ///
    /// # Errors
    /// [`BadPassword`].
    pub fn new(text: &str, sign_in: &SignIn) -> Result<Self, BadPassword> {
        let length = text.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Err(BadPassword::Length);
        }
        let known = [&[sign_in.as_str()][..], &OF_THE_FIELD].concat();
        if text.to_lowercase().contains(sign_in.as_str())
            || zxcvbn(text, &known).score() < Score::Three
        {
            return Err(BadPassword::Guessable);
        }
        Ok(Self(text.to_owned()))
    }

    /// The hash that is kept.
    ///
    /// # Errors
    /// [`PeopleError::Hash`].
    pub fn hashed(&self) -> Result<String, PeopleError> {
        hash(&self.0)
    }
}

/// Argon2id with 19 MiB and two passes, as OWASP's cheat sheet has it: tens of milliseconds.
pub(super) fn hash(password: &str) -> Result<String, PeopleError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| PeopleError::Hash(error.to_string()))
}

/// Whether `password` is the one that was hashed.
pub(super) fn fits(password: &str, hash: &str) -> bool {
    password.chars().count() <= LONGEST
        && Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_what_is_guessed_first_will_not_do() {
        let name = SignIn::parse("li.wei").unwrap();
        let new = |text: &str| Password::new(text, &name).map(drop);
        for good in ["correct horse battery", "通关大厅早上八点开门见山吗", "x7#kQ!9dLmPz"]
        {
            assert_eq!(new(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", BadPassword::Length),
            (&"x".repeat(129), BadPassword::Length),
            ("li.wei is my name", BadPassword::Guessable),
            ("aaaaaaaaaaaaaaaa", BadPassword::Guessable),
            ("abcdefghijklmnop", BadPassword::Guessable),
            ("password123456", BadPassword::Guessable),
            ("PasswordPassword", BadPassword::Guessable),
            ("Passw0rd2026!", BadPassword::Guessable),
            ("qwertyuiop[]", BadPassword::Guessable),
            ("1q2w3e4r5t6y", BadPassword::Guessable),
            ("haiguan123456", BadPassword::Guessable),
            ("woaini5201314", BadPassword::Guessable),
        ] {
            assert_eq!(new(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_hash_names_its_cost_and_fits_its_password_alone() {
        let hashed = hash("correct horse battery").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(fits("correct horse battery", &hashed));
        assert!(!fits("correct horse", &hashed));
        assert!(!fits("correct horse battery", "nonsense"));
    }
}
