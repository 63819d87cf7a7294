//! A person's address: shown to reach them, and changed only when the new one does (SEC-067).

use std::net::IpAddr;

use labelkeep_store::accounts::{self as store, AccountRow, links as rows};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::{StoreError, Tx};

use super::links::{self, Kind, LIFE, verify_path};
use super::resets::{dead_link, guessed};
use super::throttle::Limit;
use super::{Caller, Proof, clean_email, passwords};
use crate::access;
use crate::audit::personal::{hide, introduce_in};
use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Invalid, Result, ServiceError, Services};

/// Confirmations that one account asks for (SEC-063).
const REQUESTS: Limit = Limit::new("email", 5, 3_600 * 1_000_000);

/// What the person should know about their own address.
#[derive(Debug, Clone)]
pub struct EmailState {
    /// Mail to it has reached them.
    pub verified: bool,
    /// The address to which it changes when its link is used.
    pub pending: Option<String>,
}

/// About the caller's own address.
pub async fn email_state(services: &Services, account: &AccountRow) -> Result<EmailState> {
    let pending = rows::pending_email(&services.db, account.id, services.now()).await?;
    Ok(EmailState {
        verified: account.email_verified_at.is_some(),
        pending: pending.filter(|email| *email != account.email),
    })
}

/// Sends a link to a new address; with it the address is changed. Needs a browser session and the password. An address that
/// somebody has gets the same answer (SEC-061).
pub async fn request_email_change(
    services: &Services,
    caller: &Caller,
    email: &str,
    password: String,
) -> Result<EmailState> {
    let account = own_in_browser(services, caller).await?;
    let email = clean_email(email)?;
    if !services.settings.mail {
        let text = "This server sends no mail, so that a new address cannot be confirmed.";
        return Err(Invalid::field("email", text).into());
    }
    if email == account.email {
        return Err(Invalid::field("email", "This is your address already.").into());
    }
    passwords::prove(services, caller, password, "password").await?;
    REQUESTS.check(services, &account.email).await?;
    let now = services.now();
    let free = store::by_email(&services.db, &email).await?.is_none();
    let (again, origin, pending) = (services.clone(), access::origin(&caller.actor), email.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let hidden = hide(tx, &again, account.id, &email).await?;
                let detail = serde_json::json!({ "email": hidden }).to_string();
                let object = format!("user:{}", account.id);
                audit::record(tx, &origin, "email.request", &object, &detail, now).await?;
                // The row is there in both cases, so that both look alike; the mail goes out for a free address alone.
                send_link(&again, tx, &origin, &account, &email, free, now).await
            })
        })
        .await?;
    Ok(EmailState {
        verified: false,
        pending: Some(pending),
    })
}

/// Forgets the address that waits for its confirmation.
pub async fn cancel_email_change(services: &Services, caller: &Caller) -> Result<()> {
    let account = own_in_browser(services, caller).await?;
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::forget(tx, account.id, Kind::Email.word()).await?;
                audit::record(tx, &origin, "email.cancel", &format!("user:{}", account.id), "{}", now).await
            })
        })
        .await?;
    Ok(())
}

/// Sends the confirmation of the caller's present address again.
pub async fn request_verification(services: &Services, caller: &Caller) -> Result<()> {
    let account = own_in_browser(services, caller).await?;
    if !services.settings.mail {
        return Err(Invalid::whole("This server sends no mail.").into());
    }
    if account.email_verified_at.is_some() {
        return Err(Invalid::whole("Your address is confirmed already.").into());
    }
    REQUESTS.check(services, &account.email).await?;
    let (again, origin, now) = (services.clone(), access::origin(&caller.actor), services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let email = account.email.clone();
                send_link(&again, tx, &origin, &account, &email, true, now).await
            })
        })
        .await
}

/// Asks a new account to confirm its address, in the transaction that makes it.
pub(super) async fn ask_to_verify(
    services: &Services,
    tx: &mut Tx,
    origin: &Origin,
    account: &AccountRow,
) -> Result<()> {
    if !services.settings.mail {
        return Ok(());
    }
    send_link(services, tx, origin, account, &account.email, true, services.now()).await
}

async fn send_link(
    services: &Services,
    tx: &mut Tx,
    origin: &Origin,
    account: &AccountRow,
    email: &str,
    reachable: bool,
    now: i64,
) -> Result<()> {
    REQUESTS.failed(tx, &account.email, origin, now).await?;
    let (row, link) = links::make(services, Kind::Email, Some(account.id), email, true, LIFE);
    rows::replace(tx, &row).await?;
    if reachable {
        let path = verify_path(&link.token);
        mail::post(
            services,
            tx,
            origin.organization_id,
            email,
            Text::Verify { link: &path },
            LIFE,
        )
        .await?;
    }
    Ok(())
}

/// The address that a link confirms; an error when it no longer works.
pub async fn verification_target(services: &Services, token: &str, address: IpAddr) -> Result<String> {
    match rows::find(&services.db, Kind::Email.word(), &links::hash(token), services.now()).await? {
        Some(row) => Ok(row.email),
        None => Err(guessed(services, address).await?),
    }
}

/// Confirms an address by its link; a new one replaces the old one, which gets a notice.
pub async fn confirm_email(services: &Services, token: &str, address: IpAddr) -> Result<()> {
    verification_target(services, token, address).await?;
    let (now, again, token_hash) = (services.now(), services.clone(), links::hash(token));
    let id = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let link = rows::take(tx, Kind::Email.word(), &token_hash, now).await?;
                let Some((link, id)) = link.and_then(|link| link.account_id.map(|id| (link, id))) else {
                    return Err(dead_link());
                };
                let account = store::own_locked(tx, id).await?.ok_or_else(dead_link)?;
                introduce_in(tx, &again, id).await?;
                let origin = Origin {
                    organization_id: account.active_organization,
                    account_id: Some(id),
                    address: address.to_string(),
                    ..Origin::default()
                };
                let object = format!("user:{id}");
                if link.email == account.email {
                    store::set_verified(tx, id, now).await?;
                    audit::record(tx, &origin, "email.verify", &object, "{}", now).await?;
                    return Ok(id);
                }
                store::set_email(tx, id, &link.email, now).await.map_err(taken)?;
                // A link that went to the old address must not open the account any more.
                rows::forget(tx, id, Kind::Reset.word()).await?;
                let (from, to) = (
                    hide(tx, &again, id, &account.email).await?,
                    hide(tx, &again, id, &link.email).await?,
                );
                let detail = serde_json::json!({ "from": from, "to": to }).to_string();
                audit::record(tx, &origin, "email.change", &object, &detail, now).await?;
                let text = Text::EmailChanged { new: &link.email };
                mail::post(&again, tx, origin.organization_id, &account.email, text, NOTICE_LIFE).await?;
                Ok(id)
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(())
}

fn taken(error: StoreError) -> ServiceError {
    if error.is_unique_violation() {
        // Somebody took it since the link was sent.
        dead_link()
    } else {
        error.into()
    }
}

/// The caller's account, when they are here with a browser.
async fn own_in_browser(services: &Services, caller: &Caller) -> Result<AccountRow> {
    if !matches!(caller.proof, Proof::Session { .. }) {
        return Err(ServiceError::Forbidden(
            "An address is changed in the browser, not with a token.".to_owned(),
        ));
    }
    store::own(&services.db, caller.actor.account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))
}
