//! The folder where responses appear: `outbox/<mailbox>/<type>_<key>_<time>_<place>.xml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tongguan_application::delivery::{Rendered, pending, render};
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{MessageBody, Partition, Store, Writer};

use super::{FolderError, failed};

/// The follower's name in the store.
const CONSUMER: &str = "folder";
/// Rows read at a time.
const PAGE: i64 = 2_000;

/// The folder where responses appear.
pub struct Outbox {
    folder: PathBuf,
    store: Store,
    writer: Writer,
    keyring: Arc<Keyring>,
    keys: BTreeMap<String, Arc<DataKey>>,
    cursors: BTreeMap<Partition, i64>,
    with_parcel_numbers: bool,
}

/// What one round of delivery wrote.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Files written, by message type.
    pub files: BTreeMap<&'static str, u64>,
}

impl Outbox {
    /// Opens the outbox where the last delivery stopped. `with_parcel_numbers` adds order and waybill
    /// number to tax bills, as real systems do though the schema has no place for them.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(
        folder: &Path,
        store: &Store,
        keyring: Arc<Keyring>,
        with_parcel_numbers: bool,
    ) -> Result<Self, FolderError> {
        fs::create_dir_all(folder).map_err(failed(folder, "be created"))?;
        let cursors = store.read(|view| view.cursors(CONSUMER))?;
        Ok(Self {
            folder: folder.to_owned(),
            store: store.clone(),
            writer: store.writer()?,
            keyring,
            keys: BTreeMap::new(),
            cursors: cursors.into_iter().map(|cursor| (cursor.partition, cursor.seq)).collect(),
            with_parcel_numbers,
        })
    }

    /// Delivers everything that stands in the store's outbox and was not delivered yet.
    ///
    /// # Errors
    /// [`FolderError`]; what was written before it counts, and is not written again differently.
    pub fn deliver(&mut self) -> Result<Delivered, FolderError> {
        let mut delivered = Delivered::default();
        loop {
            let outgoing = pending(&self.store, CONSUMER, PAGE)?;
            if outgoing.places.is_empty() {
                return Ok(delivered);
            }
            let mut folders = BTreeSet::new();
            for outgoing in &outgoing.rows {
                let with_numbers = self.with_parcel_numbers;
                let messages = render(outgoing, with_numbers, &mut |body| self.open_body(body))?;
                for rendered in messages {
                    *delivered.files.entry(rendered.message).or_default() += 1;
                    self.write(
                        &rendered,
                        outgoing.response.partition,
                        outgoing.response.seq,
                        &mut folders,
                    )?;
                }
            }
            for folder in &folders {
                File::open(folder)
                    .and_then(|f| f.sync_all())
                    .map_err(failed(folder, "be synced"))?;
            }
            self.move_cursors(&outgoing.places)?;
        }
    }

    fn write(
        &self,
        rendered: &Rendered,
        partition: Partition,
        seq: i64,
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), FolderError> {
        let name = format!(
            "{}_{}_{}_{:03}-{seq}.xml",
            rendered.message,
            file_name(&rendered.key),
            rendered.at.to_wire_millis(),
            partition.0,
        );
        let nobody = ["unknown".to_owned()];
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

    fn move_cursors(&mut self, places: &BTreeMap<Partition, i64>) -> Result<(), FolderError> {
        let steps: Vec<_> = places
            .iter()
            .map(|(partition, to)| {
                (*partition, self.cursors.get(partition).copied().unwrap_or(0), *to)
            })
            .collect();
        self.writer.retried(tongguan_storage::Backoff::default(), |tx| {
            tx.move_cursors(CONSUMER, &steps)
        })?;
        self.cursors.extend(places);
        Ok(())
    }

    fn open_body(&mut self, body: &MessageBody) -> Option<Vec<u8>> {
        let key = match self.keys.get(&body.period) {
            Some(key) => key.clone(),
            None => {
                let key = self
                    .writer
                    .transaction(|tx| tx.data_key(&self.keyring, &body.period))
                    .ok()
                    .map(Arc::new)?;
                self.keys.insert(body.period.clone(), key.clone());
                key
            }
        };
        key.open(body.message_id.0, &body.body).ok()
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
