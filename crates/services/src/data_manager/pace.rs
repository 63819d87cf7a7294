//! How much one write of a long job does. Each holds the project's lock, and on SQLite the only writer, for as long as it takes:
//! whoever saves meanwhile waits for it. How long that is depends on the database and on what else the machine does.

use std::time::{Duration, Instant};

/// How long a write should take at most.
const SLOW: Duration = Duration::from_millis(30);
/// A write that takes less may do more.
const QUICK: Duration = Duration::from_millis(12);
/// The least that a write does.
const LEAST: i64 = 25;

/// The pace of one job.
#[derive(Debug)]
pub(super) struct Pace {
    most: i64,
    size: i64,
    since: Instant,
}

impl Pace {
    /// Begins with the most that a write may do.
    pub(super) fn new(most: i64) -> Pace {
        Pace {
            most,
            size: most,
            since: Instant::now(),
        }
    }

    /// How much the write that begins now does.
    pub(super) fn begin(&mut self) -> i64 {
        self.since = Instant::now();
        self.size
    }

    /// The write has ended.
    pub(super) fn end(&mut self) {
        self.adapt(self.since.elapsed());
    }

    fn adapt(&mut self, took: Duration) {
        if took > SLOW {
            self.size = (self.size / 2).max(LEAST.min(self.most));
        } else if took < QUICK {
            self.size = (self.size * 2).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_writes_do_less_and_quick_ones_more_within_bounds() {
        let mut pace = Pace::new(500);
        let mut after = |milliseconds| {
            pace.adapt(Duration::from_millis(milliseconds));
            pace.size
        };
        assert_eq!([90, 45, 20, 10, 5, 5].map(&mut after), [250, 125, 125, 250, 500, 500]);
        assert_eq!([90; 6].map(after), [250, 125, 62, 31, 25, 25]);
    }
}
