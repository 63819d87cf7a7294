//! A person's own factors, whatever their kind.

use labelkeep_crypt::{Secret, totp};
use labelkeep_policy::Actor;
use labelkeep_store::accounts::factors::{self as store, FactorRow};
use labelkeep_store::{StoreError, Tx, audit};

use super::MAX_NAME;
use crate::accounts::{Caller, Proof};
use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Invalid, Result, ServiceError, Services, access};

/// Recovery codes that are made at once (SEC-071).
const CODES: usize = 10;
/// Factors of one person.
const MOST: usize = 20;

/// What a person is shown of their factors.
#[derive(Debug)]
pub struct OwnFactors {
    /// Those in force.
    pub factors: Vec<FactorRow>,
    /// Unused recovery codes.
    pub recovery_codes_left: i64,
}

/// The caller's factors.
pub async fn own_factors(services: &Services, caller: &Caller) -> Result<OwnFactors> {
    let account_id = caller.actor.account_id;
    Ok(OwnFactors {
        factors: store::confirmed(&services.db, account_id).await?,
        recovery_codes_left: store::recovery_left(&services.db, account_id).await?,
    })
}

/// Refuses one more factor when there are many.
pub(super) async fn room_for_one_more(services: &Services, account_id: i64) -> Result<()> {
    if store::confirmed(&services.db, account_id).await?.len() >= MOST {
        return Err(Invalid::whole(format!("You have {MOST} factors. Remove one first.")).into());
    }
    Ok(())
}

/// What follows when a factor is in force: the session has used it, the person is told, and the first one comes with recovery
/// codes. `factor` is its kind, id and name.
pub(super) async fn in_force(
    services: &Services,
    tx: &mut Tx,
    actor: &Actor,
    session: &[u8],
    (kind, id, name): (&'static str, i64, &str),
    now: i64,
) -> Result<Option<Vec<Secret>>> {
    let account_id = actor.account_id;
    let codes = if store::has_recovery(tx, account_id).await? {
        None
    } else {
        Some(fresh_codes(tx, account_id, now).await?)
    };
    store::mark_session(tx, session, kind).await?;
    let detail = serde_json::json!({ "kind": kind }).to_string();
    let object = format!("factor:{id}");
    audit::record(tx, &access::origin(actor), "factor.enrol", &object, &detail, now).await?;
    let text = Text::FactorAdded {
        what: words(kind),
        name,
    };
    mail::post(
        services,
        tx,
        Some(actor.organization_id),
        &actor.email,
        text,
        NOTICE_LIFE,
    )
    .await?;
    Ok(codes)
}

/// Gives a factor another name.
pub async fn rename_factor(services: &Services, caller: &Caller, id: i64, name: &str) -> Result<FactorRow> {
    session(caller)?;
    let (account_id, name) = (caller.actor.account_id, clean_name(name)?);
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    let found = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = store::rename(tx, account_id, id, &name).await?;
                if found {
                    audit::record(tx, &origin, "factor.rename", &format!("factor:{id}"), "{}", now).await?;
                }
                Ok::<_, StoreError>(found)
            })
        })
        .await?;
    let row = store::find(&services.db, account_id, id).await?;
    row.filter(|_| found).ok_or(ServiceError::NotFound("Factor"))
}

/// Removes a factor. The last one stays where the organization requires one; with the last one go the recovery codes.
pub async fn remove_factor(services: &Services, caller: &Caller, id: i64) -> Result<()> {
    session(caller)?;
    let (account_id, required) = (caller.actor.account_id, caller.factor.required);
    let row = store::find(&services.db, account_id, id).await?;
    let row = row.ok_or(ServiceError::NotFound("Factor"))?;
    let (now, actor, again) = (services.now(), caller.actor.clone(), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                labelkeep_store::accounts::tokens::lock_account(tx, account_id).await?;
                if !store::remove(tx, account_id, id).await? {
                    return Err(ServiceError::NotFound("Factor"));
                }
                if !store::any_in(tx, account_id).await? {
                    if required {
                        let text =
                            "Your organization requires a second factor. Add another one before you remove this.";
                        return Err(ServiceError::Forbidden(text.to_owned()));
                    }
                    store::set_recovery(tx, account_id, &[], now).await?;
                }
                keep_a_way_in(tx, account_id).await?;
                let detail = serde_json::json!({ "kind": row.kind }).to_string();
                let object = format!("factor:{id}");
                audit::record(tx, &access::origin(&actor), "factor.remove", &object, &detail, now).await?;
                if row.confirmed_at.is_none() {
                    return Ok(());
                }
                let (what, name) = (words(&row.kind), row.name.as_str());
                let text = Text::FactorRemoved { what, name };
                mail::post(&again, tx, Some(actor.organization_id), &actor.email, text, NOTICE_LIFE).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}

/// Makes ten recovery codes; the old ones fail from now on.
pub async fn new_recovery_codes(services: &Services, caller: &Caller) -> Result<Vec<Secret>> {
    session(caller)?;
    if !caller.factor.enrolled {
        return Err(Invalid::whole("Set up a second factor first.").into());
    }
    let account_id = caller.actor.account_id;
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let codes = fresh_codes(tx, account_id, now).await?;
                let object = format!("user:{account_id}");
                audit::record(tx, &origin, "factor.recovery_codes", &object, "{}", now).await?;
                Ok(codes)
            })
        })
        .await
}

/// Ten codes in place of those that were.
async fn fresh_codes(tx: &mut Tx, account_id: i64, now: i64) -> Result<Vec<Secret>> {
    let codes: Vec<Secret> = (0..CODES).map(|_| totp::recovery_code()).collect();
    let hashes: Vec<[u8; 32]> = codes
        .iter()
        .filter_map(|code| totp::recovery_hash(code.expose()))
        .collect();
    store::set_recovery(tx, account_id, &hashes, now).await?;
    Ok(codes)
}

/// Where passwords are off, one owner with a factor stays, for the day on which the provider fails (SEC-082).
pub(super) async fn keep_a_way_in(tx: &mut Tx, account_id: i64) -> Result<()> {
    if labelkeep_store::accounts::identities::keeps_a_way_in(tx, account_id).await? {
        return Ok(());
    }
    let text =
        "This is the last owner's factor, and members sign in by the identity provider only. Turn passwords on first.";
    Err(ServiceError::Forbidden(text.to_owned()))
}

/// Factors are changed in a browser session: a stolen token must not lock its owner out (SEC-104).
pub(super) fn session(caller: &Caller) -> Result<[u8; 32]> {
    match &caller.proof {
        Proof::Session { id_hash, .. } => Ok(*id_hash),
        _ => Err(ServiceError::Forbidden(
            "Second factors are changed in the browser, not with a token.".to_owned(),
        )),
    }
}

pub(super) fn clean_name(name: &str) -> Result<String, Invalid> {
    let name = crate::names::plain(name);
    if name.is_empty() {
        return Err(Invalid::field("name", "This field may not be blank."));
    }
    if name.chars().count() > MAX_NAME {
        let text = format!("Ensure this field has no more than {MAX_NAME} characters.");
        return Err(Invalid::field("name", text));
    }
    Ok(name)
}

/// What a kind is called in mails.
fn words(kind: &str) -> &'static str {
    match kind {
        "passkey" => "passkey",
        _ => "authenticator app",
    }
}
