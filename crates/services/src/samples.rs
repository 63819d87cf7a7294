//! Sample projects: own-made data with instructions, annotations and predictions, one click away from an empty start.

use std::borrow::Cow;
use std::io::{Cursor, Write as _};

use labelkeep_store::projects::ProjectRow;
use serde::Deserialize;
use serde_json::Value;

use crate::access::{self, Action, Granted};
use crate::import::{self, Options, Source};
use crate::uploads::{self, Incoming, Placed};
use crate::{Result, ServiceError, Services, projects};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../samples"]
#[exclude = "generate/*"]
#[exclude = "*.mjs"]
struct Files;

/// A sample project.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name in addresses.
    pub slug: String,
    /// Title of the project that it becomes.
    pub title: String,
    /// What is in it.
    pub description: String,
    /// How many tasks it has.
    pub tasks: usize,
}

#[derive(Deserialize)]
struct Description {
    title: String,
    description: String,
    label_config: String,
    #[serde(default)]
    expert_instruction: String,
    #[serde(default)]
    model_version: Option<String>,
}

/// All sample projects.
pub fn list() -> Vec<Sample> {
    slugs()
        .into_iter()
        .filter_map(|slug| {
            let description = description(&slug)?;
            let tasks: Vec<serde::de::IgnoredAny> = serde_json::from_slice(&file(&slug, "tasks.json")?).ok()?;
            Some(Sample {
                title: description.title,
                description: description.description,
                tasks: tasks.len(),
                slug,
            })
        })
        .collect()
}

fn slugs() -> Vec<String> {
    let mut slugs: Vec<String> = Files::iter()
        .filter_map(|path| path.strip_suffix("/project.json").map(str::to_owned))
        .collect();
    slugs.sort();
    slugs
}

fn file(slug: &str, name: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(&format!("{slug}/{name}")).map(|file| file.data)
}

fn description(slug: &str) -> Option<Description> {
    serde_json::from_slice(&file(slug, "project.json")?).ok()
}

/// Makes a project of a sample; gives it with its tasks in.
pub async fn create(services: &Services, organization: Granted<i64>, slug: &str) -> Result<ProjectRow> {
    let broken = |what: &str| ServiceError::Internal(format!("the sample {slug} has no usable {what}"));
    if !slugs().iter().any(|known| known == slug) {
        return Err(ServiceError::NotFound("Sample"));
    }
    let description = description(slug).ok_or_else(|| broken("description"))?;
    let config = file(slug, &description.label_config).ok_or_else(|| broken("configuration"))?;
    let tasks: Vec<Value> = file(slug, "tasks.json")
        .and_then(|tasks| serde_json::from_slice(&tasks).ok())
        .ok_or_else(|| broken("tasks"))?;
    let actor = organization.actor().clone();
    let change = projects::Change {
        title: Some(description.title),
        description: Some(description.description),
        label_config: Some(String::from_utf8_lossy(&config).into_owned()),
        expert_instruction: Some(description.expert_instruction),
        show_instruction: Some(true),
        ..Default::default()
    };
    let project = projects::create(services, organization, change).await?;
    let filled = fill(services, &project, &actor, slug, tasks).await;
    if let Err(error) = filled {
        // Half a sample helps nobody.
        let project = access::project(services, actor, project.id, Action::ProjectDelete).await?;
        projects::delete(services, project).await?;
        return Err(error);
    }
    let project = access::project(services, actor, project.id, Action::ProjectChange).await?;
    if let Some(version) = description.model_version {
        let change = projects::Change {
            model_version: Some(Some(version)),
            ..Default::default()
        };
        return projects::update(services, project, change).await;
    }
    Ok(project.into_parts().1)
}

async fn fill(
    services: &Services,
    project: &ProjectRow,
    actor: &access::Actor,
    slug: &str,
    mut tasks: Vec<Value>,
) -> Result<()> {
    let pictures = pictures(services, project, actor, slug).await?;
    for task in &mut tasks {
        let Some(data) = task.get_mut("data").and_then(Value::as_object_mut) else {
            continue;
        };
        for value in data.values_mut() {
            if let Some((_, url)) = pictures.iter().find(|(name, _)| value.as_str() == Some(name)) {
                *value = Value::String(url.clone());
            }
        }
    }
    let body = serde_json::to_vec(&tasks).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let granted = access::project(services, actor.clone(), project.id, Action::Import).await?;
    import::import(
        services,
        granted,
        Source::Json(Box::new(Cursor::new(body))),
        Options::default(),
    )
    .await?;
    Ok(())
}

/// Stores the sample's pictures as uploads; gives their names in the sample with their addresses.
async fn pictures(
    services: &Services,
    project: &ProjectRow,
    actor: &access::Actor,
    slug: &str,
) -> Result<Vec<(String, String)>> {
    let prefix = format!("{slug}/");
    let names: Vec<String> = Files::iter()
        .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
        .filter(|name| name.starts_with("images/"))
        .collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let (services_in, slug) = (services.clone(), slug.to_owned());
    let files = tokio::task::spawn_blocking(move || {
        let mut files: Vec<(String, Incoming)> = Vec::with_capacity(names.len());
        for name in names {
            let bytes = file(&slug, &name).unwrap_or_default();
            let (incoming, mut out) = uploads::incoming(&services_in, name.rsplit('/').next().unwrap_or_default())?;
            out.write_all(&bytes)?;
            drop(out);
            files.push((name, incoming.of_size(bytes.len() as u64)));
        }
        Ok::<_, ServiceError>(files)
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))??;
    let (names, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let placed: Vec<(String, Placed)> = names
        .into_iter()
        .zip(uploads::place_all(services, files).await?)
        .collect();
    let (project_id, account_id, now) = (project.id, actor.account_id, services.now());
    let placed = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (_, file) in &placed {
                    file.insert(tx, project_id, account_id, now).await?;
                }
                Ok::<_, ServiceError>(placed)
            })
        })
        .await?;
    Ok(placed
        .into_iter()
        .map(|(name, file)| {
            let url = file.url(project_id);
            file.keep();
            (name, url)
        })
        .collect())
}
