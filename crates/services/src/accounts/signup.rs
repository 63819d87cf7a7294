//! New accounts that people make themselves.

use std::net::IpAddr;

use labelkeep_crypt::secret::hash_secret;
use labelkeep_policy::Role;
use labelkeep_store::StoreError;
use labelkeep_store::accounts::{self as store, NewAccount, organizations};
use labelkeep_store::audit::{self, Origin};

use super::invites::NewLink;
use super::sessions::{self, NewSession, SignIn};
use super::{clean_email, passwords};
use crate::{Invalid, Result, ServiceError, Services};

/// Title of the organization that the first account makes.
pub(super) const FIRST_ORGANIZATION: &str = "Labelkeep";

/// Whether somebody may sign up now, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignUpState {
    /// Nobody has an account yet: this one will own the installation (local mode; SEC-054).
    First,
    /// Joins this organization, whose title is given.
    Joins(i64, String),
    /// No link, a wrong one or an old one. Which of them is not told (SEC-086).
    Refused,
}

/// Somebody who signs up.
#[derive(Debug)]
pub struct Newcomer {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: String,
    /// The token of the link, if one was used.
    pub token: Option<String>,
    /// Wants news by mail.
    pub allow_newsletters: Option<bool>,
    /// The client's address.
    pub address: IpAddr,
    /// The client's `User-Agent`.
    pub agent: String,
}

/// What a sign-up with this link would do.
pub async fn sign_up_state(services: &Services, token: Option<&str>, address: IpAddr) -> Result<SignUpState> {
    if !super::any(services).await? {
        // With a server for many, strangers could be faster than its owner; that is for the one-time link then.
        return Ok(if services.settings.local {
            SignUpState::First
        } else {
            SignUpState::Refused
        });
    }
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let hash = hash_secret(&token[..token.floor_char_boundary(256)]);
        return match organizations::by_invite(&services.db, &hash, services.now()).await? {
            Some(row) => Ok(SignUpState::Joins(row.id, row.title)),
            None => match super::throttle::guessed(services, address).await? {
                Some(seconds) => Err(ServiceError::TooMany(seconds)),
                None => Ok(SignUpState::Refused),
            },
        };
    }
    if services.settings.signup_needs_link {
        return Ok(SignUpState::Refused);
    }
    match organizations::first(&services.db).await? {
        Some(row) => Ok(SignUpState::Joins(row.id, row.title)),
        None => Ok(SignUpState::Refused),
    }
}

/// Makes the account and signs it in. Errors name the form's fields.
pub async fn sign_up(services: &Services, newcomer: Newcomer) -> Result<NewSession> {
    super::throttle::check(services, "", newcomer.address).await?;
    let state = sign_up_state(services, newcomer.token.as_deref(), newcomer.address).await?;
    let title = match &state {
        SignUpState::First => FIRST_ORGANIZATION,
        SignUpState::Joins(_, title) => title,
        SignUpState::Refused => {
            return Err(ServiceError::Forbidden(
                "Sign-up needs a valid invitation link.".to_owned(),
            ));
        }
    };
    let email = clean_email(&newcomer.email)?;
    let organization = match &state {
        SignUpState::Joins(id, _) => Some(*id),
        _ => None,
    };
    passwords::check(services, organization, &newcomer.password, &[&email, title]).await?;
    let password_hash = passwords::hash(services, newcomer.password.clone()).await?;
    let now = services.now();
    let new = NewAccount {
        username: email.split('@').next().unwrap_or_default().chars().take(256).collect(),
        email,
        first_name: String::new(),
        last_name: String::new(),
        phone: String::new(),
        password_hash: Some(password_hash),
        custom_hotkeys: "{}".to_owned(),
        allow_newsletters: newcomer.allow_newsletters,
        active_organization: None,
        date_joined: now,
        at: now,
    };
    let address = newcomer.address;
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: false,
        address: newcomer.address,
        agent: newcomer.agent,
    };
    let outcome = match state {
        SignUpState::First => found(services, new, wish).await,
        SignUpState::Joins(organization, _) => join(services, new, organization, wish).await,
        SignUpState::Refused => unreachable!("refused above"),
    };
    if let Err(ServiceError::Invalid(_)) = &outcome {
        // Addresses cannot be tried out without end either.
        services
            .db
            .write(move |tx| Box::pin(async move { super::throttle::failed(tx, "", address, now).await }))
            .await?;
    }
    outcome
}

/// The first account makes the organization and owns it.
async fn found(services: &Services, new: NewAccount, wish: SignIn) -> Result<NewSession> {
    let again = services.clone();
    let session = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if store::any_locked(tx).await? {
                    // Somebody was faster: what the form promised no longer holds.
                    return Err(ServiceError::Forbidden(
                        "Sign-up needs a valid invitation link.".to_owned(),
                    ));
                }
                let (account, _) = found_in(&again, tx, new).await?;
                let (row, session) = sessions::draft(&again, &account, None, &wish);
                sessions::begin(tx, &row).await?;
                Ok(session)
            })
        })
        .await?;
    services.cache.somebody();
    Ok(session)
}

/// Makes the first account and its organization.
pub(super) async fn found_in(
    services: &Services,
    tx: &mut labelkeep_store::Tx,
    new: NewAccount,
) -> Result<(store::AccountRow, i64)> {
    let now = new.at;
    let organization = organizations::insert(tx, FIRST_ORGANIZATION, services.settings.legacy_tokens, now).await?;
    let account = store::insert(
        tx,
        NewAccount {
            active_organization: Some(organization),
            ..new
        },
    )
    .await?;
    organizations::set_created_by(tx, organization, account.id).await?;
    organizations::add_member(tx, organization, account.id, Role::Owner.word(), now).await?;
    NewLink::make(services, organization)
        .store(tx, organization, now)
        .await?;
    let origin = Origin {
        organization_id: Some(organization),
        account_id: Some(account.id),
        ..Origin::default()
    };
    audit::record(
        tx,
        &origin,
        "organization.create",
        &format!("organization:{organization}"),
        "{}",
        now,
    )
    .await?;
    audit::record(tx, &origin, "signup", &format!("user:{}", account.id), "{}", now).await?;
    Ok((account, organization))
}

async fn join(services: &Services, new: NewAccount, organization: i64, wish: SignIn) -> Result<NewSession> {
    let (again, now) = (services.clone(), new.at);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let new = NewAccount {
                    active_organization: Some(organization),
                    ..new
                };
                let account = store::insert(tx, new).await.map_err(taken)?;
                organizations::add_member(tx, organization, account.id, Role::Member.word(), now).await?;
                let origin = Origin {
                    organization_id: Some(organization),
                    account_id: Some(account.id),
                    token_id: None,
                    address: wish.address.to_string(),
                };
                audit::record(tx, &origin, "signup", &format!("user:{}", account.id), "{}", now).await?;
                let (row, session) = sessions::draft(&again, &account, None, &wish);
                sessions::begin(tx, &row).await?;
                Ok(session)
            })
        })
        .await
}

/// The text does not say that the address has an account (SEC-061).
fn taken(error: StoreError) -> ServiceError {
    if error.is_unique_violation() {
        Invalid::field(
            "email",
            "This address cannot be used to sign up. If you have an account, sign in.",
        )
        .into()
    } else {
        error.into()
    }
}
