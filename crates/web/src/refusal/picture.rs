//! Why a picture of an examination was not kept, or is not shown.

use tongguan_application::pictures::{LARGEST, PictureError};

use super::broken;
use crate::problem::Problem;
use crate::wording::Wording;

/// What whoever took the picture can do something about; nothing where it is another matter.
pub fn unkept(error: &PictureError) -> Option<Wording> {
    Some(match error {
        PictureError::NoPicture => Wording::new(
            "这不是完整的JPEG、PNG或WebP图片。请重新拍摄或选择。",
            "This is no whole picture as JPEG, PNG or WebP. Take or choose it again.",
        ),
        PictureError::TooMany => {
            Wording::new("照片数量已达上限。", "There are as many pictures as there may be.")
        }
        PictureError::NotExamined => Wording::new(
            "货物不在查验中，不能添加照片。",
            "The goods are not under examination, so no picture is added.",
        ),
        _ => return None,
    })
}

impl From<PictureError> for Problem {
    fn from(error: PictureError) -> Self {
        match (unkept(&error), error) {
            (Some(why), PictureError::NoPicture) => Self::Field { pointer: String::new(), why },
            (Some(why), _) => Self::Refused(why),
            (None, PictureError::TooLarge) => Self::BodyTooLong(LARGEST),
            (None, PictureError::Unknown | PictureError::NotKept) => Self::NotFound,
            (None, error) => broken(&error),
        }
    }
}
