//! The verifiable log, computed once more by the definition alone (RFC 9162, section 2.1.1).

use tongguan_application::digest::sha256;

use crate::SimulationError;
use crate::simulation::Simulation;

type Hash = [u8; 32];

impl Simulation {
    /// Every head that was signed is the root over as many leaves as it says, and every record has a leaf.
    pub(crate) fn check_log(&self) -> Result<(), SimulationError> {
        let tiles: Vec<Vec<u8>> =
            self.column("SELECT hashes FROM log_tile WHERE level = 0 ORDER BY n")?;
        let leaves: Vec<Hash> = tiles
            .iter()
            .flat_map(|tile| tile.chunks_exact(32))
            .filter_map(|hash| hash.try_into().ok())
            .collect();
        let rows = "SELECT (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM response)";
        let rows: Vec<i64> = self.column(rows)?;
        if rows.iter().any(|rows| rows.unsigned_abs() > leaves.len() as u64) {
            self.is_wrong(format!("the log has {} leaves of {rows:?} rows", leaves.len()));
        }
        let notes: Vec<String> =
            self.column("SELECT note FROM log_head WHERE size > 0 ORDER BY size")?;
        for note in &notes {
            let mut lines = note.lines().skip(1);
            let size = lines.next().and_then(|size| size.parse::<usize>().ok());
            let of = size.and_then(|size| leaves.get(..size)).map(root);
            if of.map(base64).as_deref() != lines.next() {
                self.is_wrong(format!("the head of {size:?} leaves is not their root"));
            }
        }
        Ok(())
    }
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            sha256(&[&[1], &root(left)[..], &root(right)[..]].concat())
        }
    }
}

/// As checkpoints write it.
fn base64(hash: Hash) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = hash.chunks(3).flat_map(|three| {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let digit = move |shift: u32| DIGITS[usize::try_from(bits >> shift & 63).unwrap_or(0)];
        let digits = [18, 12, 6, 0].map(digit);
        digits.into_iter().take(three.len() + 1).collect::<Vec<_>>()
    });
    let mut text: String = digits.map(char::from).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_over_two_and_three_is_that_of_the_standard() {
        let leaves: Vec<Hash> = [[0], [1], [2]].iter().map(|it| sha256(it)).collect();
        let two = sha256(&[&[1], &leaves[0][..], &leaves[1][..]].concat());
        assert_eq!(root(&leaves[..2]), two);
        assert_eq!(root(&leaves), sha256(&[&[1], &two[..], &leaves[2][..]].concat()));
    }

    #[test]
    fn a_hash_is_written_with_padding() {
        assert_eq!(base64([0; 32]), format!("{}=", "A".repeat(43)));
        assert_eq!(&base64([255; 32])[..4], "////");
    }
}
