//! Whether an actor is shown something that names a file: files are asked for by addresses that name no task, and whoever is shown
//! some tasks alone gets the files of those (SEC-117, SEC-188).

use std::time::Duration;

use labelkeep_store::projects::ProjectRow;
use labelkeep_store::storages::naming::{self as rows, Spellings};

use crate::access::Granted;
use crate::data_manager::index;
use crate::storages::links;
use crate::{Result, ServiceError, Services};

pub(crate) use rows::Among;

/// Tasks whose data is read at once, and how often.
const CANDIDATES: i64 = 200;
const ROUNDS: usize = 10;
/// How long the tasks of a project are searched at once.
const WITHIN: Duration = Duration::from_secs(2);
/// Shorter parts of a path say too little.
const PART_MIN: usize = 3;

/// The tasks of a project that its actor is shown.
pub(crate) fn among(project: &Granted<ProjectRow>) -> Among {
    Among {
        project_id: project.row().id,
        assigned_to: project.assigned_only(),
    }
}

/// Whether the labeling configuration, the instructions, or a task that the actor is shown has an address that leads to a file:
/// `begin` is a part of all such addresses, `path` the one of the file.
///
/// # Errors
/// [`ServiceError::Busy`] where the project is too large to be searched before its texts are indexed.
pub(crate) async fn is_named(
    services: &Services,
    project: &Granted<ProjectRow>,
    begin: &str,
    path: &str,
    leads_there: impl Fn(&str) -> bool,
) -> Result<bool> {
    let row = project.row();
    let in_text = |text: &String| links::quoted(text, begin).any(&leads_there);
    if [&row.label_config, &row.expert_instruction].into_iter().any(in_text) {
        return Ok(true);
    }
    index::want_texts(services, project).await?;
    let (among, parts) = (among(project), parts(begin, path));
    let mut after = 0;
    for _ in 0..ROUNDS {
        let found = rows::candidates(&services.db, among, &parts, after, CANDIDATES, WITHIN).await?;
        let found = found.ok_or(ServiceError::Busy(5))?;
        if found
            .iter()
            .any(|task| links::any_address(&task.data, begin, &leads_there))
        {
            return Ok(true);
        }
        match found.last() {
            Some(last) if found.len() as i64 == CANDIDATES => after = last.id,
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// The parts of a path that every writer of addresses leaves as they are, but for slashes.
fn parts(begin: &str, path: &str) -> Vec<Spellings> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._/".contains(character);
    let runs = path.split(|character| !is_plain(character));
    let mut parts: Vec<Spellings> = runs.filter(|run| run.len() >= PART_MIN).map(spellings).collect();
    if parts.is_empty() {
        parts.push(spellings(begin));
    }
    parts
}

fn spellings(run: &str) -> Spellings {
    if !run.contains('/') {
        return vec![run.to_owned()];
    }
    ["/", "%2F", "%2f", "\\/"].map(|slash| run.replace('/', slash)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_are_found_however_it_is_written() {
        assert_eq!(
            parts("/files/", "set/é b/1.jpg"),
            [
                ["set/", "set%2F", "set%2f", "set\\/"].map(String::from).to_vec(),
                ["b/1.jpg", "b%2F1.jpg", "b%2f1.jpg", "b\\/1.jpg"]
                    .map(String::from)
                    .to_vec(),
            ]
        );
        assert_eq!(parts("files", "é"), [vec!["files".to_owned()]]);
    }
}
