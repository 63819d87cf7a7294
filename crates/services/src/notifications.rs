//! Tells people what has ended while they were elsewhere: an import, an export, another long piece of work.
//!
//! Written in the transaction of the end itself, so that each is told once. What was quick, or what nobody waits for (indexes, syncs of
//! storages), is not told.

use labelkeep_policy::Actor;
use labelkeep_store::jobs::JobRow;
pub use labelkeep_store::notifications::NotificationRow;
use labelkeep_store::notifications::{self as rows, NewNotification};
use labelkeep_store::{Tx, projects};
use serde_json::Value;

use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Result, ServiceError, Services, access};

/// What takes longer than this people do not wait for, in microseconds.
pub(crate) const LONG: i64 = 5_000_000;
/// How many are listed.
const LISTED: i64 = 50;
/// How long they are kept, in microseconds: as long as jobs.
const KEPT: i64 = 30 * 86_400_000_000;
/// Longest text, in characters.
const TEXT: usize = 300;

/// What a person has been told, and whether they want mail, too.
#[derive(Debug)]
pub struct Told {
    /// Newest first.
    pub rows: Vec<NotificationRow>,
    /// Whether they go out by mail, too.
    pub by_mail: bool,
}

/// The caller's, in the organization where they work now.
pub async fn list(services: &Services, actor: &Actor) -> Result<Told> {
    Ok(Told {
        rows: rows::newest(&services.db, actor.account_id, actor.organization_id, LISTED).await?,
        by_mail: rows::by_mail(&services.db, actor.account_id).await?,
    })
}

/// The caller has seen those up to `last`.
pub async fn mark_read(services: &Services, actor: &Actor, last: i64) -> Result<()> {
    let (account, organization, now) = (actor.account_id, actor.organization_id, services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, ServiceError>(rows::mark_read(tx, account, organization, last, now).await?) })
        })
        .await
}

/// Whether the caller wants mail, too.
pub async fn choose(services: &Services, actor: &Actor, by_mail: bool) -> Result<()> {
    access::own_account(actor)?;
    let account = actor.account_id;
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::choose(tx, account, by_mail).await?) }))
        .await
}

/// Tells whoever asked for a job that it has ended, when it took long.
pub(crate) async fn job_ended(
    services: &Services,
    tx: &mut Tx,
    job: &JobRow,
    (state, result, error): (&str, Option<&Value>, Option<&str>),
    now: i64,
) -> Result<()> {
    let is_silent = job.kind.starts_with("index") || job.kind.starts_with("storage.");
    let (Some(project_id), false) = (job.project_id, is_silent || now - job.created_at < LONG) else {
        return Ok(());
    };
    let count = |key: &str| result.and_then(|result| result.get(key)?.as_u64());
    let text = match (state, error) {
        (_, Some(error)) => error.to_owned(),
        ("cancelled", None) if job.kind == "import" => "Cancelled: nothing of it came in.".to_owned(),
        ("cancelled", None) => "Cancelled. What was done stays done.".to_owned(),
        _ => match count("task_count") {
            Some(tasks) => format!("{} came in.", counted(tasks, "task")),
            None => result
                .and_then(|result| result.get("detail")?.as_str())
                .unwrap_or("Done.")
                .to_owned(),
        },
    };
    let new = NewNotification {
        account_id: job.account_id,
        organization_id: job.organization_id,
        project_id: Some(project_id),
        kind: if job.kind == "import" { "import" } else { "action" },
        state: state.to_owned(),
        title: job.title.clone(),
        text,
        link: format!("/projects/{project_id}/data"),
    };
    tell(services, tx, new, now).await
}

/// Keeps a notification, and posts it where the person wants that.
pub(crate) async fn tell(services: &Services, tx: &mut Tx, mut new: NewNotification, now: i64) -> Result<()> {
    if new.text.chars().count() > TEXT {
        new.text = new.text.chars().take(TEXT - 1).chain(['…']).collect();
    }
    rows::insert(tx, &new, now).await?;
    if !services.settings.mail {
        return Ok(());
    }
    if let Some(address) = rows::address(tx, new.account_id).await? {
        let project = match new.project_id {
            Some(id) => projects::title(tx, id).await?.unwrap_or_default(),
            None => String::new(),
        };
        let text = Text::Ended {
            title: &new.title,
            text: &new.text,
            project: &project,
            link: &new.link,
        };
        mail::post(services, tx, Some(new.organization_id), &address, text, NOTICE_LIFE).await?;
    }
    Ok(())
}

/// A number with its word, as in "1 task", "1,204 tasks".
pub(crate) fn counted(number: u64, word: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let end = if number == 1 { "" } else { "s" };
    format!("{text} {word}{end}")
}

/// Removes old ones.
pub(crate) async fn tidy(services: &Services) -> Result<()> {
    let before = services.now() - KEPT;
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::purge(tx, before).await?) }))
        .await
}
