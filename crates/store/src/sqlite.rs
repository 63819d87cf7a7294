//! SQLite: how it is opened, and how statements run. Calls here do not wait for anything but the disk: a point read takes
//! some 10 µs, less than handing it to another thread, so reads run in the thread that asks.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};

use crate::args::{Arg, Args};
use crate::builder::{BulkInsert, Sql};
use crate::db::{Dialect, Found};
use crate::row::{Columns, Row};
use crate::{Result, StoreError, sqlite_functions};

/// Connections that are kept for further reads. More are opened when as many threads read at once.
const IDLE_READERS: usize = 8;
/// How long a connection waits for a lock that another process holds (a backup, a shell).
const BUSY: Duration = Duration::from_secs(5);
/// Statements that stay prepared, a connection.
const STATEMENTS: usize = 256;

/// Opens the one connection that writes; makes the file when there is none.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    create_private(path).map_err(|source| StoreError::File {
        path: path.display().to_string(),
        source,
    })?;
    let connection = Connection::open(path)?;
    set_up(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit is with the operating system; `group_commit` brings it to the disk before it is answered. SQLite does so where
    // the order matters: the log before it is copied into the database, and the database before the log begins anew.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "analysis_limit", 400)?;
    // 8 MiB of pages for the writer, 2 MiB for each reader: the file system's cache does the rest.
    connection.pragma_update(None, "cache_size", -8192)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    sqlite_functions::register(connection)?;
    Ok(())
}

/// The file and its folder are readable by their owner alone (SEC-211).
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

/// Connections that only read. Each belongs to one read at a time, and a read to the thread that runs it: there are at
/// most as many as threads.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Opens the first one, so that a file that cannot be read is known at the start.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let readers = Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
        };
        let first = readers.connect()?;
        readers.keep(first);
        Ok(readers)
    }

    fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        set_up(&connection)?;
        connection.pragma_update(None, "cache_size", -2048)?;
        Ok(connection)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
    }

    /// Runs one read.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let outcome = read(&connection);
        self.keep(connection);
        outcome
    }

    /// Closes the idle ones.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// All rows.
pub(crate) fn all<T: Row>(connection: &Connection, sql: Sql, args: &Args) -> Result<Vec<T>> {
    let mut found = Vec::new();
    take_all(connection, sql, args, &mut found)?;
    Ok(found)
}

fn take_all<T: Row>(connection: &Connection, sql: Sql, args: &Args, found: &mut Vec<T>) -> Result<()> {
    let mut statement = prepared(connection, sql, args)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        found.push(T::read(&mut Columns::sqlite(row))?);
    }
    Ok(())
}

/// The rows that are found within a time.
pub(crate) fn found_within<T: Row>(
    connection: &Connection,
    sql: Sql,
    args: &Args,
    within: Option<Duration>,
) -> Result<Found<T>> {
    let mut rows = Vec::new();
    let Some(within) = within else {
        take_all(connection, sql, args, &mut rows)?;
        return Ok(Found { rows, is_whole: true });
    };
    let end = Instant::now() + within;
    // Asked every thousand steps of the virtual machine, which is some 20 µs.
    connection.progress_handler(1_000, Some(move || Instant::now() >= end))?;
    let outcome = take_all(connection, sql, args, &mut rows);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    let is_whole = match outcome {
        Err(StoreError::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => false,
        outcome => outcome.map(|()| true)?,
    };
    Ok(Found { rows, is_whole })
}

/// The first row, if there is one.
pub(crate) fn optional<T: Row>(connection: &Connection, sql: Sql, args: &Args) -> Result<Option<T>> {
    let mut statement = prepared(connection, sql, args)?;
    let mut rows = statement.raw_query();
    match rows.next()? {
        Some(row) => Ok(Some(T::read(&mut Columns::sqlite(row))?)),
        None => Ok(None),
    }
}

/// Runs a statement; gives the number of rows that it changed.
pub(crate) fn execute(connection: &Connection, sql: Sql, args: &Args) -> Result<u64> {
    let mut statement = prepared(connection, sql, args)?;
    let mut rows = statement.raw_query();
    // Some statements answer with a row (PRAGMA).
    while rows.next()?.is_some() {}
    drop(rows);
    Ok(connection.changes())
}

fn prepared<'c>(connection: &'c Connection, sql: Sql, args: &Args) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(&sql.text(Dialect::Sqlite))?;
    for place in 1..=statement.parameter_count() {
        let number = argument(&statement, place);
        let arg = args.get(number - 1).ok_or(StoreError::NoArgument(number))?;
        statement.raw_bind_parameter(place, arg)?;
    }
    Ok(statement)
}

/// The number of the argument that goes to a place. SQLite counts places in the order in which their names first appear:
/// where `$2` stands before `$1` it is the first.
fn argument(statement: &CachedStatement<'_>, place: usize) -> usize {
    let name = statement.parameter_name(place).unwrap_or_default();
    let number = name.get(1..).and_then(|digits| digits.parse().ok());
    number.filter(|number| *number > 0).unwrap_or(place)
}

