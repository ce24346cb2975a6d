//! WebP (RFC 9649): chunks in a RIFF. Exif and XMP are left out, and what is unknown.

/// What is needed to show a picture.
const NEEDED: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"];
/// The flags of a `VP8X` that announce a colour profile, Exif and XMP.
const ANNOUNCED: u8 = 0b0010_1100;

pub fn bare(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = usize::try_from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?)).ok()?;
    let content = bytes.get(8..)?.get(..size)?;
    let mut rest = content.strip_prefix(b"WEBP")?;
    let mut kept = b"WEBP".to_vec();
    while !rest.is_empty() {
        let name: &[u8; 4] = rest.first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        // A chunk of an odd length is filled up.
        let whole = length.checked_next_multiple_of(2)?.checked_add(8)?;
        let (chunk, behind) = rest.split_at_checked(whole)?;
        if NEEDED.contains(&name) {
            let begin = kept.len();
            kept.extend(chunk);
            if name == b"VP8X"
                && let Some(flags) = kept.get_mut(begin + 8)
            {
                *flags &= !ANNOUNCED;
            }
        }
        rest = behind;
    }
    let size = u32::try_from(kept.len()).ok()?.to_le_bytes();
    Some([&b"RIFF"[..], &size, &kept].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        let filled = vec![0; content.len() % 2];
        [&name[..], &length, content, &filled].concat()
    }

    fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
        let content = [&b"WEBP"[..], &chunks.concat()].concat();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&b"RIFF"[..], &size, &content].concat()
    }

    #[test]
    fn exif_and_xmp_are_left_out_and_no_more_announced() {
        let picture = chunk(b"VP8 ", b"odd");
        let whole = riff(&[
            chunk(b"VP8X", &[0b0011_1100, 0, 0, 0, 9, 0, 0, 9, 0, 0]),
            chunk(b"ICCP", b"profile"),
            picture.clone(),
            chunk(b"EXIF", b"MM north"),
            chunk(b"XMP ", b"<x/>"),
        ]);
        let wanted = riff(&[chunk(b"VP8X", &[0b0001_0000, 0, 0, 0, 9, 0, 0, 9, 0, 0]), picture]);
        assert_eq!(bare(&[&whole[..], b"behind it"].concat()).unwrap(), wanted);
        for length in 0..whole.len() {
            assert_eq!(bare(&whole[..length]), None, "{length}");
        }
    }
}
