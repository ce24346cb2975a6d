//! PNG (ISO/IEC 15948): chunks. Kept are those that are needed to show it.

/// What every file begins with.
pub const BEGINNING: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length, name and check sum of a chunk, in bytes.
const FRAME: usize = 12;
/// What is needed to show a picture; everything else is words, times and places.
const NEEDED: [&[u8; 4]; 8] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"];

pub fn bare(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(BEGINNING)?;
    let mut kept = BEGINNING.to_vec();
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let (chunk, behind) = rest.split_at_checked(length.checked_add(FRAME)?)?;
        let name: &[u8; 4] = chunk.get(4..)?.first_chunk()?;
        if NEEDED.contains(&name) {
            kept.extend(chunk);
        }
        if name == b"IEND" {
            return Some(kept);
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], name, content, &[0; 4]].concat()
    }

    #[test]
    fn words_times_and_places_are_left_out() {
        let needed = [chunk(b"IHDR", &[1; 13]), chunk(b"IDAT", b"picture"), chunk(b"IEND", b"")];
        let [head, content, end] = needed.each_ref();
        let all = [
            BEGINNING,
            head,
            &chunk(b"eXIf", b"MM north"),
            &chunk(b"tEXt", b"Author\0Zhang"),
            content,
            &chunk(b"tIME", b"1234567"),
            end,
            b"what is behind it",
        ];
        let whole = all.concat();
        assert_eq!(bare(&whole).unwrap(), [BEGINNING, head, content, end].concat());
        let end = whole.len() - b"what is behind it".len();
        for length in 0..end {
            assert_eq!(bare(&whole[..length]), None, "{length}");
        }
    }
}
