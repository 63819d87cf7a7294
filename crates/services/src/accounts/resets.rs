//! New passwords for people who have lost theirs: by a mail, by an administrator, or from the console (SEC-065).

use std::net::IpAddr;

use labelkeep_policy::Role;
use labelkeep_store::accounts::{self as store, AccountRow, organizations};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::{Tx, accounts::links as rows};

use super::links::{self, Kind, LIFE, OneTimeLink, reset_path};
use super::throttle::{self, Limit};
use super::{Caller, Proof, clean_email, passwords};
use crate::access::{self, Action};
use crate::audit::personal::{introduce_in, typed_address};
use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Invalid, Result, ServiceError, Services};

/// Mails to one address, whether somebody has it or not (SEC-063).
const REQUESTS: Limit = Limit::new("reset", 5, 3_600 * 1_000_000);

/// What a wrong, used or old link gets.
pub(super) fn dead_link() -> ServiceError {
    ServiceError::Forbidden("This link no longer works. Ask for a new one.".to_owned())
}

/// Sends a link to somebody who has forgotten their password. The answer is the same for addresses that nobody has
/// (SEC-061).
pub async fn request_reset(services: &Services, email: &str, address: IpAddr) -> Result<()> {
    if !services.settings.mail {
        return Err(Invalid::whole("This server sends no mail. Ask the people who run it for a link.").into());
    }
    let email = clean_email(email)?;
    throttle::check(services, "", address).await?;
    REQUESTS.check(services, &email).await?;
    let now = services.now();
    let account = match store::by_email(&services.db, &email).await? {
        // Who may not sign in has no use for a password.
        Some(account) => store::holder(&services.db, account.id)
            .await?
            .map(|holder| (account, holder)),
        None => None,
    };
    let again = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                throttle::failed(tx, "", address, now).await?;
                let claimed = account.as_ref().map(|(account, _)| account.id);
                let origin = Origin {
                    organization_id: account.as_ref().map(|(_, holder)| holder.organization_id),
                    address: address.to_string(),
                    claimed,
                    ..Origin::default()
                };
                if let Some(id) = claimed {
                    introduce_in(tx, &again, id).await?;
                }
                REQUESTS.failed(tx, &email, &origin, now).await?;
                let detail = typed_address(tx, &again, &email, claimed).await?;
                audit::record(tx, &origin, "password.forgotten", "", &detail, now).await?;
                if let Some((account, holder)) = account {
                    let (row, link) = links::make(&again, Kind::Reset, Some(account.id), &account.email, true, LIFE);
                    rows::replace(tx, &row).await?;
                    let path = reset_path(&link.token);
                    let text = Text::Reset { link: &path };
                    mail::post(&again, tx, Some(holder.organization_id), &account.email, text, LIFE).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Makes a link for another member, to be handed over. The person is told by mail, too (SEC-114: nobody above the caller).
pub async fn administrator_link(services: &Services, caller: &Caller, id: i64) -> Result<OneTimeLink> {
    if !matches!(caller.proof, Proof::Session { .. }) {
        return Err(ServiceError::Forbidden(
            "Links are made in the browser, not with a token.".to_owned(),
        ));
    }
    let (actor, organization_id) = access::organization(caller.actor.clone(), Action::MemberManage)?.into_parts();
    let member = organizations::membership(&services.db, organization_id, id).await?;
    let member = member.ok_or(ServiceError::NotFound("User"))?;
    let account = store::own(&services.db, id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    if id == actor.account_id {
        return Err(Invalid::whole("Change your own password on your account page.").into());
    }
    let role = Role::from_word(&member.role);
    if role.rank() > actor.role.rank() {
        return Err(super::roles::forbidden());
    }
    make_link(services, account, role, access::origin(&actor)).await
}

/// Makes a link that is shown to whoever asked for it, and puts it on record.
pub(super) async fn make_link(
    services: &Services,
    account: AccountRow,
    role: Role,
    origin: Origin,
) -> Result<OneTimeLink> {
    if role == Role::Deactivated || !account.is_active {
        return Err(Invalid::whole("This person is deactivated. Activate them first.").into());
    }
    let (row, link) = links::make(services, Kind::Reset, Some(account.id), &account.email, false, LIFE);
    let (again, now) = (services.clone(), services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::replace(tx, &row).await?;
                let object = format!("user:{}", account.id);
                audit::record(tx, &origin, "password.link", &object, "{}", now).await?;
                let text = Text::ResetByAdministrator;
                mail::post(&again, tx, origin.organization_id, &account.email, text, NOTICE_LIFE).await
            })
        })
        .await?;
    Ok(link)
}

/// Whose password a link sets: their address; an error when it no longer works.
pub async fn reset_target(services: &Services, token: &str, address: IpAddr) -> Result<String> {
    Ok(target(services, token, address).await?.email)
}

async fn target(services: &Services, token: &str, address: IpAddr) -> Result<AccountRow> {
    let row = rows::find(&services.db, Kind::Reset.word(), &links::hash(token), services.now()).await?;
    let account = match row.and_then(|row| row.account_id) {
        // Who was deactivated in the meantime stays out.
        Some(id) if store::holder(&services.db, id).await?.is_some() => store::own(&services.db, id).await?,
        _ => None,
    };
    match account {
        Some(account) => Ok(account),
        None => Err(guessed(services, address).await?),
    }
}

/// A wrong link counts as guessing.
pub(super) async fn guessed(services: &Services, address: IpAddr) -> Result<ServiceError> {
    let wait = throttle::guessed(services, address).await?;
    Ok(wait.map_or_else(dead_link, ServiceError::TooMany))
}

/// Sets a new password by a link. It signs nobody in, so that a second factor is asked for as always, and ends all sessions.
pub async fn reset_password(services: &Services, token: &str, password: String, address: IpAddr) -> Result<()> {
    let account = target(services, token, address).await?;
    let organization_id = store::holder(&services.db, account.id)
        .await?
        .map(|holder| holder.organization_id);
    let about = [&*account.email, &*account.first_name, &*account.last_name];
    passwords::check(services, organization_id, &password, &about).await?;
    let hash = passwords::hash(services, password).await?;
    let (now, again, token_hash, id) = (services.now(), services.clone(), links::hash(token), account.id);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let link = rows::take(tx, Kind::Reset.word(), &token_hash, now).await?;
                let Some(link) = link.filter(|link| link.account_id == Some(id)) else {
                    return Err(dead_link());
                };
                store::set_password(tx, id, &hash, now).await?;
                if link.mailed {
                    store::set_verified(tx, id, now).await?;
                }
                introduce_in(tx, &again, id).await?;
                let origin = Origin {
                    organization_id,
                    account_id: Some(id),
                    address: address.to_string(),
                    ..Origin::default()
                };
                audit::record(tx, &origin, "password.reset", &format!("user:{id}"), "{}", now).await?;
                throttle::succeeded(tx, &account.email).await?;
                password_changed(&again, tx, &origin, &account, None, now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(())
}

/// What follows from every change of a password: other sessions end (SEC-064), open links die (SEC-065), the person is told.
pub(super) async fn password_changed(
    services: &Services,
    tx: &mut Tx,
    origin: &Origin,
    account: &AccountRow,
    except: Option<&[u8]>,
    now: i64,
) -> Result<()> {
    store::sessions::end_all(tx, account.id, except, now).await?;
    rows::forget(tx, account.id, Kind::Reset.word()).await?;
    let text = Text::PasswordChanged;
    mail::post(services, tx, origin.organization_id, &account.email, text, NOTICE_LIFE).await
}
