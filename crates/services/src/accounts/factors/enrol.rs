//! A person's own factors.

use labelkeep_crypt::{Secret, TotpSecret, totp};
use labelkeep_store::accounts::factors::{self as store, FactorRow};
use labelkeep_store::{Tx, audit};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{MAX_NAME, limit, open_totp, place, qr};
use crate::accounts::{Caller, Proof};
use crate::{Invalid, Result, ServiceError, Services, access};

/// Recovery codes that are made at once (SEC-071).
const CODES: usize = 10;
/// Factors of one person.
const MOST: usize = 20;
/// Name of the product in authenticator apps.
const ISSUER: &str = "Labelkeep";

/// What a person is shown of their factors.
#[derive(Debug)]
pub struct OwnFactors {
    /// Those in force.
    pub factors: Vec<FactorRow>,
    /// Unused recovery codes.
    pub recovery_codes_left: i64,
}

/// An app that is being set up. The secret is shown here and never again.
#[derive(Debug)]
pub struct Enrolment {
    /// The factor's id; it is not in force yet.
    pub id: i64,
    /// The secret for people who type it.
    pub secret: Secret,
    /// The same for apps, as an `otpauth:` address.
    pub otpauth_url: Secret,
    /// The same for cameras, as an SVG picture.
    pub qr_svg: Secret,
}

/// The caller's factors.
pub async fn own_factors(services: &Services, caller: &Caller) -> Result<OwnFactors> {
    let account_id = caller.actor.account_id;
    Ok(OwnFactors {
        factors: store::confirmed(&services.db, account_id).await?,
        recovery_codes_left: store::recovery_left(&services.db, account_id).await?,
    })
}

/// Begins to set up an authenticator app; one that was begun before and never confirmed is replaced.
pub async fn enrol_totp(services: &Services, caller: &Caller, name: Option<String>) -> Result<Enrolment> {
    session(caller)?;
    let account_id = caller.actor.account_id;
    let name = clean_name(name.as_deref().unwrap_or("Authenticator app"))?;
    if store::confirmed(&services.db, account_id).await?.len() >= MOST {
        return Err(Invalid::whole(format!("You have {MOST} factors. Remove one first.")).into());
    }
    let secret = TotpSecret::random();
    let (now, keys, bytes) = (services.now(), services.keys.clone(), secret.as_bytes().to_vec());
    let id = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = store::insert(tx, account_id, "totp", &name, now).await?;
                // Sealed for its own row, whose number is known only now.
                store::set_data(tx, id, &keys.seal(place(&id.to_string()), &bytes)).await?;
                Ok::<_, ServiceError>(id)
            })
        })
        .await?;
    shown(&secret, id, &caller.actor.email)
}

/// The app that the caller began to set up, or a new one: for a page that may be loaded twice.
pub async fn pending_totp(services: &Services, caller: &Caller) -> Result<Enrolment> {
    session(caller)?;
    match store::pending(&services.db, caller.actor.account_id, "totp").await? {
        Some(row) => shown(&open_totp(services, &row)?, row.id, &caller.actor.email),
        None => enrol_totp(services, caller, None).await,
    }
}

fn shown(secret: &TotpSecret, id: i64, email: &str) -> Result<Enrolment> {
    let base32 = secret.base32();
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let otpauth_url = format!(
        "otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&period=30",
        encode(ISSUER),
        encode(email),
        base32.expose(),
        encode(ISSUER)
    );
    let qr_svg = qr::svg(&otpauth_url).ok_or_else(|| ServiceError::Internal("no QR code".to_owned()))?;
    Ok(Enrolment {
        id,
        secret: base32,
        otpauth_url: Secret::new(otpauth_url),
        qr_svg: Secret::new(qr_svg),
    })
}

