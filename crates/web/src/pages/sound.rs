//! The tones of terminals (提示音): whoever scans hears what to do without looking up. They are made here, say nothing
//! that the words do not say, and are silent for whoever has turned them off.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use maud::{Markup, html};

use super::assets::named;
use super::form::go_to;
use super::language::Back;
use super::shell::{Visit, encoded};
use crate::Shared;
use crate::cookies::SOUND;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// What a terminal sounds like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Let it go, or it is done: two tones that rise.
    Good,
    /// There is something to do: the same tone twice.
    Attention,
    /// Stop: one long low tone.
    Stop,
}

/// Samples a second.
const RATE: u32 = 8_000;
/// How far a sample is from silence, of 127.
const LOUDNESS: u8 = 40;

impl Tone {
    const ALL: [Self; 3] = [Self::Good, Self::Attention, Self::Stop];

    /// Tones one after the other: how high, in hertz (0 is a rest), and how long, in milliseconds.
    const fn tones(self) -> &'static [(u32, u32)] {
        match self {
            Self::Good => &[(880, 90), (1_320, 130)],
            Self::Attention => &[(660, 110), (0, 60), (660, 110)],
            Self::Stop => &[(220, 450)],
        }
    }

    /// The tone of a notice of that kind.
    pub fn of(kind: &str) -> Self {
        match kind {
            "good" => Self::Good,
            "warn" => Self::Attention,
            _ => Self::Stop,
        }
    }
}

/// The tones as files, with their addresses.
static FILES: LazyLock<Vec<(Tone, String, Vec<u8>)>> = LazyLock::new(|| {
    let file = |tone: Tone| {
        let wave = wave(tone.tones());
        (tone, named("wav", &wave), wave)
    };
    Tone::ALL.into_iter().map(file).collect()
});

/// The file at an address, if it is a tone.
pub fn file(address: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(_, known, _)| known == address).map(|(.., wave)| wave.as_slice())
}

/// What plays a tone, where sound was not turned off, and what turns it off or on.
pub fn player(visit: &Visit, tone: Option<Tone>) -> Markup {
    let file = FILES.iter().find(|(known, ..)| Some(*known) == tone);
    let (state, other, to) = if visit.is_silent {
        (("提示音：关", "Sound is off"), ("打开", "Turn it on"), "on")
    } else {
        (("提示音：开", "Sound is on"), ("关闭", "Turn it off"), "off")
    };
    html! {
        p.muted {
            (visit.language.of(state)) " · "
            a href={ "/sound/" (to) "?back=" (encoded(&visit.address)) } { (visit.language.of(other)) }
        }
        @if let Some((_, address, _)) = file && !visit.is_silent {
            audio src=(address) autoplay {}
        }
    }
}

/// Turns tones on or off in this browser, and goes back.
pub async fn choose(
    State(shared): State<Shared>,
    Path(wanted): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Result<Response, Problem> {
    let value = match wanted.as_str() {
        "on" => None,
        "off" => Some("off"),
        _ => return Err(Problem::NoSuchPage),
    };
    let mut response = go_to(&back);
    if let Ok(cookie) = HeaderValue::from_str(&SOUND.written(value, shared.access.is_secure)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Tones as a file (WAVE, one channel of eight bits).
fn wave(tones: &[(u32, u32)]) -> Vec<u8> {
    let samples: Vec<u8> =
        tones.iter().flat_map(|(height, lasts)| square(*height, *lasts)).collect();
    let length = u32::try_from(samples.len()).unwrap_or(0);
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend(b"\x01\0\x08\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

fn square(height: u32, lasts: u32) -> impl Iterator<Item = u8> {
    const SILENCE: u8 = 128;
    (0..RATE * lasts / 1_000).map(move |at| match (height, (2 * height * at / RATE) % 2) {
        (0, _) => SILENCE,
        (_, 0) => SILENCE + LOUDNESS,
        _ => SILENCE - LOUDNESS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tone_is_a_short_file_of_its_own() {
        for (tone, address, wave) in &*FILES {
            assert!(address.starts_with("/static/tongguan-") && address.ends_with(".wav"));
            assert_eq!(file(address), Some(wave.as_slice()));
            assert_eq!(&wave[..4], b"RIFF");
            let said = u32::from_le_bytes(wave[4..8].try_into().unwrap());
            assert_eq!(usize::try_from(said).unwrap() + 8, wave.len());
            let samples = u32::from_le_bytes(wave[40..44].try_into().unwrap());
            assert_eq!(usize::try_from(samples).unwrap() + 44, wave.len());
            assert!(samples < RATE, "{tone:?} lasts less than a second");
        }
        assert_eq!(FILES.iter().filter(|(.., wave)| *wave == FILES[0].2).count(), 1);
        assert_eq!(file("/static/tongguan-none.wav"), None);
    }

    #[test]
    fn a_tone_is_as_high_as_it_is_said() {
        let samples: Vec<_> = square(100, 1_000).collect();
        let rises = samples.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert_eq!(rises, 99, "a hundred hertz begin high and rise between");
        assert!(square(0, 10).all(|sample| sample == 128));
    }
}
