//! Which columns the tasks of a project have, and what may be asked of each.

use std::collections::BTreeSet;

use labelkeep_labeling::Config;
use labelkeep_policy::Action;
use labelkeep_store::listing::{Column, Kind};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{people, summary};

use crate::access::Granted;
use crate::tasks::Person;
use crate::{Result, Services};

/// A column as pages show it.
#[derive(Debug, Clone)]
pub struct ColumnInfo {
    /// Its name; of a data column its key.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// `Number`, `Datetime`, `String`, `List`, `Image`, …
    pub kind: &'static str,
    /// One sentence.
    pub help: Option<&'static str>,
    /// Whether it is a key of task data.
    pub is_data: bool,
    /// What a list can hold: ids of people.
    pub people: Option<Vec<i64>>,
    /// What a list can hold: names of model versions.
    pub versions: Option<Vec<String>>,
    /// Whether it is shown when nobody has said otherwise: in the table, and beside the editor.
    pub shown: (bool, bool),
    /// What it may be asked, as the wire names it.
    pub operators: &'static [&'static str],
    /// Whether lists can be put in its order.
    pub orderable: bool,
}

/// The columns, and the people whom they name.
#[derive(Debug)]
pub struct Columns {
    /// Data columns first.
    pub columns: Vec<ColumnInfo>,
    /// Keys of task data, as the column `data` lists them.
    pub data_keys: Vec<String>,
    /// Members of the project, for those who see whose work is whose.
    pub people: Vec<Person>,
}

/// title, help, shown in the table, shown beside the editor
fn about(column: &Column) -> (&'static str, &'static str, bool, bool) {
    match column {
        Column::Id => ("ID", "Task ID", true, false),
        Column::InnerId => (
            "Inner ID",
            "Internal task ID starting from 1 for the current project",
            false,
            false,
        ),
        Column::CompletedAt => ("Completed", "Last annotation date", true, false),
        Column::TotalAnnotations => ("Annotations", "Total annotations per task", true, true),
        Column::CancelledAnnotations => ("Cancelled", "Total cancelled (skipped) annotations", true, false),
        Column::TotalPredictions => ("Predictions", "Total predictions per task", true, false),
        Column::Annotators => ("Annotated by", "All users who completed the task", true, false),
        Column::AnnotationsResults => (
            "Annotation results",
            "Annotation results stacked over all annotations",
            false,
            false,
        ),
        Column::AnnotationsIds => (
            "Annotation IDs",
            "Annotation IDs stacked over all annotations",
            false,
            false,
        ),
        Column::PredictionsScore => (
            "Prediction score",
            "Average prediction score over all task predictions",
            false,
            false,
        ),
        Column::PredictionsModelVersions => (
            "Prediction model versions",
            "Model versions aggregated over all predictions",
            false,
            false,
        ),
        Column::PredictionsResults => (
            "Prediction results",
            "Prediction results stacked over all predictions",
            false,
            false,
        ),
        Column::FileUpload => ("Upload filename", "Filename of uploaded file", false, false),
        Column::StorageFilename => ("Storage filename", "Filename from import storage", false, false),
        Column::CreatedAt => ("Created at", "Task creation time", false, false),
        Column::UpdatedAt => ("Updated at", "Task update time", false, false),
        Column::UpdatedBy => ("Updated by", "User who did the last task update", false, false),
        Column::AverageLeadTime => ("Lead Time", "Average lead time over all annotations", false, false),
        Column::DraftExists => ("Drafts", "True if at least one draft exists for the task", false, false),
        Column::IsLabeled => ("Labeled", "Has as many annotations as it should", false, false),
        Column::GroundTruth => (
            "Ground truth",
            "One of its annotations is the ground truth",
            false,
            false,
        ),
        Column::AllowSkip => ("May be skipped", "Annotators may skip the task", false, false),
        Column::Overlap => ("Overlap", "How many people should annotate the task", false, false),
        Column::Assigned => ("Assigned to", "Annotators to whom the task is assigned", false, false),
        Column::Data(_) => ("", "", false, false),
    }
}

