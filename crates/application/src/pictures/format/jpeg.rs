//! JPEG (ISO/IEC 10918-1): segments up to the scans. Of what a camera writes beside the picture, which way is up is
//! kept, for else it lies on its side.

const BEGIN: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
/// JFIF: the shape of a dot.
const JFIF: u8 = 0xE0;
/// Exif, and XMP.
const EXIF: u8 = 0xE1;
/// Adobe: how colours are to be read.
const ADOBE: u8 = 0xEE;
const COMMENT: u8 = 0xFE;
const EXIF_NAME: &[u8] = b"Exif\0\0";
/// The tag of Exif that says which way is up.
const ORIENTATION: u16 = 0x0112;

pub fn bare(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = vec![0xFF, BEGIN];
    let mut rest = bytes.strip_prefix(&[0xFF, BEGIN])?;
    loop {
        let (marker, behind) = marker(rest)?;
        match marker {
            // Behind the end lie pictures of other sizes, and films.
            END => {
                kept.extend([0xFF, END]);
                return Some(kept);
            }
            0x01 | 0xD0..=BEGIN => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*behind.first_chunk()?));
        let (segment, behind) = behind.split_at_checked(length)?;
        let content = segment.get(2..)?;
        match marker {
            EXIF => kept.extend(orientation(content).map(upright).unwrap_or_default()),
            JFIF | ADOBE => put(&mut kept, marker, segment),
            0xE2..=0xEF | COMMENT => {}
            _ => put(&mut kept, marker, segment),
        }
        rest = behind;
        if marker == SCAN {
            let end = end_of_scan(rest)?;
            let (scan, behind) = rest.split_at_checked(end)?;
            kept.extend(scan);
            rest = behind;
        }
    }
}

/// The next marker, and what stands behind it. Bytes of 0xFF may fill up before one.
fn marker(rest: &[u8]) -> Option<(u8, &[u8])> {
    let filled = rest.strip_prefix(&[0xFF])?;
    let at = filled.iter().position(|byte| *byte != 0xFF)?;
    let (marker, behind) = filled.get(at..)?.split_first()?;
    Some((*marker, behind))
}

fn put(kept: &mut Vec<u8>, marker: u8, segment: &[u8]) {
    kept.extend([0xFF, marker]);
    kept.extend(segment);
}

/// Where the data of a scan end: at the next marker that is none of a restart.
fn end_of_scan(rest: &[u8]) -> Option<usize> {
    rest.windows(2).position(|pair| matches!(pair, [0xFF, 0x01..=0xCF | BEGIN..=0xFE]))
}

/// Which way is up, as the first directory of an Exif segment says it: 2 to 8. 1 is as it lies.
fn orientation(content: &[u8]) -> Option<u16> {
    let tiff = content.strip_prefix(EXIF_NAME)?;
    let is_little = match tiff.get(..4)? {
        b"II\x2a\0" => true,
        b"MM\0\x2a" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes = *tiff.get(4..)?.first_chunk()?;
    let first = if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let first = usize::try_from(first).ok()?;
    let entries = (0..usize::from(short(first)?)).map(|n| first + 2 + 12 * n);
    let mut found = entries.filter(|at| short(*at) == Some(ORIENTATION));
    found.next().and_then(|at| short(at + 8)).filter(|way| (2..=8).contains(way))
}

/// An Exif segment that says which way is up, and no more.
fn upright(way: u16) -> Vec<u8> {
    let mut segment = vec![0xFF, EXIF, 0, 34];
    segment.extend(EXIF_NAME);
    segment.extend(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    segment.extend(way.to_be_bytes());
    segment.extend([0; 6]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], content].concat()
    }

    /// What a telephone makes: where it was, a comment, two scans with a restart, and a film behind the end.
    fn photograph(order: &[u8; 4]) -> Vec<u8> {
        let is_little = order == b"II\x2a\0";
        let short = |it: u16| if is_little { it.to_le_bytes() } else { it.to_be_bytes() };
        let long = |it: u32| if is_little { it.to_le_bytes() } else { it.to_be_bytes() };
        let mut exif = [EXIF_NAME, order, &long(8), &short(2)].concat();
        // GPS, then which way is up.
        exif.extend([&short(0x8825)[..], &short(4), &long(1), &long(99)].concat());
        exif.extend([&short(ORIENTATION)[..], &short(3), &long(1), &short(6), &short(0)].concat());
        exif.extend(b"\0\0\0\0 30 deg north");
        [
            &[0xFF, BEGIN][..],
            &segment(JFIF, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            &segment(EXIF, &exif),
            &segment(EXIF, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>north</x:xmpmeta>"),
            &segment(0xE2, b"ICC_PROFILE\0"),
            &segment(COMMENT, b"taken by Zhang"),
            &segment(0xDB, &[7; 65]),
            &[0xFF],
            &segment(SCAN, &[1, 1, 0, 0, 63, 0]),
            b"ab\xff\0cd\xff\xd0ef",
            &segment(SCAN, &[1, 2, 0, 0, 63, 0]),
            b"gh\xff\xd9",
            b"\0\0\0\x18ftypmp42 north",
        ]
        .concat()
    }

    #[test]
    fn what_a_camera_writes_is_left_out_and_which_way_is_up_is_kept() {
        for order in [b"II\x2a\0", b"MM\0\x2a"] {
            let bare = bare(&photograph(order)).unwrap();
            for private in [&b"north"[..], b"Zhang", b"xmp", b"ICC"] {
                let is_there = bare.windows(private.len()).any(|part| part == private);
                assert!(!is_there, "{}", String::from_utf8_lossy(private));
            }
            let wanted = [
                &[0xFF, BEGIN][..],
                &segment(JFIF, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
                &upright(6),
                &segment(0xDB, &[7; 65]),
                &segment(SCAN, &[1, 1, 0, 0, 63, 0]),
                b"ab\xff\0cd\xff\xd0ef",
                &segment(SCAN, &[1, 2, 0, 0, 63, 0]),
                b"gh\xff\xd9",
            ];
            assert_eq!(bare, wanted.concat());
        }
    }

    #[test]
    fn a_part_that_is_cut_off_is_no_picture() {
        let whole = photograph(b"MM\0\x2a");
        let end = whole.len() - b"\0\0\0\x18ftypmp42 north".len();
        for length in 0..end {
            assert_eq!(bare(&whole[..length]), None, "{length}");
        }
        assert!(bare(&whole[..end]).is_some());
    }
}