/// Puts an app in force with a code that it shows. The first factor of an account comes with recovery codes.
pub async fn confirm_totp(
    services: &Services,
    caller: &Caller,
    id: i64,
    code: &str,
) -> Result<(FactorRow, Option<Vec<Secret>>)> {
    let session = session(caller)?;
    let account_id = caller.actor.account_id;
    let row = store::find(&services.db, account_id, id).await?;
    let row = row
        .filter(|row| row.kind == "totp" && row.confirmed_at.is_none())
        .ok_or(ServiceError::NotFound("Factor"))?;
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    let step = open_totp(services, &row)?.accepts(code.trim(), now / 1_000_000, row.last_step);
    let codes: Vec<Secret> = (0..CODES).map(|_| totp::recovery_code()).collect();
    let hashes = hashes(&codes);
    let (made, blocked) = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(seconds) = limit::check(tx, account_id, now).await? {
                    return Ok((None, Some(seconds)));
                }
                let Some(step) = step else {
                    limit::failed(tx, account_id, &origin, now).await?;
                    return Ok((None, None));
                };
                if !store::use_step(tx, id, step, now).await? || !store::confirm(tx, id, now).await? {
                    return Err(ServiceError::Conflict("This factor is in force already.".to_owned()));
                }
                let new_codes = !store::has_recovery(tx, account_id).await?;
                if new_codes {
                    store::set_recovery(tx, account_id, &hashes, now).await?;
                }
                store::mark_session(tx, &session, "totp").await?;
                limit::succeeded(tx, account_id).await?;
                record(tx, &origin, "factor.enrol", id, now).await?;
                Ok((Some(new_codes), None))
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    if let Some(seconds) = blocked {
        return Err(ServiceError::TooMany(seconds));
    }
    let Some(new_codes) = made else {
        let text = "This is not the code that the app shows now. Check the clock of the device.";
        return Err(Invalid::field("code", text).into());
    };
    let row = store::find(&services.db, account_id, id).await?;
    Ok((row.ok_or(ServiceError::NotFound("Factor"))?, new_codes.then_some(codes)))
}

/// Gives a factor another name.
pub async fn rename_factor(services: &Services, caller: &Caller, id: i64, name: &str) -> Result<FactorRow> {
    session(caller)?;
    let (account_id, name) = (caller.actor.account_id, clean_name(name)?);
    let found = services
        .db
        .write(move |tx| Box::pin(async move { store::rename(tx, account_id, id, &name).await }))
        .await?;
    let row = store::find(&services.db, account_id, id).await?;
    row.filter(|_| found).ok_or(ServiceError::NotFound("Factor"))
}

/// Removes a factor. The last one stays where the organization requires one; with the last one go the recovery codes.
pub async fn remove_factor(services: &Services, caller: &Caller, id: i64) -> Result<()> {
    session(caller)?;
    let (account_id, required) = (caller.actor.account_id, caller.factor.required);
    let (now, origin) = (services.now(), access::origin(&caller.actor));
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
                    keep_a_way_in(tx, account_id).await?;
                }
                Ok(record(tx, &origin, "factor.remove", id, now).await?)
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
    let codes: Vec<Secret> = (0..CODES).map(|_| totp::recovery_code()).collect();
    let (hashes, account_id) = (hashes(&codes), caller.actor.account_id);
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_recovery(tx, account_id, &hashes, now).await?;
                let object = format!("user:{account_id}");
                audit::record(tx, &origin, "factor.recovery_codes", &object, "{}", now).await
            })
        })
        .await?;
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
fn session(caller: &Caller) -> Result<[u8; 32]> {
    match &caller.proof {
        Proof::Session { id_hash, .. } => Ok(*id_hash),
        _ => Err(ServiceError::Forbidden(
            "Second factors are changed in the browser, not with a token.".to_owned(),
        )),
    }
}

fn hashes(codes: &[Secret]) -> Vec<[u8; 32]> {
    codes
        .iter()
        .filter_map(|code| totp::recovery_hash(code.expose()))
        .collect()
}

fn clean_name(name: &str) -> Result<String, Invalid> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Invalid::field("name", "This field may not be blank."));
    }
    if name.chars().count() > MAX_NAME {
        let text = format!("Ensure this field has no more than {MAX_NAME} characters.");
        return Err(Invalid::field("name", text));
    }
    Ok(name.to_owned())
}

async fn record(tx: &mut Tx, origin: &audit::Origin, action: &str, id: i64, now: i64) -> labelkeep_store::Result<()> {
    audit::record(tx, origin, action, &format!("factor:{id}"), "{}", now).await
}
