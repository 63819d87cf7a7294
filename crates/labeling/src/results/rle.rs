//! A walk over a brush's run-length code that checks it without expanding it (SEC-233).
//!
//! The code is one bit stream, most significant bit first: a 32-bit count N of values, 5 bits word size − 1, four
//! times 4 bits run-length size − 1, then packets (1 bit run or literals, 2 bits which size, k bits count − 1, one
//! word or count words) until N values are out. N = width · height · 4.

/// Most pixels of a mask: 16,384 × 16,384.
pub(crate) const MAX_PIXELS: u64 = 1 << 28;

#[derive(Debug, Clone, Copy)]
enum Step {
    Header,
    Packet,
    Count { run: bool, size: u32 },
    Words,
}

/// The walk; bytes go in one after the other.
#[derive(Debug)]
pub(crate) struct Walk {
    step: Step,
    /// Unread bits, the newest lowest.
    bits: u64,
    have: u32,
    /// Bits of words still to pass over.
    skip: u64,
    total: u64,
    out: u64,
    word: u64,
    sizes: [u32; 4],
    bytes: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Walk {
            step: Step::Header,
            bits: 0,
            have: 0,
            skip: 0,
            total: 0,
            out: 0,
            word: 0,
            sizes: [0; 4],
            bytes: 0,
        }
    }
}

impl Walk {
    /// Takes the next byte.
    pub(crate) fn push(&mut self, byte: u8) -> Result<(), String> {
        self.bytes += 1;
        if self.done() {
            return Ok(());
        }
        if self.skip >= 8 {
            self.skip -= 8;
            return Ok(());
        }
        self.bits = (self.bits << 8) | u64::from(byte);
        self.have += 8;
        while self.advance()? {}
        Ok(())
    }

    /// The number of values that the code says and delivers.
    pub(crate) fn finish(&self) -> Result<u64, String> {
        match (self.bytes, self.done()) {
            (0, _) => Err("rle is empty".to_owned()),
            (_, true) => Ok(self.total),
            (_, false) => Err(format!("rle ends after {} of {} values", self.out, self.total)),
        }
    }

    fn done(&self) -> bool {
        !matches!(self.step, Step::Header) && self.out >= self.total && self.skip == 0
    }

    fn take(&mut self, count: u32) -> Option<u64> {
        if self.have < count {
            return None;
        }
        self.have -= count;
        let value = (self.bits >> self.have) & ((1_u64 << count) - 1);
        self.bits &= (1_u64 << self.have) - 1;
        Some(value)
    }

    /// One step; false when more bytes are needed or all is out.
    fn advance(&mut self) -> Result<bool, String> {
        if self.done() {
            return Ok(false);
        }
        match self.step {
            // 53 bits: count, word size, four run-length sizes.
            Step::Header => {
                let Some(header) = self.take(53) else { return Ok(false) };
                self.total = header >> 21;
                self.word = ((header >> 16) & 31) + 1;
                for (i, size) in self.sizes.iter_mut().enumerate() {
                    *size = ((header >> (12 - 4 * i)) & 15) as u32 + 1;
                }
                if self.total > MAX_PIXELS * 4 {
                    return Err(format!(
                        "rle claims {} values, more than {}",
                        self.total,
                        MAX_PIXELS * 4
                    ));
                }
                if !self.total.is_multiple_of(4) {
                    return Err(format!(
                        "rle claims {} values, which is not 4 for each pixel",
                        self.total
                    ));
                }
                self.step = Step::Packet;
            }
            Step::Packet => {
                let Some(head) = self.take(3) else { return Ok(false) };
                self.step = Step::Count {
                    run: head & 4 != 0,
                    size: self.sizes[(head & 3) as usize],
                };
            }
            Step::Count { run, size } => {
                let Some(count) = self.take(size) else { return Ok(false) };
                let count = count + 1;
                self.out += count;
                if self.out > self.total {
                    return Err(format!("rle holds more than the {} values it claims", self.total));
                }
                self.skip = if run { self.word } else { count * self.word };
                self.step = Step::Words;
            }
            Step::Words => {
                let now = self.skip.min(u64::from(self.have)) as u32;
                self.take(now);
                self.skip -= u64::from(now);
                if self.skip > 0 {
                    return Ok(false);
                }
                self.step = Step::Packet;
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8]) -> Result<u64, String> {
        let mut walk = Walk::default();
        for byte in bytes {
            walk.push(*byte)?;
        }
        walk.finish()
    }

    #[test]
    fn counts_the_values_of_real_codes() {
        assert_eq!(walk(&[0, 0, 0, 8, 57, 27, 252, 127, 241, 128, 0]), Ok(8));
        // Trailing zero bytes are padding of some writers.
        assert_eq!(walk(&[0, 0, 0, 8, 57, 27, 252, 127, 241, 128, 0, 0]), Ok(8));
    }

    #[test]
    fn sec_233_refuses_claims_that_are_not_kept() {
        assert!(walk(&[]).is_err());
        assert!(walk(&[0, 0, 0, 8]).is_err());
        assert!(walk(&[0, 0, 0, 8, 57, 27, 252, 127]).is_err());
        let huge = walk(&[255, 255, 255, 252, 57, 27, 255, 255, 255, 255]);
        assert!(huge.unwrap_err().contains("4294967292"));
        // 4 values claimed, a run of 8 delivered.
        assert!(walk(&[0, 0, 0, 4, 57, 27, 252, 255, 224]).is_err());
    }

    /// A plain reader of the format, as a second opinion.
    fn expand(bytes: &[u8]) -> Option<u64> {
        let bit = |i: usize| -> Option<u64> { Some(u64::from(*bytes.get(i / 8)? >> (7 - i % 8) & 1)) };
        let mut at = 0;
        let mut take = |n: u64| -> Option<u64> {
            let mut value = 0;
            for _ in 0..n {
                value = value << 1 | bit(at)?;
                at += 1;
            }
            Some(value)
        };
        let total = take(32)?;
        let word = take(5)? + 1;
        let sizes = [take(4)? + 1, take(4)? + 1, take(4)? + 1, take(4)? + 1];
        let mut out = 0;
        while out < total {
            let run = take(1)? == 1;
            let size = sizes[take(2)? as usize];
            let count = take(size)? + 1;
            for _ in 0..if run { 1 } else { count } {
                take(word)?;
            }
            out += count;
        }
        (out == total && total % 4 == 0).then_some(total)
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_a_plain_reader(total in 0_u8..40, tail in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let mut bytes = vec![0, 0, 0, total];
            bytes.extend(tail);
            proptest::prop_assert_eq!(walk(&bytes).ok(), expand(&bytes));
        }
    }
}
