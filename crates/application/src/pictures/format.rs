//! What a picture is, told by its bytes, and the picture without what cameras write beside it: where it was taken,
//! when, with whose telephone.
//!
//! Nothing is decoded: a file is cut into its parts, and those that are not needed to show it are left out.

mod jpeg;
mod png;
mod webp;

/// A format that pictures are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}

impl Format {
    /// All of them, with the number that is stored and the type that browsers are told.
    const NAMED: [(Self, i64, &'static str); 3] =
        [(Self::Jpeg, 1, "image/jpeg"), (Self::Png, 2, "image/png"), (Self::Webp, 3, "image/webp")];

    /// What bytes begin as, whatever somebody calls them.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(png::BEGINNING) {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// The picture without what is not needed to show it; nothing where its parts do not fit together.
    pub fn bare(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Jpeg => jpeg::bare(bytes),
            Self::Png => png::bare(bytes),
            Self::Webp => webp::bare(bytes),
        }
    }

    /// The type that browsers are told.
    pub fn media_type(self) -> &'static str {
        Self::NAMED.into_iter().find(|(format, ..)| *format == self).map_or("", |(.., name)| name)
    }

    /// The number that is stored.
    pub(super) fn code(self) -> i64 {
        Self::NAMED.into_iter().find(|(format, ..)| *format == self).map_or(0, |(_, code, _)| code)
    }

    /// From the number that is stored.
    pub(super) fn from_code(code: i64) -> Option<Self> {
        Self::NAMED.into_iter().find(|(_, known, _)| *known == code).map(|(format, ..)| format)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn anything_is_cut_without_harm(head in 0..4_usize, rest in proptest::collection::vec(any::<u8>(), 0..400)) {
            let heads: [&[u8]; 4] =
                [b"\xff\xd8\xff\xe1", png::BEGINNING, b"RIFF\x40\0\0\0WEBPVP8X", b""];
            let bytes = [heads[head], &rest].concat();
            if let Some(format) = Format::of(&bytes) && let Some(bare) = format.bare(&bytes) {
                // What keeps which way is up may grow by its frame.
                prop_assert!(bare.len() <= bytes.len() + 36);
                prop_assert_eq!(format.bare(&bare), Some(bare.clone()), "nothing is left to take away");
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_none() {
        for other in [&b"GIF89a"[..], b"<svg/>", b"%PDF-1.7", b"", b"RIFF\0\0\0\0WAVE", b"\xff\xd8"]
        {
            assert_eq!(Format::of(other), None);
        }
    }
}
