//! Mail to people. What is written in the transaction of its reason waits in the database, sealed, until the mail server
//! has taken it: a dead server keeps nobody waiting and loses nothing.

mod text;

use std::time::{Duration, SystemTime};

use labelkeep_crypt::Place;
use labelkeep_net::smtp::{Letter, Mailer};
use labelkeep_store::mail::{self as store, MailRow};
use labelkeep_store::{Tx, audit};
use serde::{Deserialize, Serialize};

pub(crate) use text::Text;

use crate::accounts::DAY;
use crate::{Result, ServiceError, Services};

const MINUTE: i64 = 60_000_000;
/// How long a mail that says something is tried.
pub(crate) const NOTICE_LIFE: i64 = 3 * DAY;
/// After this an attempt counts as broken off, and the mail is tried again: by this server or another one.
const BROKEN_OFF: i64 = 5 * MINUTE;
/// How often the queue is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    subject: String,
    text: String,
}

/// Puts a mail into the queue, in the transaction of what it tells about. Without a mail server nothing is kept.
pub(crate) async fn post(
    services: &Services,
    tx: &mut Tx,
    organization_id: Option<i64>,
    to: &str,
    text: Text<'_>,
    life: i64,
) -> Result<()> {
    if !services.settings.mail {
        return Ok(());
    }
    let (subject, text) = text.write(&services.settings.public_url);
    let content = serde_json::to_vec(&Content { subject, text })
        .map_err(|error| ServiceError::Internal(format!("mail: {error}")))?;
    let (id, now) = (uuid::Uuid::new_v4().simple().to_string(), services.now());
    let sealed = services.keys.seal(place(organization_id, &id), &content);
    let row = MailRow {
        id,
        organization_id,
        recipient: to.to_owned(),
        content: sealed,
        created_at: now,
        next_at: now,
        expires_at: now + life,
        attempts: 0,
        last_error: String::new(),
    };
    Ok(store::insert(tx, &row).await?)
}

/// Sends what waits, for ever.
pub async fn run(services: Services, mailer: Mailer) {
    loop {
        match send_next(&services, &mailer).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the mail queue cannot be read; tried again soon"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends the mail that has waited longest; says whether there was one.
async fn send_next(services: &Services, mailer: &Mailer) -> Result<bool> {
    let now = services.now();
    if !store::is_due(&services.db, now).await? {
        return Ok(false);
    }
    let row = services
        .db
        .write(move |tx| Box::pin(async move { store::claim(tx, now, now + BROKEN_OFF).await }))
        .await?;
    let Some(row) = row else { return Ok(false) };
    if row.expires_at <= now {
        tracing::warn!(mail = %row.id, attempts = row.attempts, error = %row.last_error, "a mail was given up");
        give_up(services, row, now).await?;
        return Ok(true);
    }
    let (id, attempts) = (row.id.clone(), row.attempts);
    let outcome = match letter(services, row) {
        Ok(letter) => mailer.send(letter).await.map_err(|error| error.to_string()),
        // Sealed with a key that is gone: no attempt will open it, its end will remove it.
        Err(error) => Err(error.to_string()),
    };
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                match outcome {
                    Ok(()) => store::delete(tx, &id).await,
                    Err(error) => {
                        tracing::warn!(mail = %id, attempts, %error, "a mail was not taken; it is tried again");
                        store::put_off(tx, &id, now + pause(attempts), &error).await
                    }
                }
            })
        })
        .await?;
    Ok(true)
}

/// How long a mail waits after so many attempts: half a minute, doubled by each, at most an hour.
fn pause(attempts: i64) -> i64 {
    let doublings = attempts.saturating_sub(1).clamp(0, 10);
    ((MINUTE / 2) << doublings).min(60 * MINUTE)
}

fn letter(services: &Services, row: MailRow) -> Result<Letter> {
    let unreadable = |error: String| ServiceError::Internal(format!("mail: {error}"));
    let content = services
        .keys
        .open(place(row.organization_id, &row.id), &row.content)
        .map_err(|error| unreadable(error.to_string()))?;
    let content: Content = serde_json::from_slice(&content).map_err(|error| unreadable(error.to_string()))?;
    Ok(Letter {
        to: row.recipient,
        subject: content.subject,
        text: content.text,
        at: SystemTime::UNIX_EPOCH + Duration::from_micros(row.created_at.unsigned_abs()),
        id: row.id,
    })
}

/// Removes a mail that is worth nothing any more; that it never arrived is on record.
async fn give_up(services: &Services, row: MailRow, now: i64) -> Result<()> {
    let origin = audit::Origin {
        organization_id: row.organization_id,
        ..audit::Origin::default()
    };
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::delete(tx, &row.id).await?;
                let detail = serde_json::json!({ "attempts": row.attempts, "error": row.last_error }).to_string();
                audit::record(tx, &origin, "mail.lost", &format!("mail:{}", row.id), &detail, now).await
            })
        })
        .await?;
    Ok(())
}

/// Tells owners of tokens that end within a week, once. Part of the hourly housekeeping.
pub(crate) async fn announce_ending_tokens(services: &Services) -> Result<()> {
    if !services.settings.mail {
        return Ok(());
    }
    let (now, again) = (services.now(), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                for token in store::ending_tokens(tx, now, now + 7 * DAY).await? {
                    if store::note_token(tx, token.token_id, now).await? {
                        let text = Text::TokenEnds { end: token.expires_at };
                        post(&again, tx, None, &token.email, text, token.expires_at - now).await?;
                    }
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

fn place(organization_id: Option<i64>, id: &str) -> Place<'_> {
    Place {
        organization: organization_id.unwrap_or_default(),
        table: "mail",
        column: "content",
        row: id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_an_hour() {
        assert_eq!(pause(1), MINUTE / 2);
        assert_eq!(pause(3), 2 * MINUTE);
        assert_eq!(pause(50), 60 * MINUTE);
    }
}
