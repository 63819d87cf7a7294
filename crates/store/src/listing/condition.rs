//! What a filter's line, and a column to sort by, are in SQL.

use super::Scope;
use super::by_code_points;
use super::column::{Column, DataField, Kind};
use super::filter::{Candidates, Comparison, Number, Predicate, Test};
use crate::args;
use crate::args::{Arg, Args};
use crate::builder::{Parts, like_escape};
use crate::db::Dialect;
use crate::task_fields::TEXT_KEY;
use crate::text_index::{CHARACTERS, trigrams};

/// Asked of the task's own row before its annotations are looked for: most tasks of a young project have none.
const ANNOTATED: &str = "(task.total_annotations > 0 OR task.cancelled_annotations > 0)";

/// Appends conditions and sort keys to a statement.
pub(super) struct Writer<'a> {
    pub(super) parts: &'a mut Parts,
    pub(super) scope: &'a Scope,
    pub(super) dialect: Dialect,
    /// The statement is done when it has found some tasks.
    pub(super) only_some: bool,
}

impl Writer<'_> {
    pub(super) fn push(&mut self, text: &'static str, args: Args) {
        self.parts.push(text, args);
    }

    /// A question, and which tasks can pass it.
    pub(super) fn line(&mut self, test: &Test) {
        match &test.candidates {
            Candidates::Few(ids) => {
                self.push("task.id IN ", args![]);
                self.parts.push_list(ids);
                self.push(" AND ", args![]);
            }
            Candidates::Many if self.only_some => {}
            Candidates::Many | Candidates::Unknown => {
                if let (Column::Data(field), Predicate::Contains(text, false)) = (&test.column, &test.predicate) {
                    self.in_text_index(field, text);
                }
            }
        }
        self.test(test);
    }

    /// A question as a condition in brackets.
    fn test(&mut self, test: &Test) {
        let column = &test.column;
        match &test.predicate {
            Predicate::Never => self.push("0 = 1", args![]),
            Predicate::Compare(comparison, value, negated) => {
                self.opened(column, *negated);
                self.value(column);
                self.push(
                    match comparison {
                        Comparison::Equal => " = ?",
                        Comparison::Less => " < ?",
                        Comparison::Greater => " > ?",
                        Comparison::LessOrEqual => " <= ?",
                        Comparison::GreaterOrEqual => " >= ?",
                    },
                    vec![arg(*value)],
                );
                self.closed(column, *negated);
            }
            Predicate::Between(low, high, negated) => {
                self.opened(column, *negated);
                self.value(column);
                self.push(" BETWEEN ? AND ?", vec![arg(*low), arg(*high)]);
                self.closed(column, *negated);
            }
            Predicate::OneOf(values, negated) => {
                self.opened(column, *negated);
                self.any(values, |writer, value| {
                    writer.value(column);
                    writer.push(" = ?", vec![arg(*value)]);
                });
                self.closed(column, *negated);
            }
            Predicate::Is(wanted) => {
                self.push(if *wanted { "(" } else { "NOT (" }, args![]);
                self.boolean(column);
                self.push(")", args![]);
            }
            Predicate::Contains(text, negated) if column.kind() == Kind::Results => {
                self.results(column, *negated, " AND instr(", ".result, ?) > 0)", args![text]);
            }
            Predicate::Equal(text, negated) if column.kind() == Kind::Results => {
                self.results(column, *negated, " AND labelkeep_same(", ".result, ?))", args![text]);
            }
            Predicate::Matches(pattern) if column.kind() == Kind::Results => {
                self.results(column, false, " AND labelkeep_matches(", ".result, ?))", args![pattern]);
            }
            Predicate::Contains(text, negated) => self.contains(column, text, *negated),
            Predicate::Equal(text, negated) => {
                self.opened(column, *negated);
                self.text(column);
                self.push(" = ?", args![text]);
                self.closed(column, *negated);
            }
            Predicate::TextOneOf(values, negated) => {
                self.opened(column, *negated);
                self.any(values, |writer, value| {
                    writer.text(column);
                    writer.push(" = ?", args![value]);
                });
                self.closed(column, *negated);
            }
            Predicate::Matches(pattern) => {
                self.push("labelkeep_matches(", args![]);
                self.text(column);
                self.push(", ?)", args![pattern]);
            }
            Predicate::Has(ids, negated) => self.has(column, ids, *negated),
            Predicate::HasVersion(versions, negated) => {
                self.push(if *negated { "NOT (" } else { "(" }, args![]);
                self.any(versions, |writer, version| {
                    writer.push(
                        "EXISTS (SELECT 1 FROM prediction WHERE task.total_predictions > 0 AND prediction.task_id = task.id
                            AND instr(prediction.model_version, ?) > 0)",
                        args![version],
                    );
                });
                self.push(")", args![]);
            }
            Predicate::Empty(wanted) => self.empty(column, *wanted),
        }
    }

    /// A negation holds where the positive form does not, also where it is null.
    fn opened(&mut self, column: &Column, negated: bool) {
        if !negated {
            self.push("(", args![]);
        } else if is_data_number(column) {
            self.push("(", args![]);
            self.value(column);
            self.push(" IS NOT NULL AND NOT (", args![]);
        } else {
            self.push("(NOT COALESCE(", args![]);
        }
    }

    fn closed(&mut self, column: &Column, negated: bool) {
        self.push(
            match (negated, is_data_number(column)) {
                (false, _) => ")",
                (true, true) => "))",
                (true, false) => ", FALSE))",
            },
            args![],
        );
    }

    /// One of these holds; with none of them nothing does.
    fn any<T>(&mut self, values: &[T], mut one: impl FnMut(&mut Self, &T)) {
        if values.is_empty() {
            self.push("0 = 1", args![]);
        }
        for (index, value) in values.iter().enumerate() {
            self.push(if index > 0 { " OR " } else { "" }, args![]);
            one(self, value);
        }
    }

    /// A number or a time.
    fn value(&mut self, column: &Column) {
        let own = self.scope.only_own;
        match (column, own) {
            (Column::Id, _) => self.push("task.id", args![]),
            (Column::InnerId, _) => self.push("task.inner_id", args![]),
            (Column::Overlap, _) => self.push("task.overlap", args![]),
            (Column::CreatedAt, _) => self.push("task.created_at", args![]),
            (Column::UpdatedAt, _) => self.push("task.updated_at", args![]),
            (Column::TotalPredictions, _) => self.push("task.total_predictions", args![]),
            (Column::TotalAnnotations, None) => self.push("task.total_annotations", args![]),
            (Column::TotalAnnotations, Some(own)) => self.push(
                "(SELECT COUNT(*) FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?
                    AND NOT annotation.was_cancelled)",
                args![own],
            ),
            (Column::CancelledAnnotations, None) => self.push("task.cancelled_annotations", args![]),
            (Column::CancelledAnnotations, Some(own)) => self.push(
                "(SELECT COUNT(*) FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?
                    AND annotation.was_cancelled)",
                args![own],
            ),
            (Column::CompletedAt, own) => {
                self.push("CASE WHEN ", args![]);
                self.boolean(&Column::IsLabeled);
                self.push(
                    " THEN (SELECT annotation.created_at FROM annotation WHERE annotation.task_id = task.id",
                    args![],
                );
                self.narrowed(own);
                self.push(" ORDER BY annotation.id DESC LIMIT 1) END", args![]);
            }
            (Column::AverageLeadTime, own) => {
                self.push("(SELECT AVG(annotation.lead_time) FROM annotation WHERE ", args![]);
                self.push(ANNOTATED, args![]);
                self.push(" AND annotation.task_id = task.id", args![]);
                self.narrowed(own);
                self.push(")", args![]);
            }
            (Column::PredictionsScore, _) => {
                self.push(
                    "(SELECT AVG(prediction.score) FROM prediction WHERE task.total_predictions > 0 AND prediction.task_id = task.id",
                    args![],
                );
                if let Some(version) = &self.scope.model_version {
                    self.parts.push(" AND prediction.model_version = ?", args![version]);
                }
                self.push(")", args![]);
            }
            (Column::Data(field), _) => {
                self.push("labelkeep_number(", args![]);
                self.field(field);
                self.push(")", args![]);
            }
            _ => self.push("NULL", args![]),
        }
    }

    fn narrowed(&mut self, own: Option<i64>) {
        if let Some(own) = own {
            self.push(" AND annotation.completed_by = ?", args![own]);
        }
    }

    fn boolean(&mut self, column: &Column) {
        match (column, self.scope.only_own) {
            (Column::IsLabeled, None) => self.push("task.is_labeled", args![]),
            (Column::IsLabeled, Some(own)) => self.push(
                "EXISTS (SELECT 1 FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?
                    AND NOT annotation.was_cancelled)",
                args![own],
            ),
            (Column::GroundTruth, None) => self.push("task.ground_truths > 0", args![]),
            (Column::GroundTruth, Some(own)) => self.push(
                "EXISTS (SELECT 1 FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?
                    AND annotation.ground_truth)",
                args![own],
            ),
            (Column::AllowSkip, _) => self.push("task.allow_skip", args![]),
            (Column::DraftExists, None) => {
                self.push("EXISTS (SELECT 1 FROM draft WHERE draft.task_id = task.id)", args![])
            }
            (Column::DraftExists, Some(own)) => self.push(
                "EXISTS (SELECT 1 FROM draft WHERE draft.task_id = task.id AND draft.account_id = ?)",
                args![own],
            ),
            _ => self.push("0 = 1", args![]),
        }
    }

    fn text(&mut self, column: &Column) {
        match column {
            Column::FileUpload => self.push(
                "(SELECT file_upload.name FROM file_upload WHERE file_upload.id = task.file_upload_id)",
                args![],
            ),
            Column::StorageFilename => self.push(
                "(SELECT storage_task.object_key FROM storage_task WHERE storage_task.task_id = task.id
                    ORDER BY storage_task.storage_id LIMIT 1)",
                args![],
            ),
            Column::Data(field) => self.field(field),
            _ => self.push("CAST(NULL AS TEXT)", args![]),
        }
    }

    fn field(&mut self, field: &DataField) {
        if field.or_undefined {
            self.push(
                "COALESCE(labelkeep_field(task.data, ?), labelkeep_field(task.data, '$undefined$'))",
                args![&field.key],
            );
        } else {
            self.push("labelkeep_field(task.data, ?)", args![&field.key]);
        }
    }

    /// A text contains another, whatever the case.
    fn contains(&mut self, column: &Column, text: &str, negated: bool) {
        let folded = crate::sqlite_functions::fold(text);
        self.opened(column, negated);
        self.push("instr(labelkeep_fold(", args![]);
        self.text(column);
        self.push("), ?) > 0", args![folded]);
        self.closed(column, negated);
    }

    /// What the text index has, and what is not in it yet; the condition behind it decides.
    fn in_text_index(&mut self, field: &DataField, text: &str) {
        let folded = crate::sqlite_functions::fold(text);
        let Some(index) = field.text_index.filter(|_| folded.chars().count() >= CHARACTERS) else {
            return;
        };
        match self.dialect {
            Dialect::Sqlite => self.push(
                "(task.id > ? OR task.id IN (SELECT rowid FROM task_text WHERE task_text MATCH ? AND rowid BETWEEN ? AND ?)) AND ",
                args![index.until, trigrams(&folded), index.from, index.until],
            ),
            Dialect::Postgres => self.push(
                "(task.id > ? OR task.id IN (SELECT task_text.task_id FROM task_text
                    WHERE task_text.project_id = ? AND task_text.content LIKE ?)) AND ",
                args![
                    index.until,
                    self.scope.project_id,
                    format!("%{}%", like_escape(&folded))
                ],
            ),
        }
    }

    /// A question to each result of a task: there is one for which it holds, or there is none.
    fn results(&mut self, column: &Column, negated: bool, before: &'static str, behind: &'static str, args: Args) {
        let own = self.scope.only_own;
        self.push(if negated { "NOT EXISTS (" } else { "EXISTS (" }, args![]);
        if *column == Column::PredictionsResults {
            self.push(
                "SELECT 1 FROM prediction WHERE task.total_predictions > 0 AND prediction.task_id = task.id",
                args![],
            );
            self.push(before, args![]);
            self.push("prediction", args![]);
        } else {
            self.push("SELECT 1 FROM annotation WHERE ", args![]);
            self.push(ANNOTATED, args![]);
            self.push(" AND annotation.task_id = task.id", args![]);
            self.narrowed(own);
            self.push(before, args![]);
            self.push("annotation", args![]);
        }
        self.push(behind, args);
    }

    fn has(&mut self, column: &Column, ids: &[i64], negated: bool) {
        let own = self.scope.only_own;
        self.push(if negated { "NOT COALESCE(" } else { "(" }, args![]);
        match column {
            Column::UpdatedBy => {
                self.push("task.updated_by IN ", args![]);
                self.parts.push_list(ids);
            }
            Column::Assigned => {
                self.push(
                    "EXISTS (SELECT 1 FROM task_assignment WHERE task_assignment.task_id = task.id
                        AND task_assignment.kind = 'AN' AND task_assignment.account_id IN ",
                    args![],
                );
                self.parts.push_list(ids);
                self.push(")", args![]);
            }
            Column::Annotators | Column::AnnotationsIds => {
                self.push("EXISTS (SELECT 1 FROM annotation WHERE ", args![]);
                self.push(ANNOTATED, args![]);
                self.push(" AND annotation.task_id = task.id", args![]);
                self.narrowed(own);
                self.push(
                    if *column == Column::Annotators {
                        " AND annotation.completed_by IN "
                    } else {
                        " AND annotation.id IN "
                    },
                    args![],
                );
                self.parts.push_list(ids);
                self.push(")", args![]);
            }
            _ => self.push("0 = 1", args![]),
        }
        self.push(if negated { ", FALSE)" } else { ")" }, args![]);
    }

    fn empty(&mut self, column: &Column, wanted: bool) {
        match (column.kind(), column) {
            (
                _,
                Column::TotalAnnotations | Column::CancelledAnnotations | Column::TotalPredictions,
            ) => {
                self.value(column);
                self.push(if wanted { " = 0" } else { " <> 0" }, args![]);
            }
            (Kind::Number | Kind::Time, _) => {
                self.push("(", args![]);
                self.value(column);
                self.push(if wanted { ") IS NULL" } else { ") IS NOT NULL" }, args![]);
            }
            (Kind::Text, _) => {
                self.push(if wanted { "COALESCE(" } else { "NOT COALESCE(" }, args![]);
                self.text(column);
                self.push(" = '', TRUE)", args![]);
            }
            (Kind::Boolean, _) => {
                self.push(if wanted { "NOT (" } else { "(" }, args![]);
                self.boolean(column);
                self.push(")", args![]);
            }
            (Kind::Results, _) => {
                // What is written as an empty list, with blanks or without.
                let pattern = r"^\s*\[\s*\]\s*$";
                self.results(column, wanted, " AND NOT labelkeep_matches(", ".result, ?))", args![pattern]);
            }
            (Kind::Versions, _) => self.push(
                if wanted {
                    "NOT EXISTS (SELECT 1 FROM prediction WHERE task.total_predictions > 0 AND prediction.task_id = task.id
                        AND prediction.model_version <> '')"
                } else {
                    "EXISTS (SELECT 1 FROM prediction WHERE task.total_predictions > 0 AND prediction.task_id = task.id
                        AND prediction.model_version <> '')"
                },
                args![],
            ),
            (Kind::People, Column::UpdatedBy) => self.push(
                if wanted {
                    "task.updated_by IS NULL"
                } else {
                    "task.updated_by IS NOT NULL"
                },
                args![],
            ),
            (Kind::People, Column::Assigned) => self.push(
                if wanted {
                    "NOT EXISTS (SELECT 1 FROM task_assignment WHERE task_assignment.task_id = task.id AND task_assignment.kind = 'AN')"
                } else {
                    "EXISTS (SELECT 1 FROM task_assignment WHERE task_assignment.task_id = task.id AND task_assignment.kind = 'AN')"
                },
                args![],
            ),
            (Kind::People | Kind::Ids, _) => {
                let own = self.scope.only_own;
                self.push(
                    if wanted {
                        "NOT EXISTS (SELECT 1 FROM annotation WHERE "
                    } else {
                        "EXISTS (SELECT 1 FROM annotation WHERE "
                    },
                    args![],
                );
                self.push(ANNOTATED, args![]);
                self.push(" AND annotation.task_id = task.id", args![]);
                self.narrowed(own);
                self.push(")", args![]);
            }
        }
    }

    /// What decides the place of a task.
    pub(super) fn key(&mut self, column: &Column) {
        match column.kind() {
            Kind::Number | Kind::Time => {
                self.push("(", args![]);
                self.value(column);
                self.push(")", args![]);
            }
            Kind::Boolean => {
                self.push("CASE WHEN ", args![]);
                self.boolean(column);
                self.push(" THEN 1 ELSE 0 END", args![]);
            }
            _ => {
                self.push("substr(", args![]);
                self.text(column);
                self.push(", 1, CAST(? AS INTEGER))", args![TEXT_KEY as i64]);
                self.push(by_code_points(self.dialect), args![]);
            }
        }
    }
}

fn is_data_number(column: &Column) -> bool {
    matches!(column, Column::Data(field) if field.as_number)
}

pub(super) fn arg(number: Number) -> Arg {
    match number {
        Number::Whole(number) => Arg::from(number),
        Number::Real(number) => Arg::from(number),
    }
}
