//! From the wire's filters, order and selection to a typed query. Everything here comes from outside: what cannot be read is
//! refused with a text that says where it stands.

use labelkeep_store::listing::{Column, Conjunction, DataField, Filters, Item, Query, Scope, Selection, Test};
use labelkeep_store::projects::ProjectRow;
use serde_json::{Map, Value};

use super::predicate::{predicate, wrong};
use crate::access::Granted;
use crate::{Invalid, Result, Services};

/// What somebody wants to see of a project's tasks, as the wire says it. Each part may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// `{"conjunction", "items"}`
    pub filters: Option<Value>,
    /// `["-tasks:id", …]`
    pub ordering: Option<Value>,
    /// `{"all", "included" | "excluded"}`
    pub selected_items: Option<Value>,
    /// `{"explore": […], "labeling": […]}`: columns that are not shown.
    pub hidden_columns: Option<Value>,
    /// `{"tasks:data.n": "Number"}`: as what data columns are put in order.
    pub display_types: Option<Value>,
}

impl Wanted {
    /// The parts of `query`, a JSON object or its text.
    pub fn of(query: &Value) -> Result<Wanted, Invalid> {
        let Value::Object(parts) = query else {
            return Err(Invalid::field(
                "query",
                "Expected an object with filters, selectedItems and ordering.",
            ));
        };
        let part = |name: &str| parts.get(name).filter(|value| !value.is_null()).cloned();
        Ok(Wanted {
            filters: part("filters"),
            ordering: part("ordering"),
            selected_items: part("selectedItems"),
            hidden_columns: part("hiddenColumns"),
            display_types: part("columnsDisplayType"),
        })
    }

    /// Each part of `self`, else the one of `other`.
    pub fn or(self, other: Wanted) -> Wanted {
        Wanted {
            filters: self.filters.or(other.filters),
            ordering: self.ordering.or(other.ordering),
            selected_items: self.selected_items.or(other.selected_items),
            hidden_columns: self.hidden_columns.or(other.hidden_columns),
            display_types: self.display_types.or(other.display_types),
        }
    }

    /// As JSON, for a job that reads it again.
    pub fn to_json(&self) -> Value {
        let mut parts = Map::new();
        for (name, part) in [
            ("filters", &self.filters),
            ("ordering", &self.ordering),
            ("selectedItems", &self.selected_items),
            ("hiddenColumns", &self.hidden_columns),
            ("columnsDisplayType", &self.display_types),
        ] {
            if let Some(part) = part {
                parts.insert(name.to_owned(), part.clone());
            }
        }
        Value::Object(parts)
    }
}

/// Most lines of a filter.
const LINES: usize = 100;
/// Most entries of an order.
const KEYS: usize = 5;
/// Most tasks that a selection names.
const SELECTED: usize = 200_000;

/// How strictly names of columns are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Every filter names a column with its whole prefix: views are kept.
    Whole,
    /// A filter whose name begins otherwise is ignored.
    Lenient,
}

/// Reads queries of one project for one person.
pub struct Reader {
    scope: Scope,
    /// The one key of the configuration, when tasks may hold their value under `$undefined$`.
    single_key: Option<String>,
}

impl Reader {
    /// For the person who was granted the project.
    pub fn new(services: &Services, project: &Granted<ProjectRow>) -> Result<Reader> {
        let row = project.row();
        Reader::of(services, row, project.only_own(), project.assigned_only())
    }

    /// For somebody of whom it is known what they see.
    pub(crate) fn of(
        services: &Services,
        row: &ProjectRow,
        only_own: Option<i64>,
        assigned_to: Option<i64>,
    ) -> Result<Reader> {
        let config = crate::projects::config(services, row)?;
        Ok(Reader {
            scope: Scope {
                project_id: row.id,
                only_own,
                assigned_to,
                model_version: row.model_version.clone(),
                result_index: None,
            },
            single_key: match config.data_keys() {
                [key] => Some(key.clone()),
                _ => None,
            },
        })
    }

