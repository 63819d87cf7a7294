//! The second step of a sign-in, by a code or a passkey. Between the steps there is no session: a row that lives five
//! minutes knows who has given the right password, and a cookie of that one browser names it. What proves it there also
//! proves later that it is still them.

use std::net::IpAddr;

use labelkeep_crypt::webauthn::Used;
use labelkeep_crypt::{Secret, secret::hash_secret, totp};
use labelkeep_store::Tx;
use labelkeep_store::accounts::factors::{self as store, StepRow};
use labelkeep_store::accounts::{self as accounts, AccountRow};
use labelkeep_store::audit::{self, Origin};

use super::enrol::session;
use super::limit::Counted;
use super::passkeys::{self, PasskeyAnswer, PasskeyQuestion};
use super::question::{self, Answered, Asked, Purpose};
use super::totp::open_totp;
use crate::accounts::{Caller, NewSession, SignIn, sessions, throttle};
use crate::audit::personal::introduce;
use crate::mail::{self, NOTICE_LIFE, Text};
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
    /// The code or the passkey is wrong, or was used before.
    Wrong,
    /// A session.
    Session(NewSession),
}

/// What somebody gives as a proof.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// A code of an app, or a recovery code.
    Code(&'a str),
    /// The answer of a passkey.
    Passkey(&'a PasskeyAnswer),
}

/// What can be given in the second step.
#[derive(Debug)]
pub struct WaitingStep {
    /// The account has an app.
    pub codes: bool,
    /// It has a passkey.
    pub passkeys: bool,
}

/// What a right proof uses up.
enum Use {
    Totp { id: i64, step: i64 },
    Recovery([u8; 32]),
    Passkey { id: i64, used: Used },
}

impl Use {
    /// The word in the session's row.
    fn word(&self) -> &'static str {
        match self {
            Use::Totp { .. } => "totp",
            Use::Recovery(_) => "recovery",
            Use::Passkey { .. } => "passkey",
        }
    }

    /// Uses it up; false when somebody was faster.
    async fn up(&self, tx: &mut Tx, account_id: i64, now: i64) -> labelkeep_store::Result<bool> {
        match self {
            Use::Totp { id, step } => store::use_step(tx, *id, *step, now).await,
            Use::Recovery(hash) => store::use_recovery(tx, account_id, hash, now).await,
            Use::Passkey { id, used } => {
                store::use_passkey(tx, *id, i64::from(used.sign_count), used.backed_up, now).await
            }
        }
    }
}

/// What was given, and what it is worth.
struct Tried {
    account_id: i64,
    counted: Counted,
    proof: Option<Use>,
    /// The question that a passkey has answered.
    question: Option<Answered>,
    /// For the audit trail, when it is wrong.
    detail: String,
}

/// What became of it.
enum Taken {
    /// Too many were wrong: so many seconds.
    Wait(u64),
    Wrong,
    Right,
}

impl Tried {
    /// Uses a right proof up and counts a wrong one.
    async fn take(&self, tx: &mut Tx, origin: &Origin, now: i64) -> Result<Taken> {
        if let Some(seconds) = self.counted.check(tx, now).await? {
            return Ok(Taken::Wait(seconds));
        }
        if let Some(question) = &self.question {
            question.spend(tx, now).await?;
        }
        match &self.proof {
            Some(proof) if proof.up(tx, self.account_id, now).await? => {
                self.counted.succeeded(tx).await?;
                Ok(Taken::Right)
            }
            _ => {
                self.counted.failed(tx, origin, &self.detail, now).await?;
                Ok(Taken::Wrong)
            }
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

/// The sign-in that waits under this cookie, if there is one.
pub async fn waiting_step(services: &Services, id: &str) -> Result<Option<WaitingStep>> {
    let Some(waiting) = store::step(&services.db, &hash_secret(id), services.now()).await? else {
        return Ok(None);
    };
    let kinds = kinds(services, waiting.account_id).await?;
    Ok(Some(WaitingStep {
        codes: kinds.contains(&"totp"),
        passkeys: kinds.contains(&"passkey") && question::relying_party(services).is_some(),
    }))
}

/// Kinds of the account's factors.
pub(in crate::accounts) async fn kinds(services: &Services, account_id: i64) -> Result<Vec<&'static str>> {
    let rows = store::confirmed(&services.db, account_id).await?;
    let has = |kind: &&str| rows.iter().any(|row| row.kind == *kind);
    Ok(["passkey", "totp"].into_iter().filter(has).collect())
}

/// Asks for a passkey as the second step; none when no sign-in waits under this cookie (any more).
pub async fn ask_second_step(services: &Services, id: &str) -> Result<Option<PasskeyQuestion>> {
    let Some(waiting) = store::step(&services.db, &hash_secret(id), services.now()).await? else {
        return Ok(None);
    };
    let asked = Asked(Purpose::SecondStep, &waiting.id_hash);
    let rp = question::needed(services)?;
    Ok(Some(
        passkeys::ask(services, rp, asked, Some(waiting.account_id)).await?,
    ))
}

/// The second step.
pub async fn second_step(
    services: &Services,
    id: &str,
    given: Given<'_>,
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
    let asked = Asked(Purpose::SecondStep, &waiting.id_hash);
    let tried = judge(services, account_id, asked, given, address).await?;
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: waiting.persistent,
        address,
        agent,
    };
    let (mut row, session) = sessions::draft(services, &account, Some(&holder), &wish);
    row.organization_id = waiting.organization_id;
    row.factor = tried.proof.as_ref().map(|proof| proof.word().to_owned());
    introduce(services, account_id).await?;
    let origin = Origin {
        organization_id: Some(holder.organization_id),
        account_id: Some(account_id),
        address: address.to_string(),
        ..Origin::default()
    };
    let break_glass = !holder.local_passwords && waiting.organization_id.is_none();
    let again = services.clone();
    let outcome = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let taken = tried.take(tx, &origin, now).await?;
                if !matches!(taken, Taken::Right) {
                    return Ok::<_, ServiceError>((taken, true));
                }
                if !store::end_step(tx, &waiting.id_hash).await? {
                    return Ok((taken, false));
                }
                let past = break_glass.then_some(account.email.as_str());
                sessions::enter(&again, tx, &row, &origin, past).await?;
                if matches!(tried.proof, Some(Use::Recovery(_))) {
                    // Somebody who has not got the app: worth a row of its own, and a mail (SEC-071).
                    let object = format!("user:{account_id}");
                    audit::record(tx, &origin, "factor.recovery", &object, "{}", now).await?;
                    let (organization, text) = (origin.organization_id, Text::RecoveryUsed);
                    mail::post(&again, tx, organization, &account.email, text, NOTICE_LIFE).await?;
                }
                Ok((taken, true))
            })
        })
        .await?;
    match outcome {
        (Taken::Wait(seconds), _) => Err(ServiceError::TooMany(seconds)),
        (Taken::Wrong, _) => Ok(SecondStep::Wrong),
        (Taken::Right, false) => Ok(SecondStep::Over),
        (Taken::Right, true) => Ok(SecondStep::Session(session)),
    }
}

