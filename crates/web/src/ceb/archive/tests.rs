//! What archives may do, and may not.

use std::io::{Cursor, Write as _};

use axum::body::Bytes;
use proptest::prelude::*;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

const LONGEST: usize = 1 << 16;

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if name.ends_with('/') {
            zip.add_directory(*name, SimpleFileOptions::default()).unwrap();
            continue;
        }
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn open(bytes: Vec<u8>) -> Result<Archive, Unfit> {
    Archive::open(Bytes::from(bytes), LONGEST)
}

fn refused(bytes: Vec<u8>) -> Unfit {
    open(bytes).err().expect("it is refused")
}

/// Bytes that do not pack: the ratio is no reason to refuse them.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Replaces a text of the archive by another of the same length, in directory and entry.
fn renamed(mut archive: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> =
        (0..archive.len()).filter(|at| archive[*at..].starts_with(from.as_bytes())).collect();
    assert!(!places.is_empty());
    for at in places {
        archive[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    archive
}

/// Where the directory's first entry begins.
fn directory(archive: &[u8]) -> usize {
    archive.windows(4).position(|at| at == DIRECTORY_ENTRY).unwrap()
}

#[test]
fn messages_come_in_the_order_of_the_archive_and_folders_are_passed_over() {
    let long = noise(LONGEST);
    let mut archive =
        open(packed(&[("b.xml", b"<b/>"), ("day/", b""), ("day/a.xml", &long)])).unwrap();
    let messages = archive.messages().to_vec();
    let names: Vec<_> = messages.iter().map(|listed| listed.name.as_str()).collect();
    assert_eq!(names, ["b.xml", "day/a.xml"]);
    assert_eq!(archive.unpack(&messages[0]).unwrap(), b"<b/>");
    assert_eq!(archive.unpack(&messages[1]).unwrap(), long);
}

#[test]
fn what_is_no_archive_or_broken_off_is_refused() {
    let whole = packed(&[("a.xml", b"<a/>")]);
    assert_eq!(refused(Vec::new()), Unfit::NoArchive);
    assert_eq!(refused(b"PK".to_vec()), Unfit::NoArchive);
    assert_eq!(refused(b"<CEB311Message/>".to_vec()), Unfit::NoArchive);
    assert_eq!(refused(whole[..whole.len() - 1].to_vec()), Unfit::NoArchive);
    assert_eq!(refused(whole[..whole.len() / 2].to_vec()), Unfit::NoArchive);
    assert_eq!(refused(packed(&[])), Unfit::Empty);
    assert_eq!(refused(packed(&[("day/", b"")])), Unfit::Empty);
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
    assert_eq!(refused(packed(&[("bomb.xml", &vec![b' '; LONGEST])])), Unfit::TooLong);
    assert_eq!(refused(packed(&[("a.xml", &noise(LONGEST + 1))])), Unfit::TooLong);
    let names: Vec<_> = (0..9).map(|n| format!("{n}.xml")).collect();
    let long = noise(LONGEST);
    let nine: Vec<_> = names.iter().map(|name| (name.as_str(), long.as_slice())).collect();
    assert!(open(packed(&nine[1..])).is_ok());
    assert_eq!(refused(packed(&nine)), Unfit::TooLong);
    let names: Vec<_> = (0..=2 * MOST_MESSAGES).map(|n| format!("{n}.xml")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    assert!(open(packed(&many[..MOST_MESSAGES])).is_ok());
    assert_eq!(refused(packed(&many[..=MOST_MESSAGES])), Unfit::TooMany);
    assert_eq!(refused(packed(&many)), Unfit::TooMany);
}

#[test]
fn a_message_that_is_longer_than_announced_is_not_unpacked_to_its_end() {
    let bytes = noise(1_000);
    let mut lying = packed(&[("a.xml", &bytes)]);
    let at = directory(&lying) + 24;
    assert_eq!(lying[at..at + 4], 1_000_u32.to_le_bytes());
    lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    let mut archive = open(lying).unwrap();
    let listed = archive.messages()[0].clone();
    assert_eq!((listed.bytes, archive.unpack(&listed)), (100, Err(Unfit::Damaged)));

    let mut altered = packed(&[("a.xml", &bytes)]);
    altered[100] ^= 1;
    let mut archive = open(altered).unwrap();
    let listed = archive.messages()[0].clone();
    assert_eq!(archive.unpack(&listed), Err(Unfit::Damaged), "its checksum is another");
}

#[test]
fn encrypted_and_otherwise_packed_messages_are_refused() {
    for (place, value) in [(8, 1_u16), (10, 12), (10, 93)] {
        let mut archive = packed(&[("a.xml", b"<a/>")]);
        let at = directory(&archive) + place;
        archive[at..at + 2].copy_from_slice(&value.to_le_bytes());
        assert_eq!(refused(archive), Unfit::OtherPacking);
    }
}

#[test]
fn an_archive_in_an_archive_is_refused_whatever_it_is_called() {
    let inner = packed(&[("a.xml", b"<a/>")]);
    assert_eq!(refused(packed(&[("more.ZIP", &inner)])), Unfit::Nested);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("more.xml", options).unwrap();
    zip.write_all(&inner).unwrap();
    // What it holds begins entries of a directory too, which is no harm.
    let mut archive = open(zip.finish().unwrap().into_inner()).unwrap();
    let listed = archive.messages()[0].clone();
    assert_eq!(archive.unpack(&listed), Err(Unfit::Nested));
}

#[test]
fn names_that_are_paths_out_of_the_archive_or_stand_twice_are_refused() {
    let archive = || packed(&[("ab/cd.xml", b"<a/>"), ("ab/ef.xml", b"<b/>")]);
    for name in ["../cd.xml", "/b/cd.xml", "\\b/cd.xml", "ab/..\\.xm", "ab/\ncd.xm"] {
        assert_eq!(refused(renamed(archive(), "ab/cd.xml", name)), Unfit::NoName, "{name:?}");
    }
    assert_eq!(refused(renamed(archive(), "ab/cd.xml", "ab/ef.xml")), Unfit::SameName);
    assert_eq!(refused(packed(&[(&"x".repeat(256), b"<a/>")])), Unfit::NoName);
}

proptest! {
    /// Whatever is sent, it is refused or unpacked within the limits.
    #[test]
    fn no_bytes_make_it_panic_or_unpack_more_than_is_announced(
        lengths in prop::collection::vec(0..2_000_usize, 0..5),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let names: Vec<_> = (0..lengths.len()).map(|n| format!("{n}.xml")).collect();
        let texts: Vec<_> = lengths.iter().map(|length| noise(*length)).collect();
        let entries: Vec<_> =
            names.iter().map(String::as_str).zip(texts.iter().map(Vec::as_slice)).collect();
        let mut bytes = packed(&entries);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(mut archive) = open(bytes) {
            let messages = archive.messages().to_vec();
            prop_assert!(messages.iter().map(|listed| listed.bytes).sum::<usize>() <= 8 * LONGEST);
            for listed in messages {
                if let Ok(message) = archive.unpack(&listed) {
                    prop_assert_eq!(message.len(), listed.bytes);
                }
            }
        }
    }
}