    /// The query.
    pub fn read(&self, wanted: &Wanted, names: Names) -> Result<Query, Invalid> {
        Ok(Query {
            scope: self.scope.clone(),
            filters: match &wanted.filters {
                Some(filters) => self.filters(filters, names)?,
                None => Filters::default(),
            },
            selection: match &wanted.selected_items {
                Some(selected) => selection(selected)?,
                None => Selection::All,
            },
            order: match &wanted.ordering {
                Some(ordering) => self.order(ordering, wanted.display_types.as_ref())?,
                None => Vec::new(),
            },
            span: None,
        })
    }

    fn filters(&self, filters: &Value, names: Names) -> Result<Filters, Invalid> {
        let Value::Object(parts) = filters else {
            return Err(wrong("Expected an object with conjunction and items."));
        };
        let conjunction = match parts.get("conjunction").and_then(Value::as_str) {
            Some("or") => Conjunction::Or,
            Some("and") | None => Conjunction::And,
            Some(other) => return Err(wrong(format!("\"{other}\" is no conjunction: \"and\" or \"or\"."))),
        };
        let none = Vec::new();
        let lines = match parts.get("items") {
            Some(Value::Array(lines)) => lines,
            Some(Value::Null) | None => &none,
            Some(_) => return Err(wrong("items: expected a list.")),
        };
        if lines.len() > LINES {
            return Err(wrong(format!("At most {LINES} lines.")));
        }
        let mut items = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let placed = |error: Invalid| wrong(format!("items[{index}]: {}", first_text(&error)));
            let Some(test) = self.line(line, names).map_err(placed)? else {
                continue;
            };
            let child = match line.get("child_filter") {
                Some(child) if !child.is_null() => self.line(child, names).map_err(placed)?,
                _ => None,
            };
            items.push(Item { test, child });
        }
        Ok(Filters { conjunction, items })
    }

    /// One question; none when it is ignored.
    fn line(&self, line: &Value, names: Names) -> Result<Option<Test>, Invalid> {
        let Value::Object(parts) = line else {
            return Err(wrong("Expected an object."));
        };
        if parts.is_empty() {
            return Ok(None);
        }
        let text = |name: &str| parts.get(name).and_then(Value::as_str);
        let Some(name) = text("filter") else {
            return Err(wrong("filter: this field is required."));
        };
        let Some(name) = name.strip_prefix("filter:tasks:") else {
            if names == Names::Whole {
                return Err(wrong("A filter begins with \"filter:tasks:\"."));
            }
            return Ok(None);
        };
        let operator = text("operator").ok_or_else(|| wrong("operator: this field is required."))?;
        let kind = text("type").ok_or_else(|| wrong("type: this field is required."))?;
        let value = parts.get("value").unwrap_or(&Value::Null);
        let column = self.column(name, kind == "Number")?;
        if value.is_null() {
            return Ok(None);
        }
        let predicate = predicate(&column, operator, value)?;
        let unfit = || {
            wrong(format!(
                "Not supported filter type: {name} cannot be asked for \"{operator}\"."
            ))
        };
        Ok(Some(Test::new(column, predicate).ok_or_else(unfit)?))
    }

    /// The column of a name without prefix.
    fn column(&self, name: &str, as_number: bool) -> Result<Column, Invalid> {
        if let Some(key) = name.strip_prefix("data.") {
            return Ok(Column::Data(DataField {
                or_undefined: self.single_key.as_deref() == Some(key),
                key: key.to_owned(),
                as_number,
                index: None,
                text_index: None,
            }));
        }
        let name = match name {
            "annotations__completed_by" => "annotators",
            "updated_by__active_organization" => "updated_by",
            name => name,
        };
        if name.contains("__") {
            return Err(wrong(format!(
                "\"__\" is not generally allowed in filters. Consider asking your administrator to add \"{name}\" to \
                 DATA_MANAGER_FILTER_ALLOWLIST, but note that some filter expressions may pose a security risk"
            )));
        }
        Column::built_in(name)
            .filter(|column| self.scope.only_own.is_none() || !column.names_others())
            .ok_or_else(|| wrong(format!("There is no column \"{name}\".")))
    }

    fn order(&self, ordering: &Value, display_types: Option<&Value>) -> Result<Vec<(Column, bool)>, Invalid> {
        let entries: Vec<&str> = match ordering {
            Value::String(one) => vec![one],
            Value::Array(list) => list
                .iter()
                .map(|entry| entry.as_str().ok_or_else(|| wrong_order("Expected texts.")))
                .collect::<Result<_, _>>()?,
            _ => return Err(wrong_order("Expected a list of texts.")),
        };
        let mut order = Vec::new();
        for entry in entries.into_iter().filter(|entry| !entry.is_empty()) {
            let (entry, first) = entry.strip_prefix('-').map_or((entry, false), |rest| (rest, true));
            let name = entry.strip_prefix("tasks:").unwrap_or(entry);
            let (name, second) = name.strip_prefix('-').map_or((name, false), |rest| (rest, true));
            let as_number = display_types.is_some_and(|types| {
                let key = name.strip_prefix("data.").unwrap_or(name);
                [format!("tasks:{name}"), name.to_owned(), key.to_owned()]
                    .iter()
                    .any(|name| types.get(name).and_then(Value::as_str) == Some("Number"))
            });
            let column = self
                .column(name, as_number)
                .map_err(|error| wrong_order(first_text(&error)))?;
            if !column.is_orderable() {
                return Err(wrong_order(format!("Lists cannot be put in the order of \"{name}\".")));
            }
            order.push((column, first || second));
        }
        if order.len() > KEYS {
            return Err(wrong_order(format!("At most {KEYS} columns.")));
        }
        Ok(order)
    }
}

