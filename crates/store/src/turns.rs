//! Whose turn it is to write: people come before steps of long work, and those are not kept waiting for ever.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::group_commit::{Job, Manner};

/// A step of long work that has waited so long comes before people once: they wait for one step, some 10 ms.
const PATIENCE: Duration = Duration::from_millis(50);

/// What the thread of the writer is told.
pub(crate) enum Message {
    Job(Job),
    News(News),
}

/// What is no write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// The log has grown long.
    Long,
    /// Of the pages that were in the log so many have been copied into the database; none when that failed.
    Copied(Option<u32>),
    /// The log could not be brought to the disk.
    Failed,
    /// Nothing comes behind this.
    End,
}

/// What is done next.
pub(crate) enum Turn {
    /// A group of writes of people, which begins with this one.
    Group(Job),
    /// One step of long work, by itself.
    Step(Job),
    News(News),
}

/// What waits for the thread of the writer.
pub(crate) struct Queue {
    messages: mpsc::Receiver<Message>,
    people: VecDeque<Job>,
    /// With the time at which each was seen here.
    steps: VecDeque<(Instant, Job)>,
    news: VecDeque<News>,
    /// Steps wait: the log is being copied into the database, and must not grow meanwhile.
    pub(crate) holds_steps: bool,
    patience: Duration,
}

impl Queue {
    pub(crate) fn new(messages: mpsc::Receiver<Message>) -> Self {
        Queue {
            messages,
            people: VecDeque::new(),
            steps: VecDeque::new(),
            news: VecDeque::new(),
            holds_steps: false,
            patience: PATIENCE,
        }
    }

    /// Waits for what is to be done; none at the end of everything.
    pub(crate) fn next(&mut self) -> Option<Turn> {
        loop {
            self.gather();
            if let Some(news) = self.news.pop_front() {
                return Some(Turn::News(news));
            }
            let is_due = |(since, _): &(Instant, Job)| self.people.is_empty() || since.elapsed() >= self.patience;
            if !self.holds_steps && self.steps.front().is_some_and(is_due) {
                return self.steps.pop_front().map(|(_, job)| Turn::Step(job));
            }
            if let Some(job) = self.people.pop_front() {
                return Some(Turn::Group(job));
            }
            match self.messages.blocking_recv() {
                Some(message) => self.sort(message),
                // At the end nobody is held.
                None => return self.steps.pop_front().map(|(_, job)| Turn::Step(job)),
            }
        }
    }

    /// A further member for a group.
    pub(crate) fn member(&mut self) -> Option<Job> {
        self.gather();
        self.people.pop_front()
    }

    /// Takes nothing more; what has come before is still done.
    pub(crate) fn close(&mut self) {
        self.messages.close();
    }

    fn gather(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.sort(message);
        }
    }

    fn sort(&mut self, message: Message) {
        match message {
            Message::News(news) => self.news.push_back(news),
            Message::Job(job) if job.manner == Manner::Step => self.steps.push_back((Instant::now(), job)),
            Message::Job(job) => self.people.push_back(job),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a queue gives that was told this: a letter for each turn.
    fn turns(patience: Duration, holds_steps: bool, told: &str) -> String {
        let (sender, messages) = mpsc::channel(64);
        let mut queue = Queue::new(messages);
        (queue.patience, queue.holds_steps) = (patience, holds_steps);
        for letter in told.chars() {
            let message = match letter {
                'p' => Message::Job(Job::empty(Manner::Disk)),
                's' => Message::Job(Job::empty(Manner::Step)),
                _ => Message::News(News::Long),
            };
            assert!(sender.try_send(message).is_ok(), "there is room");
        }
        drop(sender);
        std::iter::from_fn(|| queue.next())
            .map(|turn| match turn {
                Turn::Group(_) => 'p',
                Turn::Step(_) => 's',
                Turn::News(_) => 'n',
            })
            .collect()
    }

    #[test]
    fn people_come_before_steps_which_wait_only_so_long() {
        let long = Duration::from_secs(3600);
        assert_eq!(turns(long, false, "spspn"), "nppss");
        assert_eq!(turns(Duration::ZERO, false, "spspn"), "nsspp");
    }

    #[test]
    fn steps_that_are_held_are_done_at_the_end() {
        assert_eq!(turns(Duration::ZERO, true, "sps"), "pss");
    }
}
