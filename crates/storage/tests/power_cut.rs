//! What a machine finds when its power fails at any moment: everything that was acknowledged, whole
//! transactions, nothing twice. A binary of its own, because the forgetful disk lies under all
//! databases of a process.

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;

    use tongguan_domain::time::Moment;
    use tongguan_storage::{
        Arrival, Event, Partition, Partitions, Place, Setting, StorageError, Store, StoreSettings,
        TakeOver, Target, Tx,
    };
    use tongguan_testbed::disk::{Disk, Loss};

    const TRANSACTIONS: i64 = 400;
    const ROWS: i64 = 5;

    fn open(directory: &Path) -> Store {
        let target = Target::Sqlite(directory.to_owned());
        Store::open(&target, StoreSettings::default(), Moment::from_micros(0)).unwrap()
    }

    /// One batch: `ROWS` events, the number of the batch overwritten, the sequence advanced.
    fn batch(tx: &mut Tx<'_>, n: i64, place: &Place) -> Result<(), StorageError> {
        let at = Moment::from_micros(n);
        let rows: Vec<_> = (0..ROWS)
            .map(|row| Event {
                partition: Partition(row.to_le_bytes()[0] * 50),
                seq: n * ROWS + row + 1,
                at,
                version: 1,
                body: vec![7; 300],
            })
            .collect();
        tx.insert(&rows)?;
        tx.upsert(&[Setting { scope: "x".into(), name: "last".into(), value: n.to_string() }])?;
        tx.advance(&Partitions::ALL, (n + 1) * ROWS + 1)?;
        tx.renew_with(place, at, 0, n + 1)
    }

    /// What the store holds, if it holds whole transactions only: the number of the last one.
    fn last_whole(directory: &Path) -> i64 {
        let store = open(directory);
        let (rows, settings, partitions) = store
            .read(|view| {
                Ok::<_, StorageError>((
                    view.unread::<Event>("audit", i64::MAX)?,
                    view.settings()?,
                    view.partitions()?,
                ))
            })
            .unwrap();
        let last: i64 = settings.first().map_or(-1, |row| row.value.parse().unwrap());
        let expected = 1..(last + 1) * ROWS + 1;
        assert!(rows.iter().map(|row| row.seq).eq(expected.clone()), "no gap, no end");
        if last >= 0 {
            assert!(partitions.iter().all(|row| row.next_seq == expected.end), "one transaction");
        }
        last
    }

    #[test]
    fn what_was_acknowledged_survives_a_power_cut_at_any_moment() {
        let disk = Disk::install();
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("store");
        let store = open(&directory);
        let mut writer = store.writer().unwrap();
        let until = Moment::from_micros(0);
        let who = Arrival { name: "w".into(), kind: 1, address: None, at: until };
        let taken = writer.transaction(|tx| tx.take_place(&who, TakeOver::All, until)).unwrap();
        let taken = taken.unwrap();

        let (acknowledge, acknowledged) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for n in 0..TRANSACTIONS {
                    writer.transaction(|tx| batch(tx, n, &taken)).unwrap();
                    acknowledge.send(n).unwrap();
                }
            });
            let mut cuts = 0;
            while let Ok(first) = acknowledged.recv() {
                // All that the outside world knows of; the writer goes on meanwhile.
                let known = acknowledged.try_iter().last().unwrap_or(first);
                cuts += 1;
                for (name, loss) in [("all", Loss::All), ("some", Loss::Some(cuts))] {
                    let found = place.path().join(format!("{name}-{cuts}"));
                    disk.after_power_cut(&directory, &found, loss).unwrap();
                    let last = last_whole(&found);
                    assert!(known <= last, "{known} was acknowledged, {last} is there");
                    std::fs::remove_dir_all(&found).unwrap();
                }
            }
            assert!(cuts > 3, "{cuts} power cuts in the course of the run");
        });
        assert_eq!(last_whole(&directory), TRANSACTIONS - 1);
    }
}