fn wrong_order(text: impl Into<String>) -> Invalid {
    Invalid::field("ordering", text)
}

fn first_text(error: &Invalid) -> String {
    error
        .fields
        .first()
        .and_then(|(_, texts)| texts.first())
        .cloned()
        .unwrap_or_default()
}

/// `selectedItems`, also as its text.
fn selection(selected: &Value) -> Result<Selection, Invalid> {
    let wrong = |text: &str| Invalid::field("selectedItems", text);
    let parsed;
    let selected = match selected {
        Value::String(text) => {
            parsed = serde_json::from_str(text).map_err(|_| wrong("This is no JSON."))?;
            &parsed
        }
        other => other,
    };
    let shape = "selectedItems must be dict: {\"all\": [true|false], \"excluded | included\": [...task_ids...]}";
    let Value::Object(parts) = selected else {
        return Err(wrong(shape));
    };
    let ids = |name: &str| -> Result<Vec<i64>, Invalid> {
        match parts.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() > SELECTED => {
                Err(wrong(&format!("Name at most {SELECTED} tasks, or all but some.")))
            }
            Some(Value::Array(list)) => list
                .iter()
                .map(|id| id.as_i64().ok_or_else(|| wrong("Ids of tasks are whole numbers.")))
                .collect(),
            Some(_) => Err(wrong(shape)),
        }
    };
    let (included, excluded) = (ids("included")?, ids("excluded")?);
    match parts.get("all").and_then(Value::as_bool) {
        Some(true) if included.is_empty() => Ok(if excluded.is_empty() {
            Selection::All
        } else {
            Selection::AllBut(excluded)
        }),
        // Nothing included is no restriction: pages never send an action with it.
        Some(false) | None if excluded.is_empty() => Ok(if included.is_empty() {
            Selection::All
        } else {
            Selection::Only(included)
        }),
        _ => Err(wrong(shape)),
    }
}

#[cfg(test)]
mod tests {
    use labelkeep_store::listing::{Comparison, Number, Predicate};

    use super::*;
    use serde_json::json;

    fn reader(only_own: Option<i64>) -> Reader {
        Reader {
            scope: Scope {
                project_id: 1,
                only_own,
                assigned_to: None,
                model_version: None,
                result_index: None,
            },
            single_key: Some("text".to_owned()),
        }
    }

