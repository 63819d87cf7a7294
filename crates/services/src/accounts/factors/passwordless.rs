//! A sign-in by a passkey alone (SEC-072): it says who it is, and it has checked that they are there. That is worth as much
//! as a password with a second factor.
//!
//! Limits of wrong passwords do not count here: nobody can keep a passkey's owner out by guessing (SEC-062). What fails is
//! counted by network.

use std::net::IpAddr;

use labelkeep_store::accounts::factors as store;
use labelkeep_store::accounts::{self as accounts};
use labelkeep_store::audit::{self, Origin};

use super::passkeys::{self, PasskeyAnswer, PasskeyQuestion};
use super::question::{self, Asked, Purpose};
use crate::accounts::{CsrfSecret, SignIn, SignedIn, sessions, throttle};
use crate::audit::personal::introduce;
use crate::{Result, ServiceError, Services};

/// Asks whoever sits before this browser for a passkey. Tells nothing about any account.
pub async fn ask_who(services: &Services, browser: &CsrfSecret) -> Result<PasskeyQuestion> {
    let rp = question::needed(services)?;
    passkeys::ask(services, rp, Asked(Purpose::SignIn, browser.as_bytes()), None).await
}

/// Signs in by the passkey that has answered.
pub async fn sign_in_by_passkey(
    services: &Services,
    browser: &CsrfSecret,
    answer: &PasskeyAnswer,
    wish: SignIn,
) -> Result<SignedIn> {
    throttle::check(services, "", wish.address).await?;
    let asked = Asked(Purpose::SignIn, browser.as_bytes());
    let judged = passkeys::judge(services, asked, None, answer).await?;
    let (account, holder) = match judged.account_id {
        Some(id) => (
            accounts::own(&services.db, id).await?,
            accounts::holder(&services.db, id).await?,
        ),
        None => (None, None),
    };
    let now = services.now();
    let mut origin = Origin {
        organization_id: holder.as_ref().map(|holder| holder.organization_id),
        account_id: judged.account_id,
        address: wish.address.to_string(),
        ..Origin::default()
    };
    if let Some(id) = judged.account_id {
        introduce(services, id).await?;
    }
    let question = judged.question;
    let (account, holder, (id, used)) = match (account, holder, judged.verdict) {
        (Some(account), Some(holder), Ok(proof)) => (account, holder, proof),
        (_, holder, verdict) => {
            let reason = verdict.err().unwrap_or("deactivated");
            if holder.is_none() {
                origin.claimed = origin.account_id.take();
            }
            services
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        question.spend(tx, now).await?;
                        failed(tx, &origin, reason, wish.address, now).await
                    })
                })
                .await?;
            return Ok(SignedIn::No);
        }
    };
    let Some(break_glass) = sessions::break_glass(&holder) else {
        services
            .db
            .write(move |tx| Box::pin(async move { question.spend(tx, now).await }))
            .await?;
        return Ok(SignedIn::ProviderOnly);
    };
    let (mut row, session) = sessions::draft(services, &account, Some(&holder), &wish);
    row.factor = Some("passkey".to_owned());
    let again = services.clone();
    let right = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                question.spend(tx, now).await?;
                if !store::use_passkey(tx, id, i64::from(used.sign_count), used.backed_up, now).await? {
                    failed(tx, &origin, "counter", wish.address, now).await?;
                    return Ok(false);
                }
                let past = break_glass.then_some(account.email.as_str());
                sessions::enter(&again, tx, &row, &origin, past).await?;
                Ok::<_, ServiceError>(true)
            })
        })
        .await?;
    services.cache.forget_account(holder.account_id);
    Ok(if right {
        SignedIn::Session(session)
    } else {
        SignedIn::No
    })
}

async fn failed(
    tx: &mut labelkeep_store::Tx,
    origin: &Origin,
    reason: &'static str,
    address: IpAddr,
    now: i64,
) -> Result<()> {
    throttle::failed(tx, "", address, now).await?;
    let detail = serde_json::json!({ "factor": "passkey", "reason": reason }).to_string();
    Ok(audit::record(tx, origin, "login.failed", "", &detail, now).await?)
}