/// Runs an insert for each of its rows; `inserted` takes what each has given.
fn each<T>(
    connection: &Connection,
    insert: &BulkInsert,
    returning: &'static str,
    mut inserted: impl FnMut(Option<&rusqlite::Row<'_>>) -> Result<T>,
) -> Result<Vec<T>> {
    let (text, shared, rows) = insert.single(returning);
    let mut statement = connection.prepare_cached(&text)?;
    let arguments: Vec<usize> = (1..=statement.parameter_count())
        .map(|place| argument(&statement, place))
        .collect();
    let mut found = Vec::new();
    for (index, own) in rows.enumerate() {
        for (place, number) in (1..).zip(&arguments) {
            let arg: &Arg = match number.checked_sub(shared.len() + 1) {
                Some(own_number) => own.get(own_number).ok_or(StoreError::NoArgument(*number))?,
                // These stay bound from row to row.
                None if index > 0 => continue,
                None => &shared[number - 1],
            };
            statement.raw_bind_parameter(place, arg)?;
        }
        let mut rows = statement.raw_query();
        found.push(inserted(rows.next()?)?);
    }
    Ok(found)
}

/// Inserts rows.
pub(crate) fn insert(connection: &Connection, insert: &BulkInsert) -> Result<()> {
    each(connection, insert, "", |_| Ok(())).map(|_| ())
}

/// Inserts rows; gives their ids in order.
pub(crate) fn insert_ids(connection: &Connection, insert: &BulkInsert) -> Result<Vec<i64>> {
    each(connection, insert, "", |_| Ok(connection.last_insert_rowid()))
}

/// Inserts rows; gives them as stored.
pub(crate) fn insert_rows<T: Row>(connection: &Connection, insert: &BulkInsert) -> Result<Vec<T>> {
    each(connection, insert, "RETURNING *", |row| {
        T::read(&mut Columns::sqlite(row.ok_or(StoreError::NoRow)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args, row};

    row! {
        #[derive(Debug, PartialEq)]
        struct Pair {
            a: i64,
            b: Option<String>,
        }
    }

    fn pairs() -> Connection {
        let connection = Connection::open_in_memory().expect("in memory");
        connection
            .execute_batch("CREATE TABLE pair (id INTEGER PRIMARY KEY, b TEXT, a BIGINT NOT NULL)")
            .expect("a table");
        connection
    }

    #[test]
    fn arguments_go_where_their_numbers_say_and_columns_come_by_name() {
        let found: Option<Pair> = optional(&pairs(), "SELECT $2 AS b, $1 AS a".into(), &args![5, "x"]).expect("runs");
        let b = Some("x".to_owned());
        assert_eq!(found, Some(Pair { a: 5, b }));
        let missing = optional::<Pair>(&pairs(), "SELECT 1 AS a".into(), &args![]);
        assert!(matches!(missing, Err(StoreError::NoColumn(name)) if name == "b"));
        let unbound = optional::<Pair>(&pairs(), "SELECT $1 AS a, $2 AS b".into(), &args![5]);
        assert!(matches!(unbound, Err(StoreError::NoArgument(2))));
    }

    #[test]
    fn a_statement_that_is_broken_off_gives_what_it_has_found() {
        let endless = "WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a, NULL AS b FROM n";
        let within = Some(Duration::from_millis(10));
        let found: Found<Pair> = found_within(&pairs(), endless.into(), &args![], within).expect("no error");
        assert!(!found.is_whole && found.rows.len() > 10);
        assert!(found.rows.iter().zip(1..).all(|(row, number)| row.a == number));
        let found: Found<Pair> =
            found_within(&pairs(), "SELECT 1 AS a, NULL AS b".into(), &args![], within).expect("runs");
        assert!(found.is_whole && found.rows.len() == 1);
    }

    #[test]
    fn many_rows_share_what_they_share_and_come_back_with_their_ids() {
        let connection = pairs();
        let mut rows = BulkInsert::new("INSERT INTO pair (a, b)", "(#1, $1)", "", args!["all"]);
        for a in [7_i64, 8, 9] {
            rows.push([a.into()]);
        }
        assert_eq!(insert_ids(&connection, &rows).expect("inserted"), [1, 2, 3]);
        let (sql, args) = {
            let mut parts = crate::builder::Parts::new("SELECT * FROM pair WHERE id IN ", args![]);
            parts.push_list(&[3, 1]).push(" AND b = ? ORDER BY id", args!["all"]);
            parts.finish()
        };
        let found: Vec<Pair> = all(&connection, sql, &args).expect("runs");
        assert_eq!(found.iter().map(|pair| pair.a).collect::<Vec<_>>(), [7, 9]);
    }
}