/// Asks somebody who is signed in for a passkey, as a proof that it is still them.
pub(in crate::accounts) async fn ask_again(services: &Services, caller: &Caller) -> Result<PasskeyQuestion> {
    let id_hash = session(caller)?;
    let rp = question::needed(services)?;
    let asked = Asked(Purpose::Confirm, &id_hash);
    passkeys::ask(services, rp, asked, Some(caller.actor.account_id)).await
}

/// Takes a proof from somebody who is signed in that it is still them; it is used up (SEC-032).
pub(in crate::accounts) async fn prove(services: &Services, caller: &Caller, given: Given<'_>) -> Result<()> {
    let id_hash = session(caller)?;
    let (account_id, now, origin) = (caller.actor.account_id, services.now(), access::origin(&caller.actor));
    let address = caller.actor.address.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let tried = judge(services, account_id, Asked(Purpose::Confirm, &id_hash), given, address).await?;
    let taken = services
        .db
        .write(move |tx| Box::pin(async move { tried.take(tx, &origin, now).await }))
        .await?;
    match (taken, given) {
        (Taken::Right, _) => Ok(()),
        (Taken::Wait(seconds), _) => Err(ServiceError::TooMany(seconds)),
        (Taken::Wrong, Given::Code(_)) => {
            let text = "This code is not right, or it was used before. Wait for the next one.";
            Err(Invalid::field("code", text).into())
        }
        (Taken::Wrong, Given::Passkey(_)) => {
            Err(Invalid::field("passkey", "This passkey was not accepted. Try another one.").into())
        }
    }
}

/// What it is worth that was given.
async fn judge(
    services: &Services,
    account_id: i64,
    asked: Asked<'_>,
    given: Given<'_>,
    address: IpAddr,
) -> Result<Tried> {
    match given {
        Given::Code(code) => Ok(Tried {
            account_id,
            counted: Counted::codes(account_id),
            proof: judge_code(services, account_id, code.trim()).await?,
            question: None,
            detail: "{}".to_owned(),
        }),
        Given::Passkey(answer) => {
            let judged = passkeys::judge(services, asked, Some(account_id), answer).await?;
            let detail = serde_json::json!({ "factor": "passkey", "reason": judged.verdict.as_ref().err() });
            Ok(Tried {
                account_id,
                counted: Counted::passkeys(account_id, address),
                proof: judged.verdict.ok().map(|(id, used)| Use::Passkey { id, used }),
                question: Some(judged.question),
                detail: detail.to_string(),
            })
        }
    }
}

/// What the code would use up, if it is right.
async fn judge_code(services: &Services, account_id: i64, code: &str) -> Result<Option<Use>> {
    if code.len() > MAX_CODE {
        return Ok(None);
    }
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 {
        return Ok(totp::recovery_hash(code).map(Use::Recovery));
    }
    let seconds = services.now() / 1_000_000;
    for row in store::confirmed(&services.db, account_id).await? {
        if row.kind == "totp"
            && let Some(step) = open_totp(services, &row)?.accepts(&digits, seconds, row.last_step)
        {
            return Ok(Some(Use::Totp { id: row.id, step }));
        }
    }
    Ok(None)
}
