//! Authenticator apps (SEC-070): setting one up.

use labelkeep_crypt::{Place, Secret, TotpSecret};
use labelkeep_store::accounts::factors::{self as store, FactorRow};
use labelkeep_store::audit;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::enrol::{clean_name, in_force, room_for_one_more, session};
use super::limit::Counted;
use super::qr;
use crate::accounts::Caller;
use crate::{Invalid, Result, ServiceError, Services, access};

/// Name of the product in authenticator apps.
const ISSUER: &str = "Labelkeep";

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

/// Begins to set up an authenticator app; one that was begun before and never confirmed is replaced.
pub async fn enrol_totp(services: &Services, caller: &Caller, name: Option<String>) -> Result<Enrolment> {
    session(caller)?;
    let account_id = caller.actor.account_id;
    let name = clean_name(name.as_deref().unwrap_or("Authenticator app"))?;
    room_for_one_more(services, account_id).await?;
    let secret = TotpSecret::random();
    let (now, keys, bytes) = (services.now(), services.keys.clone(), secret.as_bytes().to_vec());
    let origin = access::origin(&caller.actor);
    let id = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = store::insert(tx, account_id, "totp", &name, now).await?;
                // Sealed for its own row, whose number is known only now.
                store::set_data(tx, id, &keys.seal(place(&id.to_string()), &bytes)).await?;
                audit::record(tx, &origin, "factor.begin", &format!("factor:{id}"), "{}", now).await?;
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
    let (now, actor, again) = (services.now(), caller.actor.clone(), services.clone());
    let step = open_totp(services, &row)?.accepts(code.trim(), now / 1_000_000, row.last_step);
    let (made, blocked) = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let counted = Counted::codes(account_id);
                if let Some(seconds) = counted.check(tx, now).await? {
                    return Ok((None, Some(seconds)));
                }
                let Some(step) = step else {
                    counted.failed(tx, &access::origin(&actor), "{}", now).await?;
                    return Ok((None, None));
                };
                if !store::use_step(tx, id, step, now).await? || !store::confirm(tx, id, now).await? {
                    return Err(ServiceError::Conflict("This factor is in force already.".to_owned()));
                }
                counted.succeeded(tx).await?;
                let codes = in_force(&again, tx, &actor, &session, ("totp", id, &row.name), now).await?;
                Ok((Some(codes), None))
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    if let Some(seconds) = blocked {
        return Err(ServiceError::TooMany(seconds));
    }
    let Some(codes) = made else {
        let text = "This is not the code that the app shows now. Check the clock of the device.";
        return Err(Invalid::field("code", text).into());
    };
    let row = store::find(&services.db, account_id, id).await?;
    Ok((row.ok_or(ServiceError::NotFound("Factor"))?, codes))
}

fn place(row: &str) -> Place<'_> {
    Place {
        // A factor belongs to a person, whatever organizations they work in.
        organization: 0,
        table: "factor",
        column: "data",
        row,
    }
}

pub(super) fn open_totp(services: &Services, row: &FactorRow) -> Result<TotpSecret> {
    let name = row.id.to_string();
    let bytes = services
        .keys
        .open(place(&name), &row.data)
        .map_err(|error| ServiceError::Internal(format!("factor {}: {error}", row.id)))?;
    Ok(TotpSecret::from_bytes(&bytes))
}
