//! When a letter that was not taken is tried again, and when it is given up.

use std::time::Duration;

use tongguan_domain::time::Moment;

use crate::digest::sha256;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// What is waited after each attempt that failed: three days in all, as Standard Webhooks recommends.
pub const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(30 * MINUTE),
    Duration::from_secs(2 * HOUR),
    Duration::from_secs(5 * HOUR),
    Duration::from_secs(10 * HOUR),
    Duration::from_secs(14 * HOUR),
    Duration::from_secs(20 * HOUR),
    Duration::from_secs(20 * HOUR),
];

/// When the letter at place `n` of webhook `number` is tried again after so many attempts, the last of
/// them now; nothing where it is given up.
///
/// Each pause is longer by up to a tenth, so that what failed together is not tried together. How much
/// longer follows from the letter: a draw of luck would have to be kept to be repeatable.
pub fn next_attempt(number: i64, n: i64, attempts: i64, now: Moment) -> Option<Moment> {
    let pause = PAUSES.get(usize::try_from(attempts.checked_sub(1)?).ok()?)?;
    let millis = i64::try_from(pause.as_millis()).ok()?;
    let [draw, ..] = sha256(&[number, n, attempts].map(i64::to_be_bytes).concat());
    Some(now.plus_millis(millis + millis * i64::from(draw) / 2560))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_tried_for_three_days() {
        let hours = PAUSES.iter().sum::<Duration>().as_secs() / HOUR;
        assert_eq!(hours, 71);
        let now = Moment::from_micros(0);
        assert_eq!(next_attempt(1, 1, 10, now), None, "the tenth attempt is the last");
    }

    #[test]
    fn pauses_grow_by_up_to_a_tenth_and_not_all_alike() {
        let now = Moment::from_micros(0);
        let mut longer = Vec::new();
        for (attempts, pause) in (1..).zip(PAUSES) {
            let waited = next_attempt(7, 1, attempts, now).unwrap().since(now).as_millis();
            let pause = i128::try_from(pause.as_millis()).unwrap();
            assert!((pause..=pause + pause / 10).contains(&waited), "{attempts}: {waited}");
            longer.push((waited - pause) * 1000 / pause);
        }
        longer.sort_unstable();
        longer.dedup();
        assert!(longer.len() > 5, "{longer:?}");
    }
}
