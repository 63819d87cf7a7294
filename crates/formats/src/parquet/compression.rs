//! The compressions of pages. What a page unpacks to is said before it, and never more than that is written.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::Problem;

/// Unpacks a page of the codec to exactly `size` bytes.
pub(super) fn unpack(codec: i64, packed: &[u8], size: usize) -> Result<Vec<u8>, Problem> {
    if size == 0 {
        return Ok(Vec::new());
    }
    let unpacked = match codec {
        0 => packed.to_vec(),
        1 => snappy(packed, size)?,
        2 => read(MultiGzDecoder::new(packed), size)?,
        5 => hadoop_lz4(packed, size).or_else(|_| lz4(packed, size))?,
        6 => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(packed);
            read(decoder.map_err(|_| DAMAGED)?, size)?
        }
        7 => lz4(packed, size)?,
        3 => return Err(Problem::Unknown("LZO compression")),
        4 => return Err(Problem::Unknown("Brotli compression")),
        _ => return Err(Problem::Unknown("its compression")),
    };
    if unpacked.len() == size {
        Ok(unpacked)
    } else {
        Err(DAMAGED)
    }
}

const DAMAGED: Problem = Problem::Damaged("a page cannot be unpacked");

fn read(reader: impl Read, size: usize) -> Result<Vec<u8>, Problem> {
    let mut unpacked = Vec::new();
    let outcome = reader.take(size as u64 + 1).read_to_end(&mut unpacked);
    outcome.map_err(|_| DAMAGED)?;
    Ok(unpacked)
}

/// Repeats `length` bytes from `distance` bytes back; they may overlap what is written.
fn copy(out: &mut Vec<u8>, distance: usize, length: usize, size: usize) -> Result<(), Problem> {
    let from = out
        .len()
        .checked_sub(distance)
        .filter(|_| distance > 0)
        .ok_or(DAMAGED)?;
    if length > size - out.len() {
        return Err(DAMAGED);
    }
    if distance >= length {
        out.extend_from_within(from..from + length);
    } else {
        for at in from..from + length {
            out.push(out[at]);
        }
    }
    Ok(())
}

fn literal(out: &mut Vec<u8>, packed: &[u8], at: &mut usize, length: usize, size: usize) -> Result<(), Problem> {
    let bytes = packed.get(*at..).and_then(|rest| rest.get(..length)).ok_or(DAMAGED)?;
    if length > size - out.len() {
        return Err(DAMAGED);
    }
    out.extend_from_slice(bytes);
    *at += length;
    Ok(())
}

/// A number of `width` bytes, the lowest first.
fn little(packed: &[u8], at: &mut usize, width: usize) -> Result<usize, Problem> {
    let bytes = packed.get(*at..).and_then(|rest| rest.get(..width)).ok_or(DAMAGED)?;
    *at += width;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// Raw Snappy: its length, then literals and copies.
fn snappy(packed: &[u8], size: usize) -> Result<Vec<u8>, Problem> {
    let mut at = 0;
    if super::thrift::varint(packed, &mut at)? != size as u64 {
        return Err(DAMAGED);
    }
    let mut out = Vec::with_capacity(size.min(packed.len().saturating_mul(24)));
    while at < packed.len() {
        let tag = usize::from(packed[at]);
        at += 1;
        match tag & 3 {
            0 => {
                let length = match tag >> 2 {
                    short @ 0..60 => short,
                    long => little(packed, &mut at, long - 59)?,
                };
                literal(&mut out, packed, &mut at, length.checked_add(1).ok_or(DAMAGED)?, size)?;
            }
            1 => {
                let distance = (tag >> 5) << 8 | little(packed, &mut at, 1)?;
                copy(&mut out, distance, (tag >> 2 & 7) + 4, size)?;
            }
            kind => {
                let distance = little(packed, &mut at, if kind == 2 { 2 } else { 4 })?;
                copy(&mut out, distance, (tag >> 2) + 1, size)?;
            }
        }
    }
    Ok(out)
}

/// A block of LZ4 without a frame.
fn lz4(packed: &[u8], size: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::with_capacity(size.min(packed.len().saturating_mul(24)));
    let mut at = 0;
    let long = |at: &mut usize, short: usize| -> Result<usize, Problem> {
        let mut length = short;
        if short == 15 {
            loop {
                let more = little(packed, at, 1)?;
                length += more;
                if more < 255 {
                    break;
                }
            }
        }
        Ok(length)
    };
    while at < packed.len() {
        let token = usize::from(packed[at]);
        at += 1;
        let length = long(&mut at, token >> 4)?;
        literal(&mut out, packed, &mut at, length, size)?;
        if at == packed.len() {
            break;
        }
        let distance = little(packed, &mut at, 2)?;
        let length = long(&mut at, token & 15)?;
        copy(&mut out, distance, length + 4, size)?;
    }
    Ok(out)
}

/// LZ4 as Hadoop frames it: blocks, each with its two lengths before it, the highest byte first.
fn hadoop_lz4(packed: &[u8], size: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    let mut rest = packed;
    while !rest.is_empty() {
        let (head, behind) = rest.split_at_checked(8).ok_or(DAMAGED)?;
        let big = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        let (unpacked, length) = (big(&head[..4]), big(&head[4..]));
        let (block, behind) = behind.split_at_checked(length).ok_or(DAMAGED)?;
        if unpacked > size - out.len() {
            return Err(DAMAGED);
        }
        out.extend_from_slice(&lz4(block, unpacked)?);
        if out.len() > size {
            return Err(DAMAGED);
        }
        rest = behind;
    }
    Ok(out)
}
