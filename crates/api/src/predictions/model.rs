//! Predictions on the wire.

use labelkeep_services::access::PredictionRow;
use labelkeep_services::predictions::{Change, NewWork};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::wire::{Patch, Raw, Time, created_ago, not_null};

/// A prediction.
#[derive(Debug, Serialize)]
pub(crate) struct PredictionOut<'a> {
    id: i64,
    result: Raw<'a>,
    model_version: Option<&'a str>,
    created_ago: String,
    score: Option<f64>,
    cluster: Option<i64>,
    neighbors: Option<Raw<'a>>,
    mislabeling: f64,
    created_at: Time,
    updated_at: Time,
    model: Option<i64>,
    model_run: Option<i64>,
    task: i64,
    project: i64,
}

impl<'a> PredictionOut<'a> {
    pub(crate) fn of(row: &'a PredictionRow, now: i64) -> Self {
        PredictionOut {
            id: row.id,
            result: Raw(&row.result),
            model_version: row.model_version.as_deref(),
            created_ago: created_ago(row.created_at, now),
            score: row.score,
            cluster: row.cluster,
            neighbors: row.neighbors.as_deref().map(Raw),
            mislabeling: row.mislabeling,
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            model: row.model,
            model_run: row.model_run,
            task: row.task_id,
            project: row.project_id,
        }
    }
}

/// A new prediction.
#[derive(Debug, Deserialize)]
pub(crate) struct PredictionIn {
    task: i64,
    result: Box<RawValue>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default, deserialize_with = "not_null")]
    model_version: Option<String>,
    #[serde(default)]
    cluster: Option<i64>,
    #[serde(default)]
    neighbors: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "not_null")]
    mislabeling: Option<f64>,
    #[serde(default, deserialize_with = "no_model")]
    model: Option<i64>,
    #[serde(default, deserialize_with = "no_model")]
    model_run: Option<i64>,
}

/// There are no connected models: the reference to one is null, or the number of none.
fn no_model<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Option::<i64>::deserialize(deserializer)? {
        None => T::deserialize(serde::de::value::UnitDeserializer::new()),
        Some(id) => Err(serde::de::Error::custom(format!(
            "Invalid pk \"{id}\" - object does not exist."
        ))),
    }
}

/// A prediction in a list of them: the model's name and score may be left out or be written as text.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with task and result")]
pub(crate) struct PredictionItem {
    pub(crate) task: i64,
    result: Box<RawValue>,
    #[serde(default)]
    score: serde_json::Value,
    #[serde(default)]
    model_version: Option<String>,
}

impl PredictionItem {
    pub(crate) fn into_work(self) -> NewWork {
        NewWork {
            result: self.result.get().to_owned(),
            // A score that is no number counts as none, as in an import.
            score: match self.score {
                serde_json::Value::String(text) => text.trim().parse().ok(),
                other => other.as_f64(),
            }
            .filter(|score: &f64| score.is_finite()),
            model_version: Some(self.model_version.unwrap_or_else(|| "undefined".to_owned())),
            ..NewWork::default()
        }
    }
}

impl PredictionIn {
    pub(crate) fn task(&self) -> i64 {
        self.task
    }

    pub(crate) fn into_work(self) -> NewWork {
        NewWork {
            result: self.result.get().to_owned(),
            score: self.score,
            model_version: Some(self.model_version.unwrap_or_default()),
            cluster: self.cluster,
            neighbors: self.neighbors.map(|raw| raw.get().to_owned()),
            mislabeling: self.mislabeling.unwrap_or(0.0),
            model: self.model,
            model_run: self.model_run,
        }
    }
}

/// Changes of a prediction.
#[derive(Debug, Deserialize)]
pub(crate) struct PredictionPatch {
    #[serde(default, deserialize_with = "not_null")]
    result: Option<Box<RawValue>>,
    #[serde(default)]
    score: Patch<f64>,
    #[serde(default, deserialize_with = "not_null")]
    model_version: Option<String>,
    #[serde(default)]
    cluster: Patch<i64>,
    #[serde(default)]
    neighbors: Patch<Box<RawValue>>,
    #[serde(default, deserialize_with = "not_null")]
    mislabeling: Option<f64>,
    #[serde(default, deserialize_with = "no_model")]
    model: Patch<i64>,
    #[serde(default, deserialize_with = "no_model")]
    model_run: Patch<i64>,
}

impl PredictionPatch {
    pub(crate) fn into_change(self) -> Change {
        Change {
            result: self.result.map(|raw| raw.get().to_owned()),
            score: self.score.into_option(),
            model_version: self.model_version.map(Some),
            cluster: self.cluster.into_option(),
            neighbors: self
                .neighbors
                .into_option()
                .map(|raw| raw.map(|raw| raw.get().to_owned())),
            mislabeling: self.mislabeling,
            model: self.model.into_option(),
            model_run: self.model_run.into_option(),
        }
    }
}
