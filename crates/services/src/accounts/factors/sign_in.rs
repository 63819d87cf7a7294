//! The second step of a sign-in. Between the steps there is no session: a row that lives five minutes knows who has given
//! the right password, and a cookie of that one browser names it.

use std::net::IpAddr;

use labelkeep_crypt::{Secret, secret::hash_secret, totp};
use labelkeep_store::Tx;
use labelkeep_store::accounts::factors::{self as store, StepRow};
use labelkeep_store::accounts::{self as accounts, AccountRow};
use labelkeep_store::audit::{self, Origin};

use super::{limit, open_totp};
use crate::accounts::{Caller, NewSession, SignIn, sessions, throttle};
use crate::{Invalid, Result, ServiceError, Services, access};

const LIFE: i64 = 5 * 60 * 1_000_000;
/// Most bytes of a code that are looked at.
const MAX_CODE: usize = 64;

/// A sign-in whose first step is done. The cookie's value is not stored anywhere.
#[derive(Debug)]
pub struct WaitingSignIn {
    /// The cookie's value.
    pub id: Secret,
    /// How long it is good for, in seconds.
    pub seconds: i64,
}

/// What came of the second step.
#[derive(Debug)]
pub enum SecondStep {
    /// No sign-in waits under this cookie (any more): from the beginning.
    Over,
    /// The code is wrong, or was used before.
    Wrong,
    /// A session.
    Session(NewSession),
}

/// What a right proof uses up.
enum Use {
    Totp { id: i64, step: i64 },
    Recovery([u8; 32]),
}

impl Use {
    /// The word in the session's row.
    fn word(&self) -> &'static str {
        match self {
            Use::Totp { .. } => "totp",
            Use::Recovery(_) => "recovery",
        }
    }

    /// Uses it up; false when somebody was faster.
    async fn up(&self, tx: &mut Tx, account_id: i64, now: i64) -> labelkeep_store::Result<bool> {
        match self {
            Use::Totp { id, step } => store::use_step(tx, *id, *step, now).await,
            Use::Recovery(hash) => store::use_recovery(tx, account_id, hash, now).await,
        }
    }
}

/// Notes that the first step is done. `renewed` is a password hash that is due for renewal; `organization_id` is the
/// organization whose provider did the step, none after a password.
pub(in crate::accounts) async fn wait(
    services: &Services,
    account: &AccountRow,
    persistent: bool,
    renewed: Option<String>,
    organization_id: Option<i64>,
) -> Result<WaitingSignIn> {
    let (id, now) = (Secret::session_id(), services.now());
    let row = StepRow {
        id_hash: id.hash().to_vec(),
        account_id: account.id,
        persistent,
        challenge: None,
        created_at: now,
        expires_at: now + LIFE,
        organization_id,
    };
    let email = account.email.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(hash) = renewed {
                    accounts::set_password(tx, row.account_id, &hash, row.created_at).await?;
                }
                if organization_id.is_none() {
                    throttle::succeeded(tx, &email).await?;
                }
                store::insert_step(tx, &row).await
            })
        })
        .await?;
    Ok(WaitingSignIn {
        id,
        seconds: LIFE / 1_000_000,
    })
}

/// Whether a sign-in waits under this cookie.
pub async fn waiting_step(services: &Services, id: &str) -> Result<bool> {
    Ok(store::step(&services.db, &hash_secret(id), services.now())
        .await?
        .is_some())
}

