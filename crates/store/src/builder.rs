//! The one place where SQL text is assembled (SEC-206): constants, placeholders and numbers of our own, never a value.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::args::{Arg, Args};
use crate::db::Dialect;

/// Ends a sub-select that is to be asked for each row of a statement which wants few of them. PostgreSQL makes a join of `EXISTS`
/// otherwise, and then may read all annotations to find the one task that is wanted: 16 ms with 60,000 of them, and more with more.
/// Nothing is skipped by it, and it does not join across an offset.
macro_rules! for_each {
    () => {
        " LIMIT 1 OFFSET 0)"
    };
}
pub(crate) use for_each;

/// A statement's text. A `&'static str` becomes one by itself; anything else comes from this module.
#[derive(Debug, Clone)]
pub struct Sql {
    text: Cow<'static, str>,
    /// Places in the text where a list goes, each with the number of its argument. The databases spell them differently.
    lists: Vec<(usize, usize)>,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql {
            text: Cow::Borrowed(text),
            lists: Vec::new(),
        }
    }
}

impl Sql {
    /// The text for this database. It is the same for lists of any length above one, so that few are prepared.
    pub(crate) fn text(self, dialect: Dialect) -> Cow<'static, str> {
        if self.lists.is_empty() {
            return self.text;
        }
        let mut text = String::with_capacity(self.text.len() + self.lists.len() * 40);
        let mut from = 0;
        for (at, number) in self.lists {
            let before = &self.text[from..at];
            let _ = match dialect {
                Dialect::Sqlite => write!(text, "{before}(SELECT value FROM json_each(${number}))"),
                // An index is asked for the whole list at once; a join with its rows would have to be planned.
                Dialect::Postgres => match (before.strip_suffix("NOT IN "), before.strip_suffix("IN ")) {
                    (Some(before), _) => write!(text, "{before}<> ALL (${number})"),
                    (None, Some(before)) => write!(text, "{before}= ANY (${number})"),
                    (None, None) => write!(text, "{before}(SELECT unnest(${number}))"),
                },
            };
            from = at;
        }
        text.push_str(&self.text[from..]);
        Cow::Owned(text)
    }
}

/// `head VALUES (…), (…), … tail` with `shared` arguments that every row uses and arguments of its own for each row.
///
/// `row` is the text of one row in which `#1…#n` stand for the row's own arguments and `$1…` for the shared ones, as in
/// `($1, #1, #2, $2)`. PostgreSQL gets one statement for all rows, which saves round trips. SQLite gets a prepared one
/// that is run for each row: it has none to save, and takes long over a statement of 10,000 placeholders.
#[derive(Debug)]
pub struct BulkInsert {
    head: &'static str,
    row: &'static str,
    tail: &'static str,
    shared: Args,
    own: Args,
    rows: usize,
}

impl BulkInsert {
    /// An insert without rows.
    pub fn new(head: &'static str, row: &'static str, tail: &'static str, shared: Args) -> Self {
        BulkInsert {
            head,
            row,
            tail,
            shared,
            own: Args::new(),
            rows: 0,
        }
    }

    /// Adds one row; each has the same number of arguments.
    pub fn push<const N: usize>(&mut self, own: [Arg; N]) {
        self.own.extend(own);
        self.rows += 1;
    }

    /// Whether it has no row; such an insert must not be run.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether it has one row: then its text is always the same.
    pub(crate) fn is_single(&self) -> bool {
        self.rows == 1
    }

    /// The text for one row, the arguments of all rows, and the arguments of each.
    pub(crate) fn single(&self, returning: &'static str) -> (String, &Args, impl Iterator<Item = &[Arg]>) {
        let mut text = format!("{} VALUES ", self.head);
        self.push_row(&mut text, self.shared.len());
        let _ = write!(text, " {} {returning}", self.tail);
        let width = self.own.len().checked_div(self.rows).unwrap_or(0).max(1);
        (text, &self.shared, self.own.chunks(width))
    }

    /// Text and arguments of one statement for all rows.
    pub(crate) fn whole(self, returning: &'static str) -> (String, Args) {
        let width = self.own.len().checked_div(self.rows).unwrap_or(0);
        let mut text = format!("{} VALUES ", self.head);
        for row in 0..self.rows {
            if row > 0 {
                text.push(',');
            }
            self.push_row(&mut text, self.shared.len() + row * width);
        }
        let _ = write!(text, " {} {returning}", self.tail);
        let mut args = self.shared;
        args.extend(self.own);
        (text, args)
    }

    /// One row, its own arguments behind the first `before`.
    fn push_row(&self, text: &mut String, before: usize) {
        let mut rest = self.row;
        while let Some(at) = rest.find('#') {
            text.push_str(&rest[..at]);
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = rest[at + 1..at + 1 + digits].parse().unwrap_or(1);
            let _ = write!(text, "${}", before + number);
            rest = &rest[at + 1 + digits..];
        }
        text.push_str(rest);
    }
}

