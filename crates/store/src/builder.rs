//! The one place where SQL text is assembled (SEC-206): constants, placeholders and numbers of our own, never a value.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::args::{Arg, Args};

/// A statement's text. A `&'static str` becomes one by itself; anything else comes from this module.
#[derive(Debug, Clone)]
pub struct Sql(pub(crate) Cow<'static, str>);

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql(Cow::Borrowed(text))
    }
}

/// `head VALUES (…), (…), …` with `shared` arguments that every row uses and `columns` arguments of its own for each row.
///
/// `row` is the text of one row in which `#1…#n` stand for the row's own arguments and `$1…` for the shared ones, as in
/// `($1, #1, #2, $2)`. Both databases take a numbered placeholder several times, so that a value which
/// all rows share is bound once: binding is a third of the cost of a bulk insert.
pub struct BulkInsert {
    text: String,
    args: Args,
    row: &'static str,
    rows: usize,
    tail: &'static str,
}

impl BulkInsert {
    /// An insert without rows.
    pub fn new(head: &'static str, row: &'static str, tail: &'static str, shared: Args) -> Self {
        BulkInsert {
            text: format!("{head} VALUES "),
            args: shared,
            row,
            rows: 0,
            tail,
        }
    }

    /// Adds one row.
    pub fn push(&mut self, own: impl IntoIterator<Item = Arg>) {
        if self.rows > 0 {
            self.text.push(',');
        }
        let first = self.args.len();
        let mut rest = self.row;
        while let Some(at) = rest.find('#') {
            self.text.push_str(&rest[..at]);
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = rest[at + 1..at + 1 + digits].parse().unwrap_or(1);
            let _ = write!(self.text, "${}", first + number);
            rest = &rest[at + 1 + digits..];
        }
        self.text.push_str(rest);
        self.args.extend(own);
        self.rows += 1;
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether it has no row; such an insert must not be run.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Text and arguments.
    pub fn finish(mut self) -> (Sql, Args) {
        self.text.push(' ');
        self.text.push_str(self.tail);
        (Sql(Cow::Owned(self.text)), self.args)
    }
}

/// A statement in parts: constant text with `?` where an argument goes.
#[derive(Debug, Default)]
pub struct Parts {
    text: String,
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

    /// Appends `(?, ?, …)` with these numbers; an empty list becomes `(NULL)`, which matches nothing.
    pub fn push_list(&mut self, ids: &[i64]) -> &mut Self {
        self.text.push('(');
        if ids.is_empty() {
            self.text.push_str("NULL");
        }
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            // A number of ours needs no placeholder, and a statement with 1,000 of them no re-planning.
            let _ = write!(self.text, "{id}");
        }
        self.text.push(')');
        self
    }

    /// Text and arguments.
    pub fn finish(self) -> (Sql, Args) {
        (Sql(Cow::Owned(self.text)), self.args)
    }
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
        let mut insert = BulkInsert::new("INSERT INTO t (a, b, c)", "($1, #1, #2)", "RETURNING id", args![7]);
        insert.push(args![1, "x"]);
        insert.push(args![2, "y"]);
        let (sql, args) = insert.finish();
        assert_eq!(
            sql.0,
            "INSERT INTO t (a, b, c) VALUES ($1, $2, $3),($1, $4, $5) RETURNING id"
        );
        assert_eq!(args.len(), 5);
    }

    #[test]
    fn parts_number_placeholders_in_order() {
        let mut parts = Parts::new("SELECT 1 WHERE a = ?", args![1]);
        parts
            .push(" AND b IN ", args![])
            .push_list(&[3, 4])
            .push(" AND c = ?", args!["x"]);
        assert_eq!(parts.finish().0.0, "SELECT 1 WHERE a = $1 AND b IN (3,4) AND c = $2");
    }

    #[test]
    fn sec_206_like_wildcards_of_the_user_are_text() {
        assert_eq!(like_escape(r"50%_\"), r"50\%\_\\");
    }
}
