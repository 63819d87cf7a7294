//! What the dialogs of actions ask.

use labelkeep_policy::Action;
use labelkeep_store::members::{Order as MemberOrder, Wanted as MembersWanted};
use labelkeep_store::projects::{Filter, Order, ProjectRow};
use labelkeep_store::summary;

use super::About;
use crate::access::Granted;
use crate::project_members;
use crate::{Result, Services, export, projects};

/// A field of a dialog.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// select | input | number
    pub kind: &'static str,
    /// Its name in the body.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What can be chosen: (value, text).
    pub options: Option<Vec<(String, String)>>,
    /// What stands there when nothing is chosen.
    pub placeholder: Option<&'static str>,
    /// Whether several can be chosen.
    pub multiple: bool,
    /// Whether the action needs it.
    pub required: bool,
    /// What stands there at first.
    pub value: Option<String>,
}

/// Most people and projects that a dialog offers.
const OFFERED: i64 = 1_000;

/// The fields of an action's dialog.
pub async fn read(services: &Services, project: &Granted<ProjectRow>, about: &About) -> Result<Vec<Field>> {
    let row = project.row();
    let yes_or_no = |name, label, first: &str| {
        let mut words = ["Yes", "No"];
        words.sort_by_key(|word| *word != first);
        Field {
            options: Some(
                words
                    .iter()
                    .map(|word| ((*word).to_owned(), (*word).to_owned()))
                    .collect(),
            ),
            value: Some(first.to_owned()),
            ..select(name, label)
        }
    };
    Ok(match about.id {
        "assign_annotators" | "unassign_annotators" | "assign_reviewers" | "unassign_reviewers" => {
            let removes = about.id.starts_with("unassign");
            vec![Field {
                options: Some(people(services, project).await?),
                placeholder: removes.then_some("Everybody"),
                multiple: true,
                required: !removes,
                ..select("users", "People")
            }]
        }
        "set_overlap" => vec![Field {
            kind: "number",
            value: Some(row.maximum_annotations.to_string()),
            required: true,
            ..select("overlap", "People for each task")
        }],
        "set_ground_truth" => vec![
            Field {
                options: Some(people(services, project).await?),
                placeholder: Some("The newest annotation"),
                ..select("annotator", "Annotation of")
            },
            yes_or_no("value", "Ground truth", "Yes"),
        ],
        "add_to_project" => vec![
            Field {
                options: Some(other_projects(services, project).await?),
                required: true,
                ..select("project", "Project")
            },
            yes_or_no("with_annotations", "With annotations", "No"),
        ],
        "export_selection" => {
            let formats = export::catalog(services, project)?;
            vec![Field {
                options: Some(
                    formats
                        .into_iter()
                        .map(|info| (info.name.to_owned(), info.title.to_owned()))
                        .collect(),
                ),
                required: true,
                value: Some("JSON".to_owned()),
                ..select("format", "Format")
            }]
        }
        "predictions_to_annotations" => {
            let counts = summary::read(&services.db, row.id).await?;
            let versions = counts.into_iter().filter(|count| count.kind == "model_version");
            vec![Field {
                options: Some(versions.map(|count| (count.name.clone(), count.name)).collect()),
                placeholder: Some("All"),
                multiple: true,
                ..select("model_version", "Model version")
            }]
        }
        "delete_tasks_annotations" => vec![Field {
            options: Some(people(services, project).await?),
            placeholder: Some("All"),
            ..select("annotator", "Annotator")
        }],
        "propagate_annotations" => vec![Field {
            kind: "number",
            required: true,
            ..select("source_annotation_id", "Annotation ID")
        }],
        "rename_labels" => vec![
            Field {
                options: Some(controls(services, row)?),
                required: true,
                ..select("control_tag", "Control")
            },
            input("old_label_name", "Label"),
            input("new_label_name", "New name"),
        ],
        "cache_labels" => {
            let mut controls = controls(services, row)?;
            controls.insert(0, ("ALL".to_owned(), "All controls".to_owned()));
            let sources = ["Annotations", "Predictions"];
            vec![
                Field {
                    options: Some(controls),
                    value: Some("ALL".to_owned()),
                    ..select("control_tag", "Control")
                },
                yes_or_no("with_counters", "With counters", "Yes"),
                Field {
                    options: Some(
                        sources
                            .iter()
                            .map(|word| ((*word).to_owned(), (*word).to_owned()))
                            .collect(),
                    ),
                    value: Some("Annotations".to_owned()),
                    ..select("source", "Source")
                },
            ]
        }
        "add_data_field" => {
            let kinds = ["String", "Number", "Expression"];
            vec![
                input("value_name", "Name"),
                Field {
                    options: Some(
                        kinds
                            .iter()
                            .map(|word| ((*word).to_owned(), (*word).to_owned()))
                            .collect(),
                    ),
                    value: Some("String".to_owned()),
                    ..select("value_type", "Type")
                },
                Field {
                    required: false,
                    ..input("value", "Value")
                },
            ]
        }
        _ => Vec::new(),
    })
}

fn select(name: &'static str, label: &'static str) -> Field {
    Field {
        kind: "select",
        name,
        label,
        ..Field::default()
    }
}

fn input(name: &'static str, label: &'static str) -> Field {
    Field {
        kind: "input",
        required: true,
        ..select(name, label)
    }
}

/// The people of the project: id and name.
async fn people(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<(String, String)>> {
    let wanted = MembersWanted::default();
    let page = project_members::page(services, project, None, &wanted, MemberOrder::Email(false), 0, OFFERED).await?;
    Ok(page
        .members
        .into_iter()
        .map(|member| {
            let account = member.profile.account;
            let name = format!("{} {}", account.first_name, account.last_name);
            let name = name.trim();
            let name = if name.is_empty() {
                account.email.clone()
            } else {
                name.to_owned()
            };
            (account.id.to_string(), name)
        })
        .collect())
}

/// Projects into which the person may add tasks.
async fn other_projects(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<(String, String)>> {
    let actor = project.actor();
    if !actor.may(Action::Import) {
        return Ok(Vec::new());
    }
    let (_, rows) = projects::list(services, actor, &Filter::default(), Order::Title(false), 0, OFFERED).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.id != project.row().id)
        .map(|row| (row.id.to_string(), row.title))
        .collect())
}

fn controls(services: &Services, row: &ProjectRow) -> Result<Vec<(String, String)>> {
    let config = projects::config(services, row)?;
    Ok(config
        .controls()
        .iter()
        .map(|control| (control.name.clone(), control.name.clone()))
        .collect())
}
