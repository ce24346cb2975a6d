//! How a command shows what is wrong with its input: for people, and as JSON.

use clap::ValueEnum;
use tongguan_domain::defect::Defect;

pub use tongguan_web::DefectView;

/// The language in which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// That of the surroundings: Chinese where the locale is Chinese, else English.
    #[expect(clippy::disallowed_methods, reason = "the edge, where the locale comes in")]
    pub fn of_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        if locale.is_some_and(|locale| locale.starts_with("zh")) { Self::Zh } else { Self::En }
    }

    /// The text of this language.
    pub fn pick<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// One line in English: where, what, what was expected.
pub fn line(defect: &Defect) -> String {
    line_in(defect, Language::En)
}

/// One line for people: where, what, what was expected.
pub fn line_in(defect: &Defect, language: Language) -> String {
    let place = match &*defect.pointer {
        "" => language.pick("（全部）", "(whole input)"),
        pointer => pointer,
    };
    let text = match language {
        Language::Zh => defect.message_zh(),
        Language::En => defect.message_en(),
    };
    match defect.rule.official {
        Some(number) => format!("{place}: {text} [{number} {}]", defect.rule.code),
        None => format!("{place}: {text} [{}]", defect.rule.code),
    }
}
