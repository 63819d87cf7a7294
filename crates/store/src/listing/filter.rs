//! What may be asked of columns. Every question is typed; [`super::sql`] makes SQL of it.

use super::column::{Column, Kind};

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

/// A number of a filter; whole ones stay whole, so that an index finds them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Number {
    Whole(i64),
    Real(f64),
}

/// A question to a column. Negations hold where their positive form does not, also for what is not there; except for numbers of
/// task data, where what is no number never matches.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Numbers and times: compares so; or not so.
    Compare(Comparison, Number, bool),
    /// Numbers and times: lies between both, which belong to it; or does not.
    Between(Number, Number, bool),
    /// Numbers and times: is one of these; or is none.
    OneOf(Vec<Number>, bool),
    /// Booleans: is so.
    Is(bool),
    /// Texts: contains this, whatever the case; results: contains this text of their JSON. Or does not.
    Contains(String, bool),
    /// Texts: is exactly this; results: one of them says the same as this JSON. Or is not.
    Equal(String, bool),
    /// Texts: is one of these; or is none.
    TextOneOf(Vec<String>, bool),
    /// Texts and results: the pattern is found.
    Matches(String),
    /// People, ids: one of these is there; or none is.
    Has(Vec<i64>, bool),
    /// Versions: one of the task's contains one of these; or none does.
    HasVersion(Vec<String>, bool),
    /// There is nothing; or there is something. Nothing is null, an empty text, zero annotations or predictions, empty results.
    Empty(bool),
    /// Never holds: what cannot be asked (a pattern that does not compile).
    Never,
}

/// A question to a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The column.
    pub column: Column,
    /// The question.
    pub predicate: Predicate,
    /// The tasks that can pass, as far as [`super::narrow()`] has found out.
    pub candidates: Candidates,
}

/// Which tasks can pass a question, as far as an index says it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Candidates {
    /// No index knows.
    #[default]
    Unknown,
    /// These.
    Few(Vec<i64>),
    /// So many that a page is soon full of them.
    Many,
}

impl Test {
    /// The question, if columns of this kind take it.
    pub fn new(column: Column, predicate: Predicate) -> Option<Test> {
        let fits = match (&predicate, column.kind()) {
            (Predicate::Never | Predicate::Empty(_), _) => true,
            (Predicate::Compare(..) | Predicate::Between(..) | Predicate::OneOf(..), kind) => {
                matches!(kind, Kind::Number | Kind::Time)
            }
            (Predicate::Is(_), kind) => kind == Kind::Boolean,
            (Predicate::Contains(..) | Predicate::Equal(..) | Predicate::Matches(_), kind) => {
                matches!(kind, Kind::Text | Kind::Results)
            }
            (Predicate::TextOneOf(..), kind) => kind == Kind::Text,
            (Predicate::Has(..), kind) => matches!(kind, Kind::People | Kind::Ids),
            (Predicate::HasVersion(..), kind) => kind == Kind::Versions,
        };
        fits.then_some(Test {
            column,
            predicate,
            candidates: Candidates::Unknown,
        })
    }
}

/// One line of a filter: a question, and a second one that must hold, too.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The question.
    pub test: Test,
    /// The second one.
    pub child: Option<Test>,
}

/// How lines are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conjunction {
    /// All hold.
    #[default]
    And,
    /// One holds.
    Or,
}

/// The filter of a list. Without lines every task passes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filters {
    /// How the lines are joined.
    pub conjunction: Conjunction,
    /// The lines.
    pub items: Vec<Item>,
}
