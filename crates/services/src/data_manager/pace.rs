//! How much one write of a long job does. Each holds the project's lock, and on SQLite the only writer, for as long as it takes:
//! whoever saves meanwhile waits for it. How long that is depends on the database and on what else the machine does.

use std::time::Duration;

/// How long a write should hold the lock at most: who labels takes it two or three times between two tasks, and finds it held nearly
/// each time.
const SLOW: Duration = Duration::from_millis(35);
/// A write that takes less may do more.
const QUICK: Duration = Duration::from_millis(15);
/// The least that a write does: below it, what every write costs would be more than what it does.
const LEAST: i64 = 100;

/// The pace of one job.
#[derive(Debug)]
pub(super) struct Pace {
    most: i64,
    size: i64,
}

impl Pace {
    /// Begins with the most that a write may do.
    pub(super) fn new(most: i64) -> Pace {
        Pace { most, size: most }
    }

    /// How much the next write does.
    pub(super) fn size(&self) -> i64 {
        self.size
    }

    /// The last write has held the lock for so long. How long it has waited for it says nothing of how much it should do.
    pub(super) fn held(&mut self, time: Duration) {
        if time > SLOW {
            self.size = (self.size / 2).max(LEAST.min(self.most));
        } else if time < QUICK {
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
            pace.held(Duration::from_millis(milliseconds));
            pace.size()
        };
        assert_eq!([90, 20, 40, 5, 3, 3].map(&mut after), [250, 250, 125, 250, 500, 500]);
        assert_eq!([90; 4].map(after), [250, 125, 100, 100]);
    }
}
