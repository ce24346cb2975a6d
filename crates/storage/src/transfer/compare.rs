//! Reading a table on both sides, and whether both hold the same rows.

use aws_lc_rs::digest::{Context, SHA256};

use super::TransferError;
use super::shape::Shape;
use crate::cell::Cell;
use crate::driver::postgres::PostgresLink;
use crate::driver::{Access, Each, Link};
use crate::error::StorageError;
use crate::tx::View;

/// What was found of a table on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The table.
    pub table: String,
    /// How many rows there are in the embedded database.
    pub rows: u64,
    /// How many on the server.
    pub rows_there: u64,
    /// The sum of the rows' digests in the embedded database.
    pub digest: [u8; 32],
}

/// Compares the table; gives what both hold.
pub(super) fn table(
    source: &mut Link,
    target: &mut PostgresLink,
    shape: &Shape,
) -> Result<Compared, TransferError> {
    let text = format!("SELECT {} FROM {}", shape.listed(), shape.name);
    let mut source = View::begin(source, Access::Read)?;
    let here = sum(shape, |each| source.query(&text, &[], each))?;
    let there = sum(shape, |each| target.scan(&text, each))?;
    let compared = Compared {
        table: shape.name.clone(),
        rows: here.rows,
        rows_there: there.rows,
        digest: here.digest,
    };
    if here == there { Ok(compared) } else { Err(TransferError::Differs(Box::new(compared))) }
}

/// Rows counted, and the SHA-256 of each added up without carry out of the last byte: each engine gives its
/// rows in the order that is cheapest to it. That finds what copying does wrong, not what somebody forges
/// with care.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    digest: [u8; 32],
}

impl Sum {
    fn add(&mut self, cells: &[Cell<'_>]) {
        let mut context = Context::new(&SHA256);
        for cell in cells {
            match cell {
                Cell::Null => context.update(&[0]),
                Cell::Integer(value) => {
                    context.update(&[1]);
                    context.update(&value.to_be_bytes());
                }
                Cell::Text(text) => bytes(&mut context, 2, text.as_bytes()),
                Cell::Bytes(raw) => bytes(&mut context, 3, raw),
            }
        }
        self.rows += 1;
        let mut carry = 0;
        for (sum, byte) in self.digest.iter_mut().zip(context.finish().as_ref()) {
            let [low, high] = (u16::from(*sum) + u16::from(*byte) + carry).to_le_bytes();
            (*sum, carry) = (low, u16::from(high));
        }
    }
}

fn bytes(context: &mut Context, kind: u8, raw: &[u8]) {
    context.update(&[kind]);
    context.update(&(raw.len() as u64).to_be_bytes());
    context.update(raw);
}

/// The sum of the rows that `read` gives.
fn sum(
    shape: &Shape,
    read: impl FnOnce(Each<'_>) -> Result<(), StorageError>,
) -> Result<Sum, StorageError> {
    let mut sum = Sum::default();
    read(&mut |view| {
        sum.add(&shape.cells(view)?);
        Ok(())
    })?;
    Ok(sum)
}
