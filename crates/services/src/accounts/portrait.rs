//! What is kept of a person, as that person may have it (SEC-238): a JSON object a line, `what` says of what it is. Hashes and keys
//! are not in it, and neither is what others have done.

use chrono::{DateTime, SecondsFormat};
use futures_util::stream::{self, Stream};
use labelkeep_store::accounts::{self as store, portrait as parts};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::notifications;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Caller;
use crate::{Result, ServiceError, Services, access};

/// What comes next.
enum At {
    Person,
    Annotations(i64),
    Drafts(i64),
    Actions(i64),
    End,
}

/// The caller's own. The log has it before the first line goes out.
pub async fn own_portrait(services: &Services, caller: &Caller) -> Result<impl Stream<Item = Result<String>> + use<>> {
    begin(services, access::origin(&caller.actor), caller.actor.account_id).await
}

/// The same for whoever runs the server.
pub(super) async fn begin(
    services: &Services,
    origin: Origin,
    account_id: i64,
) -> Result<impl Stream<Item = Result<String>> + use<>> {
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                audit::record(tx, &origin, "user.export", &format!("user:{account_id}"), "{}", now).await
            })
        })
        .await?;
    let ends = parts::ends(&services.db).await?;
    let services = services.clone();
    Ok(stream::try_unfold(At::Person, move |at| {
        let services = services.clone();
        async move { next(&services, account_id, ends, at).await }
    }))
}

async fn next(services: &Services, id: i64, ends: (i64, i64, i64), at: At) -> Result<Option<(String, At)>> {
    let mut text = String::new();
    let following = |after: i64, end: i64| Some(after + parts::STRETCH).filter(|after| *after < end);
    let at = match at {
        At::Person => {
            person(services, id, &mut text).await?;
            At::Annotations(0)
        }
        At::Annotations(after) => {
            for part in parts::annotations(&services.db, id, after).await? {
                work(&mut text, "annotation", part)?;
            }
            following(after, ends.0).map_or(At::Drafts(0), At::Annotations)
        }
        At::Drafts(after) => {
            for part in parts::drafts(&services.db, id, after).await? {
                work(&mut text, "draft", part)?;
            }
            following(after, ends.1).map_or(At::Actions(0), At::Drafts)
        }
        At::Actions(after) => {
            for part in parts::actions(&services.db, id, after).await? {
                let line = json!({ "what": "action", "at": time(part.at), "organization": part.organization_id,
                    "action": part.action, "object": part.object, "result": part.result });
                push(&mut text, &line);
            }
            following(after, ends.2).map_or(At::End, At::Actions)
        }
        At::End => return Ok(None),
    };
    Ok(Some((text, at)))
}

/// All that is not work.
async fn person(services: &Services, id: i64, text: &mut String) -> Result<()> {
    let db = &services.db;
    let row = store::own(db, id).await?.ok_or(ServiceError::NotFound("User"))?;
    push(
        text,
        &json!({ "what": "account", "id": row.id, "email": row.email, "username": row.username, "first_name": row.first_name,
            "last_name": row.last_name, "phone": row.phone, "has_password": row.password_hash.is_some(),
            "has_avatar": row.avatar.is_some(), "custom_hotkeys": serde_json::from_str::<Value>(&row.custom_hotkeys).ok(),
            "allow_newsletters": row.allow_newsletters, "date_joined": time(row.date_joined),
            "last_activity": time(row.last_activity), "email_verified_at": row.email_verified_at.map(time) }),
    );
    for part in parts::memberships(db, id).await? {
        push(
            text,
            &json!({ "what": "membership", "organization": part.organization_id, "title": part.title, "role": part.role,
                "since": time(part.created_at), "until": part.deleted_at.map(time) }),
        );
    }
    for (what, place, role) in parts::places(db, id).await? {
        push(
            text,
            &json!({ "what": format!("{what}_member"), "id": place, "role": role }),
        );
    }
    for part in parts::sessions(db, id).await? {
        push(
            text,
            &json!({ "what": "session", "address": part.address, "agent": part.agent, "created_at": time(part.created_at),
                "last_seen_at": time(part.last_seen_at), "ended_at": part.ended_at.map(time) }),
        );
    }
    for part in parts::tokens(db, id).await? {
        push(
            text,
            &json!({ "what": "token", "kind": part.kind, "name": part.name, "created_at": time(part.created_at),
                "expires_at": time(part.expires_at), "revoked_at": part.revoked_at.map(time),
                "last_used_at": part.last_used_at.map(time), "last_used_address": part.last_used_address,
                "last_used_agent": part.last_used_agent }),
        );
    }
    for (kind, name, at) in parts::factors(db, id).await? {
        push(
            text,
            &json!({ "what": "factor", "kind": kind, "name": name, "created_at": time(at) }),
        );
    }
    for part in parts::identities(db, id).await? {
        push(
            text,
            &json!({ "what": "identity", "issuer": part.issuer, "subject": part.subject, "email": part.email,
                "created_at": time(part.created_at) }),
        );
    }
    for part in notifications::of_person(db, id).await? {
        push(
            text,
            &json!({ "what": "notification", "organization": part.organization_id, "project": part.project_id, "title": part.title,
                "text": part.text, "created_at": time(part.created_at), "read_at": part.read_at.map(time) }),
        );
    }
    let by_mail = notifications::by_mail(db, id).await?;
    push(text, &json!({ "what": "choice", "notifications_by_mail": by_mail }));
    Ok(())
}

/// The result stays the text that it is: no number of it changes.
fn work(text: &mut String, what: &str, part: parts::WorkPart) -> Result<()> {
    let broken = |error| ServiceError::Internal(format!("{what} {}: {error}", part.id));
    let result = RawValue::from_string(part.result.clone()).map_err(broken)?;
    let head = json!({ "what": what, "id": part.id, "task": part.task_id, "created_at": time(part.created_at),
        "updated_at": time(part.updated_at) });
    let head = head.to_string();
    text.push_str(head.strip_suffix('}').unwrap_or(&head));
    text.push_str(",\"result\":");
    text.push_str(result.get());
    text.push_str("}\n");
    Ok(())
}

fn push(text: &mut String, line: &Value) {
    text.push_str(&line.to_string());
    text.push('\n');
}

fn time(micros: i64) -> String {
    let time = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