    fn filters(item: Value) -> Result<Filters, Invalid> {
        reader(None).filters(&json!({ "conjunction": "and", "items": [item] }), Names::Whole)
    }

    #[test]
    fn values_are_read_by_the_kind_of_the_column() {
        let one = |name: &str, operator: &str, kind: &str, value: Value| {
            filters(
                json!({ "filter": format!("filter:tasks:{name}"), "operator": operator, "type": kind, "value": value }),
            )
            .map(|filters| filters.items[0].test.predicate.clone())
        };
        let whole = Number::Whole;
        assert_eq!(
            one("id", "in", "Number", json!({ "min": 1, "max": "2" })),
            Ok(Predicate::Between(whole(1), whole(2), false))
        );
        assert_eq!(
            one("id", "not_in", "Number", json!({ "min": 1, "max": null })),
            Ok(Predicate::Compare(Comparison::GreaterOrEqual, whole(1), true))
        );
        assert_eq!(
            one("created_at", "less", "Datetime", json!("1970-01-01T00:00:01.5Z")),
            Ok(Predicate::Compare(Comparison::Less, whole(1_500_000), false))
        );
        assert_eq!(
            one("annotations_ids", "contains", "String", json!("1 2,3;4")),
            Ok(Predicate::Has(vec![1, 2, 3, 4], false))
        );
        assert_eq!(
            one("data.n", "equal", "Number", json!("1.5")),
            Ok(Predicate::Compare(Comparison::Equal, Number::Real(1.5), false))
        );
        assert_eq!(one("data.text", "regex", "String", json!("(")), Ok(Predicate::Never));
        assert_eq!(
            one("annotations_results", "not_equal", "String", json!("{")),
            Ok(Predicate::Never)
        );
        for (name, operator, kind, value) in [
            ("annotators", "equal", "List", json!(1)),
            ("id", "contains", "Number", json!("x")),
            ("id", "equal", "Number", json!("x")),
            ("no_such", "equal", "Number", json!(1)),
            ("project__x", "equal", "Number", json!(1)),
            ("draft_exists", "equal", "Boolean", json!("maybe")),
        ] {
            assert!(one(name, operator, kind, value).is_err(), "{name} {operator}");
        }
    }

    #[test]
    fn what_names_others_is_no_column_for_whoever_sees_their_own() {
        let ask = |name: &str| {
            let item =
                json!({ "filter": format!("filter:tasks:{name}"), "operator": "contains", "type": "List", "value": 1 });
            reader(Some(7)).filters(&json!({ "items": [item] }), Names::Lenient)
        };
        assert!(ask("annotators").is_err() && ask("updated_by").is_err() && ask("annotations_ids").is_ok());
    }

    #[test]
    fn orders_and_selections_are_read_in_all_their_spellings() {
        let order = |value: Value| reader(None).order(&value, Some(&json!({ "tasks:data.n": "Number" })));
        for text in ["-tasks:id", "tasks:-id", "-id"] {
            assert_eq!(order(json!([text])), Ok(vec![(Column::Id, true)]), "{text}");
        }
        let number = order(json!(["tasks:data.n"])).expect("an order");
        assert!(matches!(&number[0].0, Column::Data(field) if field.as_number));
        assert!(order(json!(["tasks:annotators"])).is_err() && order(json!(["tasks:x"])).is_err());
        assert!(matches!(
            selection(&json!({ "all": false, "included": [] })),
            Ok(Selection::All)
        ));
        assert!(
            matches!(selection(&json!("{\"all\":true,\"excluded\":[3]}")), Ok(Selection::AllBut(ids)) if ids == [3])
        );
        for value in [
            json!([1]),
            json!({ "all": true, "included": [1] }),
            json!({ "all": false, "excluded": [1] }),
            json!("x"),
        ] {
            assert!(selection(&value).is_err(), "{value}");
        }
    }
}
