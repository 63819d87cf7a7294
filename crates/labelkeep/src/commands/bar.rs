//! A line on standard error that tells how far a command has come, where a person looks.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use labelkeep_services::Progress;

/// The line, drawn by a thread of its own until it is ended.
pub(crate) struct Bar {
    what: &'static str,
    progress: Progress,
    begun: Instant,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(200);
/// Characters of the bar itself.
const WIDTH: usize = 24;

impl Bar {
    /// Shows the line; `what` stands behind the number of tasks ("1,204 tasks read"). Nothing is drawn into files and pipes.
    pub(crate) fn show(what: &'static str, progress: &Progress) -> Bar {
        let begun = Instant::now();
        let drawing = std::io::stderr().is_terminal().then(|| {
            let (sender, ended) = channel();
            let progress = progress.clone();
            let draw = move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    // To the end of the line nothing of the one before stays.
                    eprint!("\r{}\x1b[K", line(what, &progress, begun.elapsed()));
                    let _ = std::io::stderr().flush();
                }
            };
            (sender, std::thread::spawn(draw))
        });
        Bar {
            what,
            progress: progress.clone(),
            begun,
            drawing,
        }
    }

    /// Says once more what was done, and ends the line.
    pub(crate) fn end(mut self) {
        if self.stop() {
            let seconds = self.begun.elapsed().as_secs_f64();
            let done = grouped(self.progress.done());
            eprintln!("\r{done} tasks {} in {seconds:.1} s\x1b[K", self.what);
        }
    }

    /// Whether there was a line.
    fn stop(&mut self) -> bool {
        let Some((sender, thread)) = self.drawing.take() else {
            return false;
        };
        drop(sender);
        let _ = thread.join();
        true
    }
}

impl Drop for Bar {
    /// What failed leaves no half line in front of its error.
    fn drop(&mut self) {
        if self.stop() {
            eprint!("\r\x1b[K");
        }
    }
}

/// Bar, percent, tasks, bytes, rate and the time that is left, as far as they are known.
fn line(what: &str, progress: &Progress, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let (done, bytes) = (progress.done(), progress.bytes());
    let part = match (progress.bytes_total(), progress.total()) {
        (0, 0) => None,
        (0, total) => Some(done as f64 / total as f64),
        (total, _) => Some(bytes as f64 / total as f64),
    };
    let mut text = String::new();
    if let Some(part) = part.map(|part| part.clamp(0.0, 1.0)) {
        let full = (part * WIDTH as f64) as usize;
        text.push_str(&format!(
            "[{}{}] {:3.0} %  ",
            "=".repeat(full),
            " ".repeat(WIDTH - full),
            part * 100.0
        ));
    }
    text.push_str(&format!(
        "{} tasks {what}, {} a second",
        grouped(done),
        grouped((done as f64 / seconds) as u64)
    ));
    if bytes > 0 {
        text.push_str(&format!(", {:.1} MB", bytes as f64 / 1e6));
    }
    if let Some(part) = part.filter(|part| (0.01..1.0).contains(part)) {
        let left = (seconds / part - seconds) as u64;
        text.push_str(&format!(", {}:{:02} left", left / 60, left % 60));
    }
    text
}

/// A number with commas between its thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use labelkeep_services::Progress;

    use super::{grouped, line};

    #[test]
    fn a_line_says_what_is_known_and_no_more() {
        let progress = Progress::default();
        progress.set_done(1_200);
        let second = Duration::from_secs(4);
        assert_eq!(line("read", &progress, second), "1,200 tasks read, 300 a second");
        progress.set_total(2_400);
        assert_eq!(
            line("written", &progress, second),
            "[============            ]  50 %  1,200 tasks written, 300 a second, 0:04 left"
        );
        progress.set_bytes_total(4_000_000);
        progress.set_bytes(1_000_000);
        assert_eq!(
            line("read", &progress, second),
            "[======                  ]  25 %  1,200 tasks read, 300 a second, 1.0 MB, 0:12 left"
        );
        // More than was thought there would be.
        progress.set_bytes(5_000_000);
        assert!(line("read", &progress, second).contains("] 100 %"));
        assert_eq!(
            (grouped(0), grouped(999), grouped(1_000_000)),
            ("0".into(), "999".into(), "1,000,000".into())
        );
    }
}
