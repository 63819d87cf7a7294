//! What is done with the log of SQLite beside its writer: it is copied into the database, and what steps of long work have left in
//! it goes to the disk. Nobody who saves waits for either.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use crate::turns::{Message, News};
use crate::{Result, StoreError};

/// What is to be done.
#[derive(Debug, Default)]
struct Orders {
    flush: bool,
    copy: bool,
    end: bool,
}

/// The thread beside the writer.
pub(crate) struct Beside {
    orders: Arc<(Mutex<Orders>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Beside {
    /// Starts the thread. `path` is the database's file, `news` takes what comes of its work.
    pub(crate) fn start(path: PathBuf, log: File, news: mpsc::WeakSender<Message>) -> Result<Beside> {
        let orders = Arc::new((Mutex::new(Orders::default()), Condvar::new()));
        let taken = orders.clone();
        let thread = std::thread::Builder::new()
            .name("sqlite-log".to_owned())
            .spawn(move || serve(&taken, &path, &log, &news))
            .map_err(|source| StoreError::File {
                path: "the thread beside the one that writes".to_owned(),
                source,
            })?;
        Ok(Beside {
            orders,
            thread: Some(thread),
        })
    }

    /// Brings the log to the disk. Several orders that wait are one.
    pub(crate) fn flush(&self) {
        self.order(|orders| orders.flush = true);
    }

    /// Copies the log into the database as far as it goes, and tells of it.
    pub(crate) fn copy(&self) {
        self.order(|orders| orders.copy = true);
    }

    /// Ends the thread behind what it does now.
    pub(crate) fn end(mut self) {
        self.order(|orders| orders.end = true);
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by itself.
            let _ = thread.join();
        }
    }

    fn order(&self, order: impl FnOnce(&mut Orders)) {
        let (orders, changed) = &*self.orders;
        order(&mut orders.lock().unwrap_or_else(PoisonError::into_inner));
        changed.notify_one();
    }
}

fn serve(orders: &(Mutex<Orders>, Condvar), path: &Path, log: &File, news: &mpsc::WeakSender<Message>) {
    let tell = |what| {
        // When the writer has ended nobody needs to know.
        if let Some(news) = news.upgrade() {
            let _ = news.blocking_send(Message::News(what));
        }
    };
    let mut connection = None;
    loop {
        let Orders { flush, copy, end } = {
            let (waiting, changed) = orders;
            let nothing = |orders: &mut Orders| !(orders.flush || orders.copy || orders.end);
            let locked = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let mut due = changed
                .wait_while(locked, nothing)
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *due)
        };
        if end {
            return;
        }
        // Copying begins with bringing the log to the disk.
        if flush
            && !copy
            && let Err(error) = log.sync_data()
        {
            tracing::error!(%error, "the log could not be brought to the disk: the program has to be started anew");
            tell(News::Failed);
        }
        if copy {
            let copied = copy_log(&mut connection, path);
            if let Err(error) = &copied {
                tracing::warn!(%error, "the log was not copied into the database");
            }
            tell(News::Copied(copied.ok()));
        }
    }
}

/// Copies what no reader holds back; how many pages of the log are in the database now.
fn copy_log(connection: &mut Option<Connection>, path: &Path) -> Result<u32> {
    let connection = match connection {
        Some(connection) => connection,
        None => {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let opened = Connection::open_with_flags(path, flags)?;
            // A connection knows of the log when it has read.
            opened.query_row("SELECT COUNT(*) FROM sqlite_schema", (), |_| Ok(()))?;
            connection.insert(opened)
        }
    };
    let copied: i64 = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| row.get(2))?;
    Ok(u32::try_from(copied).unwrap_or_default())
}
