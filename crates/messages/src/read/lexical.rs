//! Lexical forms of XML Schema that signatures and envelopes use.

use jiff::civil::Date;
use tongguan_domain::time::{Moment, parse_day};

use super::number::is_space;

/// `xs:base64Binary`: white space anywhere, padding required, unused bits zero.
pub(crate) fn is_base64(text: &str) -> bool {
    let (mut letters, mut pads, mut last) = (0_usize, 0_usize, 0);
    for byte in text.bytes() {
        match SEXTETS[usize::from(byte)] {
            SPACE => {}
            PAD => pads += 1,
            value if value < 64 && pads == 0 => {
                letters += 1;
                last = value;
            }
            _ => return false,
        }
    }
    match pads {
        0 => letters % 4 == 0,
        1 => letters % 4 == 3 && last % 4 == 0,
        2 => letters % 4 == 2 && last % 16 == 0,
        _ => false,
    }
}

const SPACE: u8 = 64;
const PAD: u8 = 65;
const NONE: u8 = 66;

/// What each byte is in base64: its six bits, or one of the marks above. A table, because certificates
/// are a third of a message's text and their letters follow no order that a branch could guess.
static SEXTETS: [u8; 256] = {
    let mut table = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    let mut space = 0;
    while space < 4 {
        table[b" \t\r\n"[space] as usize] = SPACE;
        space += 1;
    }
    table[b'=' as usize] = PAD;
    table
};

/// `xs:anyURI`: a reference after RFC 3986, other characters allowed where they would be escaped.
pub(crate) fn is_uri(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    if fragment.contains('#') || !escapes_are_complete(text) {
        return false;
    }
    let first_segment = before.split(['/', '?']).next().unwrap_or_default();
    let Some((scheme, _)) = first_segment.split_once(':') else { return true };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn escapes_are_complete(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// `xs:integer`.
pub(crate) fn is_integer(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `xs:ID`: a name without a colon.
pub(crate) fn is_name(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '·'))
}

/// `xs:dateTime` with a year of four digits: the parts of the day and time and what follows them.
pub(crate) fn is_date_time(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    let Some((local, rest)) = text.split_at_checked(19) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(rest) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == rest.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    has_pattern(local, b"9999-99-99T99:99:99") && is_real(local) && is_zone(zone)
}

/// The instant of an `xs:dateTime`, to the second; China time where it names no zone.
pub(crate) fn parse_date_time(text: &str) -> Option<Moment> {
    let text = text.trim_matches(is_space);
    if !is_date_time(text) {
        return None;
    }
    let (local, rest) = text.split_at_checked(19)?;
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let digits: String = local.chars().filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at_checked(8)?;
    let moment = match time {
        "240000" => Moment::parse_wire(&format!("{day}000000"))?.plus_days(1),
        _ => Moment::parse_wire(&digits)?,
    };
    let minutes = match zone {
        "" => 480,
        "Z" => 0,
        _ => {
            let amount =
                zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if zone.starts_with('-') { -amount } else { amount }
        }
    };
    Some(moment.plus_millis((480 - minutes) * 60_000))
}

/// The day of an `xs:date` with a year of four digits; its zone is passed over.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let (day, zone) = text.trim_matches(is_space).split_at_checked(10)?;
    if !has_pattern(day, b"9999-99-99") || !is_zone(zone) {
        return None;
    }
    parse_day(&day.replace('-', "")).filter(|day| day.year() > 0)
}

fn has_pattern(text: &str, pattern: &[u8]) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern).all(|(b, &shape)| match shape {
            b'9' => b.is_ascii_digit(),
            _ => b == shape,
        })
}

fn is_real(local: &str) -> bool {
    let number =
        |range: std::ops::Range<usize>| local.get(range).and_then(|text| text.parse().ok());
    let day = local
        .get(..4)
        .and_then(|year| Date::new(year.parse().ok()?, number(5..7)?, number(8..10)?).ok());
    let time = (number(11..13), number(14..16), number(17..19));
    day.is_some_and(|day| day.year() > 0)
        && match time {
            (Some(24), Some(minute), Some(second)) => minute == 0 && second == 0,
            (Some(hour), Some(minute), Some(second)) => hour < 24 && minute < 60 && second < 60,
            _ => false,
        }
}

fn is_zone(zone: &str) -> bool {
    let Some(offset) = zone.strip_prefix(['+', '-']) else { return matches!(zone, "" | "Z") };
    has_pattern(offset, b"99:99") && (offset < "14:00" && &offset[3..] < "60" || offset == "14:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_needs_its_padding_and_no_stray_bits() {
        for text in ["", "QQ==", "QUI=", "QUJD", " QU\nJD\tQQ = = "] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in ["Q", "QQ", "QQ=", "QR==", "QUJ=", "QQ==QQ==", "QU?D", "=", "===="] {
            assert!(!is_base64(text), "{text:?}");
        }
    }

    #[test]
    fn references_are_told_from_other_texts() {
        for text in
            ["", " ", "#x", "http://www.w3.org/2000/09/xmldsig#sha1", "a/b:c", "测试", "%41", "a b"]
        {
            assert!(is_uri(text), "{text:?}");
        }
        for text in ["##", "1a:b", ":x", "%4", "%zz"] {
            assert!(!is_uri(text), "{text:?}");
        }
    }

    #[test]
    fn times_of_day_are_told_from_other_texts() {
        for text in [
            "2026-01-02T03:04:05",
            " 2026-01-02T03:04:05.25+08:00\n",
            "2024-02-29T24:00:00Z",
            "2026-01-02T03:04:05-14:00",
        ] {
            assert!(is_date_time(text), "{text:?}");
        }
        for text in [
            "",
            "2026-01-02",
            "2026-01-02 03:04:05",
            "2026-02-30T03:04:05",
            "2026-01-02T24:00:01",
            "2026-01-02T03:04:05.",
            "2026-01-02T03:04:05+14:01",
            "2026-01-02T03:04:05+09:60",
            "0000-01-02T03:04:05",
            "２026-01-02T03:04:05",
        ] {
            assert!(!is_date_time(text), "{text:?}");
        }
    }

    #[test]
    fn an_instant_without_a_zone_is_china_time() {
        let read = |text| parse_date_time(text).unwrap().to_string();
        assert_eq!(read("2026-01-02T03:04:05"), "2026-01-02T03:04:05.000+08:00");
        assert_eq!(read(" 2026-01-01T19:04:05.99Z"), "2026-01-02T03:04:05.000+08:00");
        assert_eq!(read("2026-01-01T24:00:00-05:30"), "2026-01-02T13:30:00.000+08:00");
    }

    #[test]
    fn days_are_told_from_other_texts() {
        let day = Some(jiff::civil::date(2026, 1, 2));
        for text in ["2026-01-02", " 2026-01-02Z\n", "2026-01-02+08:00", "2026-01-02-14:00"] {
            assert_eq!(parse_date(text), day, "{text:?}");
        }
        for text in ["", "20260102", "2026-01-32", "2026-01-02T03:04:05", "0000-01-02", "2026-1-2"]
        {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_begin_with_a_letter() {
        assert!(is_name("sig-1") && is_name("_x"));
        assert!(!is_name("1") && !is_name("") && !is_name("a:b") && !is_name("a b"));
    }
}
