//! The folder where responses appear: `outbox/<mailbox>/<type>_<key>_<time>_<place>.xml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tongguan_application::delivery::{Dispatch, Follower};

use super::{FolderError, failed};

/// The name under which the folder follows the outbox.
pub const CONSUMER: &str = "folder";
/// The folder of messages whose sender left no mailbox.
const NOBODY: &str = "unknown";

/// The folder where responses appear.
pub struct Outbox {
    folder: PathBuf,
    follower: Follower,
}

/// What one round of delivery wrote.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Files written, by message type.
    pub files: BTreeMap<&'static str, u64>,
}

impl Outbox {
    /// Opens the folder; it is made on first use.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn open(folder: &Path, follower: Follower) -> Result<Self, FolderError> {
        fs::create_dir_all(folder).map_err(failed(folder, "be created"))?;
        Ok(Self { folder: folder.to_owned(), follower })
    }

    /// Delivers everything that stands in the store's outbox and was not delivered yet.
    ///
    /// # Errors
    /// [`FolderError`]; what was written before it counts, and is not written again differently.
    pub fn deliver(&mut self) -> Result<Delivered, FolderError> {
        let mut delivered = Delivered::default();
        loop {
            let round = self.follower.next_round()?;
            if round.is_end() {
                return Ok(delivered);
            }
            let mut folders = BTreeSet::new();
            for dispatch in &round.dispatches {
                *delivered.files.entry(dispatch.rendered.message).or_default() += 1;
                self.write(dispatch, &mut folders)?;
            }
            for folder in &folders {
                File::open(folder)
                    .and_then(|f| f.sync_all())
                    .map_err(failed(folder, "be synced"))?;
            }
            self.follower.acknowledge(&round)?;
        }
    }

    fn write(
        &self,
        dispatch: &Dispatch,
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), FolderError> {
        let Dispatch { rendered, place: (partition, seq) } = dispatch;
        let name = format!(
            "{}_{}_{}_{:03}-{seq}.xml",
            rendered.message,
            file_name(&rendered.key),
            rendered.at.to_wire_millis(),
            partition.0,
        );
        let nobody = [NOBODY.to_owned()];
        let mailboxes =
            if rendered.mailboxes.is_empty() { &nobody[..] } else { &rendered.mailboxes };
        for mailbox in mailboxes {
            let folder = self.folder.join(file_name(mailbox));
            if folders.insert(folder.clone()) {
                fs::create_dir_all(&folder).map_err(failed(&folder, "be created"))?;
            }
            let draft = folder.join(format!(".{name}.part"));
            let mut file = File::create(&draft).map_err(failed(&draft, "be created"))?;
            file.write_all(&rendered.xml).map_err(failed(&draft, "be written"))?;
            file.sync_all().map_err(failed(&draft, "be synced"))?;
            let path = folder.join(&name);
            fs::rename(&draft, &path).map_err(failed(&path, "be renamed"))?;
        }
        Ok(())
    }
}

/// A number as a part of a file name: what no file system likes becomes `_`, and it is cut to the
/// bytes that leave room for the other parts.
fn file_name(text: &str) -> String {
    const LONGEST: usize = 160;
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' };
    let mut name: String = text.chars().take(80).map(kept).collect();
    name.truncate(name.floor_char_boundary(LONGEST));
    if name.is_empty() || name.starts_with('.') { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn whatever_a_stranger_chose_fits_into_a_file_name() {
        assert_eq!(file_name("TG/2026 1"), "TG_2026_1");
        assert_eq!(file_name("../x"), "_.._x");
        assert_eq!(file_name(""), "_");
        assert_eq!(file_name(&"单".repeat(255)).len(), 159);
    }
}
