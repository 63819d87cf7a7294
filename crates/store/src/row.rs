//! From a row of either database to a value of ours.

use rusqlite::types::FromSql;
use sqlx::postgres::PgRow;
use sqlx::{Column as _, Decode, Postgres, Row as _, Type};

use crate::{Result, StoreError};

/// A type that can be read from a row of either database; [`row!`](crate::row!) makes one of a struct.
pub trait Row: Sized + Send + 'static {
    /// Takes the columns one by one.
    fn read(columns: &mut Columns<'_>) -> Result<Self>;
}

/// A value that both databases know.
pub trait Value: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}
impl<T> Value for T where T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

/// The columns of a row.
pub struct Columns<'r> {
    source: Source<'r>,
    /// Where the next one is expected: structs name their fields in the order of the table, so that finding a column
    /// by its name nearly always is one comparison.
    next: usize,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

impl<'r> Columns<'r> {
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Columns {
            source: Source::Sqlite(row),
            next: 0,
        }
    }

    pub(crate) fn postgres(row: &'r PgRow) -> Self {
        Columns {
            source: Source::Postgres(row),
            next: 0,
        }
    }

    /// The column of this name.
    pub fn named<T: Value>(&mut self, name: &str) -> Result<T> {
        match self.source {
            Source::Sqlite(row) => {
                let statement = row.as_ref();
                let number = statement.column_count();
                let place = (self.next..number)
                    .chain(0..self.next.min(number))
                    .find(|place| statement.column_name(*place).is_ok_and(|found| found == name))
                    .ok_or_else(|| StoreError::NoColumn(name.to_owned()))?;
                self.next = place + 1;
                Ok(row.get(place)?)
            }
            Source::Postgres(row) => {
                let columns = row.columns();
                let number = columns.len();
                let place = (self.next..number)
                    .chain(0..self.next.min(number))
                    .find(|place| columns[*place].name() == name)
                    .ok_or_else(|| StoreError::NoColumn(name.to_owned()))?;
                self.next = place + 1;
                Ok(row.try_get(place)?)
            }
        }
    }

    /// The next column, whatever its name.
    pub fn following<T: Value>(&mut self) -> Result<T> {
        let place = self.next;
        self.next += 1;
        match self.source {
            Source::Sqlite(row) => Ok(row.get(place)?),
            Source::Postgres(row) => Ok(row.try_get(place)?),
        }
    }
}

/// A list of ids in one column, which PostgreSQL alone has.
pub(crate) struct Ids(pub(crate) Vec<i64>);

impl Row for Ids {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        match columns.source {
            Source::Sqlite(_) => Err(StoreError::NoColumn("a list".to_owned())),
            Source::Postgres(row) => Ok(Ids(row.try_get(0)?)),
        }
    }
}

/// Declares a struct that is read from the columns that are named like its fields.
#[macro_export]
macro_rules! row {
    ($(#[$outer:meta])* $vis:vis struct $name:ident {
        $($(#[$inner:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$outer])*
        $vis struct $name {
            $($(#[$inner])* $field_vis $field: $type,)*
        }

        impl $crate::Row for $name {
            fn read(columns: &mut $crate::Columns<'_>) -> $crate::Result<Self> {
                Ok($name { $($field: columns.named(stringify!($field))?,)* })
            }
        }
    };
}

macro_rules! tuples {
    ($(($($part:ident),+)),+ $(,)?) => {$(
        impl<$($part: Value + Send + 'static),+> Row for ($($part,)+) {
            fn read(columns: &mut Columns<'_>) -> Result<Self> {
                Ok(($(columns.following::<$part>()?,)+))
            }
        }
    )+};
}

tuples!((A), (A, B), (A, B, C), (A, B, C, D));