const NUMBER: &[&str] = &[
    "equal",
    "not_equal",
    "less",
    "greater",
    "less_or_equal",
    "greater_or_equal",
    "in",
    "not_in",
    "empty",
];
const TIME: &[&str] = &["less", "greater", "in", "not_in", "empty"];
const TEXT: &[&str] = &["contains", "not_contains", "regex", "equal", "not_equal", "empty"];
const LIST: &[&str] = &["contains", "not_contains", "empty"];
const IDS: &[&str] = &["contains", "not_contains", "equal", "not_equal", "empty"];

fn operators(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Number => NUMBER,
        Kind::Time => TIME,
        Kind::Boolean => &["equal"],
        Kind::Text | Kind::Results => TEXT,
        Kind::People | Kind::Versions => LIST,
        Kind::Ids => IDS,
    }
}

/// The columns of a project, as far as the person sees them.
pub async fn read(services: &Services, project: &Granted<ProjectRow>) -> Result<Columns> {
    let row = project.row();
    let config = crate::projects::config(services, row)?;
    let counts = summary::read(&services.db, row.id).await?;
    let named = |kind: &str| -> Vec<String> {
        counts
            .iter()
            .filter(|count| count.kind == kind)
            .map(|count| count.name.clone())
            .collect()
    };
    let people = if project.only_own().is_some() {
        Vec::new()
    } else {
        let members = people::members(&services.db, row.organization_id).await?;
        let ids: Vec<i64> = members.into_iter().map(|(id, _)| id).collect();
        people::find(&services.db, &ids).await?
    };
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    let versions = named("model_version");
    let (mut columns, data_keys) = data_columns(&config, named("column"));
    for column in Column::BUILT_IN {
        if project.only_own().is_some() && column.names_others() {
            continue;
        }
        if *column == Column::Assigned && !project.may(Action::AssignAnnotators) {
            continue;
        }
        let (title, help, table, beside) = about(column);
        let kind = column.kind();
        columns.push(ColumnInfo {
            id: column.name().to_owned(),
            title: title.to_owned(),
            kind: match (kind, column) {
                (_, Column::AverageLeadTime) => "Time",
                (Kind::Number, _) => "Number",
                (Kind::Time, _) => "Datetime",
                (Kind::Boolean, _) => "Boolean",
                (Kind::Text | Kind::Results | Kind::Ids, _) => "String",
                (Kind::People | Kind::Versions, _) => "List",
            },
            help: Some(help),
            is_data: false,
            people: (kind == Kind::People).then(|| ids.clone()),
            versions: (kind == Kind::Versions).then(|| versions.clone()),
            shown: (table, beside),
            operators: operators(kind),
            orderable: column.is_orderable(),
        });
    }
    Ok(Columns {
        columns,
        data_keys,
        people,
    })
}

/// Keys of the configuration in its order, then those that tasks have besides.
fn data_columns(config: &Config, known: Vec<String>) -> (Vec<ColumnInfo>, Vec<String>) {
    let mut columns: Vec<ColumnInfo> = Vec::new();
    let mut seen = BTreeSet::new();
    let asked: Vec<&String> = config.data_keys().iter().filter(|key| !key.contains('[')).collect();
    for key in &asked {
        if !seen.insert((*key).clone()) {
            continue;
        }
        let tag = config
            .objects()
            .iter()
            .find(|object| object.value_key.as_ref() == Some(*key))
            .map(|object| object.tag.to_ascii_lowercase());
        let kind = match tag.as_deref() {
            Some("image") => "Image",
            Some("audio") => "Audio",
            Some("audioplus") => "AudioPlus",
            Some("video") => "Video",
            _ => "String",
        };
        columns.push(data_column(key, key, kind, true));
    }
    for key in known {
        if key == "$undefined$" {
            if asked.is_empty() {
                columns.push(data_column(&key, "data", "Unknown", false));
            }
        } else if seen.insert(key.clone()) {
            columns.push(data_column(&key, &key, "Unknown", false));
        }
    }
    let keys = columns.iter().map(|column| column.id.clone()).collect();
    (columns, keys)
}

fn data_column(key: &str, title: &str, kind: &'static str, in_config: bool) -> ColumnInfo {
    ColumnInfo {
        id: key.to_owned(),
        title: title.to_owned(),
        kind,
        help: None,
        is_data: true,
        people: None,
        versions: None,
        shown: (true, in_config),
        operators: TEXT,
        orderable: true,
    }
}
