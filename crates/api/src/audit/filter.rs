//! What is asked of the log.

use labelkeep_services::Invalid;
use labelkeep_services::audit::Filter;
use serde::Deserialize;

use crate::wire::{WRONG_TIME, parse_time};
use crate::{ApiError, ApiResult};

const DAY: i64 = 24 * 3_600 * 1_000_000;
/// Actions in one question.
const ACTIONS: usize = 20;
/// Characters of any text that is looked for.
const LONGEST: usize = 200;

/// Where a page begins, and how long it is.
#[derive(Debug, Deserialize)]
pub(crate) struct PageQuery {
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    page_size: Option<i64>,
}

impl PageQuery {
    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|text| !text.is_empty())
    }

    pub(super) fn size(&self) -> ApiResult<i64> {
        match self.page_size {
            None => Ok(50),
            Some(size) if size > 0 => Ok(size.min(200)),
            Some(_) => Err(ApiError::field(
                "page_size",
                "Ensure this value is greater than or equal to 1.",
            )),
        }
    }
}

/// The filter.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LogQuery {
    #[serde(default)]
    actor: Option<i64>,
    #[serde(default)]
    token: Option<i64>,
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    workspace: Option<i64>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    result: Option<String>,
    #[serde(default)]
    since: Option<String>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    search: Option<String>,
}

impl LogQuery {
    pub(super) fn filter(self) -> ApiResult<Filter> {
        let mut invalid = Invalid::default();
        let actions: Vec<String> = self
            .action
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|action| !action.is_empty())
            .map(str::to_owned)
            .collect();
        if actions.len() > ACTIONS {
            invalid.add("action", format!("Ask for at most {ACTIONS} actions at once."));
        }
        let result = self.result.filter(|text| !text.is_empty());
        if let Some(result) = &result
            && !["ok", "denied", "failed"].contains(&result.as_str())
        {
            invalid.add("result", format!("\"{result}\" is not ok, denied or failed."));
        }
        let filter = Filter {
            organization_id: 0,
            account_id: self.actor,
            token_id: self.token,
            project_id: self.project,
            workspace_id: self.workspace,
            actions,
            object: short("object", self.object, &mut invalid),
            method: method("method", self.method, &mut invalid),
            result,
            since: time("since", self.since, false, &mut invalid),
            until: time("until", self.until, true, &mut invalid),
            search: short("search", self.search, &mut invalid),
            clients: Vec::new(),
        };
        invalid.into_result()?;
        Ok(filter)
    }
}

/// A text that is not too long to look for; none when it is empty.
pub(super) fn short(name: &str, text: Option<String>, invalid: &mut Invalid) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    if text.chars().count() > LONGEST {
        invalid.add(
            name,
            format!("Ensure this field has no more than {LONGEST} characters."),
        );
    }
    Some(text)
}

/// A method; none for `all`.
pub(super) fn method(name: &str, text: Option<String>, invalid: &mut Invalid) -> Option<String> {
    let text = text.filter(|text| !text.is_empty() && text != "all")?;
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&text.as_str()) {
        invalid.add(name, format!("\"{text}\" is not a valid choice."));
    }
    Some(text)
}

/// A time, or a date: as an end it means that day's end.
pub(super) fn time(name: &str, text: Option<String>, end: bool, invalid: &mut Invalid) -> Option<i64> {
    let text = text.filter(|text| !text.is_empty())?;
    let is_date = text.trim().len() == 10;
    match parse_time(&text) {
        Some(at) if end && is_date => Some(at.saturating_add(DAY)),
        Some(at) => Some(at),
        None => {
            invalid.add(name, WRONG_TIME);
            None
        }
    }
}