/// A statement in parts: constant text with `?` where an argument goes.
#[derive(Debug, Default)]
pub struct Parts {
    text: String,
    lists: Vec<(usize, usize)>,
    args: Args,
}

impl Parts {
    /// Starts with constant text.
    pub fn new(text: &'static str, args: Args) -> Self {
        let mut parts = Parts::default();
        parts.push(text, args);
        parts
    }

    /// Appends constant text; each `?` in it takes the next of `args`.
    pub fn push(&mut self, text: &'static str, args: Args) -> &mut Self {
        let mut number = self.args.len();
        for piece in text.split_inclusive('?') {
            if let Some(piece) = piece.strip_suffix('?') {
                number += 1;
                self.text.push_str(piece);
                let _ = write!(self.text, "${number}");
            } else {
                self.text.push_str(piece);
            }
        }
        debug_assert_eq!(
            number,
            self.args.len() + args.len(),
            "placeholders and arguments in: {text}"
        );
        self.args.extend(args);
        self
    }

    /// Appends a list of these numbers, for `IN` and `NOT IN`. An empty one has nothing in it.
    pub fn push_list(&mut self, ids: &[i64]) -> &mut Self {
        // Most lists are of one number; taking a list apart costs more than the row that it leads to.
        if let [id] = ids {
            return self.push("(?)", vec![Arg::from(*id)]);
        }
        self.args.push(Arg::Ints(ids.to_vec()));
        self.lists.push((self.text.len(), self.args.len()));
        self
    }

    /// Puts constant text without placeholders before all others.
    pub fn put_before(&mut self, text: &'static str) -> &mut Self {
        debug_assert!(!text.contains('?'), "a placeholder in: {text}");
        self.text.insert_str(0, text);
        self.lists.iter_mut().for_each(|(at, _)| *at += text.len());
        self
    }

    /// Text and arguments.
    pub fn finish(self) -> (Sql, Args) {
        let sql = Sql {
            text: Cow::Owned(self.text),
            lists: self.lists,
        };
        (sql, self.args)
    }
}

/// A statement over a list: what stands before it, the list, what stands behind it.
pub fn over(before: &'static str, ids: &[i64], behind: &'static str) -> (Sql, Args) {
    let mut parts = Parts::new(before, Args::new());
    parts.push_list(ids).push(behind, Args::new());
    parts.finish()
}

/// Escapes `%`, `_` and `\` in a user's text for `LIKE … ESCAPE '\'`.
pub fn like_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn bulk_rows_number_their_own_placeholders_and_share_the_rest() {
        let mut insert = BulkInsert::new(
            "INSERT INTO t (a, b, c)",
            "($1, #1, #2)",
            "ON CONFLICT DO NOTHING",
            args![7],
        );
        insert.push([1.into(), "x".into()]);
        insert.push([2.into(), "y".into()]);
        let (text, shared, own) = insert.single("RETURNING id");
        assert_eq!(
            text,
            "INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id"
        );
        assert_eq!(
            (shared.len(), own.map(<[Arg]>::len).collect::<Vec<_>>()),
            (1, vec![2, 2])
        );
        let (text, args) = insert.whole("");
        assert_eq!(
            text,
            "INSERT INTO t (a, b, c) VALUES ($1, $2, $3),($1, $4, $5) ON CONFLICT DO NOTHING "
        );
        assert_eq!(args.len(), 5);
    }

    #[test]
    fn parts_number_placeholders_and_lists_in_order() {
        let mut parts = Parts::new("SELECT 1 WHERE a = ?", args![1]);
        parts
            .push(" AND b IN ", args![])
            .push_list(&[3, 4])
            .push(" AND c = ?", args!["x"]);
        let (sql, args) = parts.finish();
        assert_eq!(args.len(), 3);
        assert_eq!(
            sql.clone().text(Dialect::Sqlite),
            "SELECT 1 WHERE a = $1 AND b IN (SELECT value FROM json_each($2)) AND c = $3"
        );
        assert_eq!(
            sql.text(Dialect::Postgres),
            "SELECT 1 WHERE a = $1 AND b = ANY ($2) AND c = $3"
        );
        let (sql, _) = over("SELECT 1 WHERE a NOT IN ", &[3, 4], "");
        assert_eq!(sql.text(Dialect::Postgres), "SELECT 1 WHERE a <> ALL ($1)");
    }

    #[test]
    fn sec_206_like_wildcards_of_the_user_are_text() {
        assert_eq!(like_escape(r"50%_\"), r"50\%\_\\");
    }
}