/// The second step: a code of an app, or a recovery code.
pub async fn second_step(
    services: &Services,
    id: &str,
    code: &str,
    address: IpAddr,
    agent: String,
) -> Result<SecondStep> {
    let now = services.now();
    let Some(waiting) = store::step(&services.db, &hash_secret(id), now).await? else {
        return Ok(SecondStep::Over);
    };
    let account_id = waiting.account_id;
    let account = accounts::own(&services.db, account_id).await?;
    let holder = accounts::holder_of(&services.db, account_id, waiting.organization_id).await?;
    let (Some(account), Some(holder)) = (account, holder) else {
        return Ok(SecondStep::Over);
    };
    let proof = judge(services, account_id, code.trim(), now).await?;
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: waiting.persistent,
        address,
        agent,
    };
    let (mut row, session) = sessions::draft(services, &account, Some(&holder), &wish);
    row.organization_id = waiting.organization_id;
    row.factor = proof.as_ref().map(|proof| proof.word().to_owned());
    let origin = Origin {
        organization_id: Some(holder.organization_id),
        account_id: Some(account_id),
        token_id: None,
        address: address.to_string(),
    };
    let break_glass = !holder.local_passwords && waiting.organization_id.is_none();
    let outcome = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(seconds) = limit::check(tx, account_id, now).await? {
                    return Ok::<_, crate::ServiceError>(Err(seconds));
                }
                let used = match &proof {
                    Some(proof) if proof.up(tx, account_id, now).await? => proof,
                    _ => {
                        limit::failed(tx, account_id, &origin, now).await?;
                        return Ok(Ok(Some(false)));
                    }
                };
                if !store::end_step(tx, &waiting.id_hash).await? {
                    return Ok(Ok(None));
                }
                limit::succeeded(tx, account_id).await?;
                sessions::begin(tx, &row).await?;
                let object = format!("user:{account_id}");
                let detail = serde_json::json!({ "factor": used.word() }).to_string();
                audit::record(tx, &origin, "login", &object, &detail, now).await?;
                if break_glass {
                    // An owner who gets in past the provider: an alert (SEC-082).
                    tracing::warn!(
                        account = account_id,
                        "a sign-in with a password although they are off (break-glass)"
                    );
                    audit::record(tx, &origin, "login.break_glass", &object, "{}", now).await?;
                }
                if matches!(used, Use::Recovery(_)) {
                    // Somebody who has not got the app: worth a row of its own (SEC-071).
                    audit::record(tx, &origin, "factor.recovery", &object, "{}", now).await?;
                }
                Ok(Ok(Some(true)))
            })
        })
        .await?;
    match outcome {
        Err(seconds) => Err(crate::ServiceError::TooMany(seconds)),
        Ok(None) => Ok(SecondStep::Over),
        Ok(Some(false)) => Ok(SecondStep::Wrong),
        Ok(Some(true)) => Ok(SecondStep::Session(session)),
    }
}

/// Takes a code from somebody who is signed in, as a proof that it is still them; it is used up (SEC-032).
pub(in crate::accounts) async fn prove(services: &Services, caller: &Caller, code: &str) -> Result<()> {
    let (account_id, now) = (caller.actor.account_id, services.now());
    let (proof, origin) = (
        judge(services, account_id, code.trim(), now).await?,
        access::origin(&caller.actor),
    );
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(seconds) = limit::check(tx, account_id, now).await? {
                    return Ok(Err(ServiceError::TooMany(seconds)));
                }
                match &proof {
                    Some(proof) if proof.up(tx, account_id, now).await? => {
                        limit::succeeded(tx, account_id).await?;
                        Ok::<_, ServiceError>(Ok(()))
                    }
                    _ => {
                        limit::failed(tx, account_id, &origin, now).await?;
                        let text = "This code is not right, or it was used before. Wait for the next one.";
                        Ok(Err(Invalid::field("code", text).into()))
                    }
                }
            })
        })
        .await?
}

/// What the code would use up, if it is right.
async fn judge(services: &Services, account_id: i64, code: &str, now: i64) -> Result<Option<Use>> {
    if code.len() > MAX_CODE {
        return Ok(None);
    }
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 {
        return Ok(totp::recovery_hash(code).map(Use::Recovery));
    }
    for row in store::confirmed(&services.db, account_id).await? {
        if row.kind == "totp"
            && let Some(step) = open_totp(services, &row)?.accepts(&digits, now / 1_000_000, row.last_step)
        {
            return Ok(Some(Use::Totp { id: row.id, step }));
        }
    }
    Ok(None)
}
