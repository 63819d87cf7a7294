//! Numbers in few bits: runs and packed groups (levels, places in a dictionary, truth values), and differences.

use std::rc::Rc;

use super::Problem;
use super::thrift::{unzigzag, varint};

const SHORT: Problem = Problem::Damaged("a page ends too early");

/// Bytes of a page.
pub(super) type Bytes = Rc<Vec<u8>>;

/// A number of `width` bits from bit `at` on, the lowest first.
fn bits(bytes: &[u8], at: usize, width: usize) -> Result<u64, Problem> {
    let (first, last) = (at / 8, (at + width).div_ceil(8));
    let bytes = bytes.get(first..last).ok_or(SHORT)?;
    // Up to 64 bits lie in up to nine bytes.
    let number = bytes
        .iter()
        .rev()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    Ok((number >> (at % 8)) as u64 & mask(width))
}

fn mask(width: usize) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// Runs of one number, and groups of eight, mixed.
pub(super) struct Hybrid {
    bytes: Bytes,
    at: usize,
    end: usize,
    width: usize,
    /// Numbers that are left of the run or the groups.
    left: u64,
    /// The number that is repeated; none in groups.
    repeated: Option<u32>,
    /// The next bit of the groups.
    bit: usize,
}

impl Hybrid {
    pub(super) fn new(bytes: &Bytes, at: usize, end: usize, width: usize) -> Result<Hybrid, Problem> {
        if width > 32 || end > bytes.len() || at > end {
            return Err(SHORT);
        }
        Ok(Hybrid {
            bytes: bytes.clone(),
            at,
            end,
            width,
            left: 0,
            repeated: None,
            bit: 0,
        })
    }

    pub(super) fn next(&mut self) -> Result<u32, Problem> {
        if self.width == 0 {
            return Ok(0);
        }
        while self.left == 0 {
            self.begin()?;
        }
        self.left -= 1;
        if let Some(number) = self.repeated {
            return Ok(number);
        }
        let number = bits(&self.bytes[..self.end], self.bit, self.width)?;
        self.bit += self.width;
        Ok(number as u32)
    }

    fn begin(&mut self) -> Result<(), Problem> {
        let inside = &self.bytes[..self.end];
        let head = varint(inside, &mut self.at).map_err(|_| SHORT)?;
        if head & 1 == 1 {
            let groups = head >> 1;
            let bytes = usize::try_from(groups)
                .ok()
                .and_then(|groups| groups.checked_mul(self.width))
                .ok_or(SHORT)?;
            self.left = groups.checked_mul(8).ok_or(SHORT)?;
            self.repeated = None;
            self.bit = self.at * 8;
            // The last groups may be cut where nothing follows.
            self.at = self.at.checked_add(bytes).ok_or(SHORT)?.min(self.end);
        } else {
            let width = self.width.div_ceil(8);
            let bytes = inside.get(self.at..).and_then(|rest| rest.get(..width)).ok_or(SHORT)?;
            self.repeated = Some(
                bytes
                    .iter()
                    .rev()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte)),
            );
            self.left = head >> 1;
            self.at += width;
        }
        Ok(())
    }
}

/// Numbers by their differences, in blocks.
#[derive(Clone)]
pub(super) struct Deltas {
    bytes: Bytes,
    at: usize,
    /// Numbers of a block, and of each of its parts.
    block: u64,
    part: u64,
    /// Numbers that are left in all, the last one included.
    left: u64,
    last: i64,
    is_first: bool,
    /// Numbers that are left of the block, of the part, and the widths of the parts that follow.
    block_left: u64,
    part_left: u64,
    least: i64,
    widths: std::ops::Range<usize>,
    width: usize,
    bit: usize,
}

impl Deltas {
    pub(super) fn new(bytes: &Bytes, mut at: usize) -> Result<Deltas, Problem> {
        let mut number = || varint(bytes, &mut at).map_err(|_| SHORT);
        let (block, parts, left, first) = (number()?, number()?, number()?, number()?);
        let wrong = Problem::Damaged("a page of differences has impossible blocks");
        if block == 0 || block > 1 << 20 || parts == 0 || block % parts != 0 || (block / parts) % 8 != 0 {
            return Err(wrong);
        }
        Ok(Deltas {
            bytes: bytes.clone(),
            at,
            block,
            part: block / parts,
            left,
            last: unzigzag(first),
            is_first: true,
            block_left: 0,
            part_left: 0,
            least: 0,
            widths: 0..0,
            width: 0,
            bit: 0,
        })
    }

    pub(super) fn next(&mut self) -> Result<i64, Problem> {
        self.left = self.left.checked_sub(1).ok_or(SHORT)?;
        if std::mem::take(&mut self.is_first) {
            return Ok(self.last);
        }
        if self.block_left == 0 {
            self.begin_block()?;
        }
        if self.part_left == 0 {
            self.begin_part()?;
        }
        let difference = bits(&self.bytes, self.bit, self.width)?;
        self.bit += self.width;
        self.block_left -= 1;
        self.part_left -= 1;
        self.last = self.last.wrapping_add(self.least).wrapping_add(difference as i64);
        Ok(self.last)
    }

    fn begin_block(&mut self) -> Result<(), Problem> {
        self.least = unzigzag(varint(&self.bytes, &mut self.at).map_err(|_| SHORT)?);
        let parts = (self.block / self.part) as usize;
        self.widths = self.at..self.at + parts;
        self.at += parts;
        self.block_left = self.block;
        self.part_left = 0;
        Ok(())
    }

    fn begin_part(&mut self) -> Result<(), Problem> {
        let width = self.widths.next().and_then(|at| self.bytes.get(at)).ok_or(SHORT)?;
        self.width = usize::from(*width);
        if self.width > 64 {
            return Err(SHORT);
        }
        self.part_left = self.part;
        self.bit = self.at * 8;
        self.at += self.part as usize * self.width / 8;
        Ok(())
    }

    /// Where the numbers end: what they are the lengths of begins there.
    pub(super) fn end(&self) -> Result<usize, Problem> {
        let mut rest = self.clone();
        // The first stands in the head.
        let mut left = rest.left.saturating_sub(1);
        while left > 0 {
            rest.begin_block()?;
            let mut of_block = left.min(rest.block);
            left -= of_block;
            while of_block > 0 {
                rest.begin_part()?;
                of_block -= of_block.min(rest.part);
            }
        }
        if rest.at > rest.bytes.len() {
            Err(SHORT)
        } else {
            Ok(rest.at)
        }
    }
}
