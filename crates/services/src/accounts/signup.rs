//! New accounts that people make themselves.

use std::net::IpAddr;

use labelkeep_crypt::password::Verdict;
use labelkeep_policy::Role;
use labelkeep_store::StoreError;
use labelkeep_store::accounts::{self as store, AccountRow, NewAccount, identities, organizations};
use labelkeep_store::audit::{self, Origin};

use super::invitations::{self, Invited};
use super::invites::NewLink;
use super::sessions::{self, NewSession, SignIn};
use super::{clean_email, email, links, passwords, setup};
use crate::audit::personal::introduce_in;
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
    /// Accepts a personal invitation.
    Invited(Invited),
    /// Would join this organization, whose title is given, but its people sign in by its provider only (SEC-082).
    ByProvider(String),
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

/// What came of a sign-up.
#[derive(Debug)]
pub enum SignedUp {
    /// A new account, signed in.
    New(NewSession),
    /// Somebody with an account has joined. They sign in as always, with all that is asked for there.
    Known,
}

/// What a sign-up with this link would do.
pub async fn sign_up_state(services: &Services, token: Option<&str>, address: IpAddr) -> Result<SignUpState> {
    let token = token.filter(|token| !token.is_empty());
    if !super::any(services).await? {
        // With a server for many, strangers could be faster than its owner; that is for the one-time link then.
        return match token {
            _ if services.settings.local => Ok(SignUpState::First),
            Some(token) if setup::opens(services, token).await? => Ok(SignUpState::First),
            _ => refused(services, address).await,
        };
    }
    if let Some(token) = token {
        if let Some(row) = organizations::by_invite(&services.db, &links::hash(token), services.now()).await? {
            return joins(services, row.id, row.title).await;
        }
        return match invitations::opened(services, token).await? {
            Some(invited) if !identities::local_passwords(&services.db, invited.organization_id).await? => {
                Ok(SignUpState::ByProvider(invited.title))
            }
            Some(invited) => Ok(SignUpState::Invited(invited)),
            None => refused(services, address).await,
        };
    }
    if services.settings.signup_needs_link {
        return Ok(SignUpState::Refused);
    }
    match organizations::first(&services.db).await? {
        Some(row) => joins(services, row.id, row.title).await,
        None => Ok(SignUpState::Refused),
    }
}

async fn refused(services: &Services, address: IpAddr) -> Result<SignUpState> {
    match super::throttle::guessed(services, address).await? {
        Some(seconds) => Err(ServiceError::TooMany(seconds)),
        None => Ok(SignUpState::Refused),
    }
}

async fn joins(services: &Services, organization_id: i64, title: String) -> Result<SignUpState> {
    Ok(if identities::local_passwords(&services.db, organization_id).await? {
        SignUpState::Joins(organization_id, title)
    } else {
        SignUpState::ByProvider(title)
    })
}

/// Makes the account and signs it in. Errors name the form's fields.
pub async fn sign_up(services: &Services, newcomer: Newcomer) -> Result<SignedUp> {
    super::throttle::check(services, "", newcomer.address).await?;
    let state = sign_up_state(services, newcomer.token.as_deref(), newcomer.address).await?;
    let title = match &state {
        SignUpState::First => FIRST_ORGANIZATION,
        SignUpState::Joins(_, title) => title,
        SignUpState::Invited(invited) => &invited.title,
        SignUpState::ByProvider(_) => {
            return Err(ServiceError::Forbidden(
                "This organization signs in by its identity provider, not with a password.".to_owned(),
            ));
        }
        SignUpState::Refused => {
            return Err(ServiceError::Forbidden(
                "Sign-up needs a valid invitation link.".to_owned(),
            ));
        }
    };
    let email = clean_email(&newcomer.email)?;
    let organization = match &state {
        SignUpState::Joins(id, _) => Some(*id),
        SignUpState::Invited(invited) => Some(invited.organization_id),
        _ => None,
    };
    if let SignUpState::Invited(invited) = &state {
        if email != invited.email {
            return Err(Invalid::field("email", "This invitation is for another address.").into());
        }
        if let Some(account) = store::by_email(&services.db, &email).await? {
            return join_known(services, account, invited.clone(), newcomer).await;
        }
    }
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
    let (address, token) = (newcomer.address, newcomer.token);
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: false,
        address: newcomer.address,
        agent: newcomer.agent,
    };
    let outcome = match state {
        SignUpState::First => found(services, new, token, wish).await,
        SignUpState::Joins(organization, _) => join(services, new, organization, None, wish).await,
        SignUpState::Invited(invited) => join(services, new, invited.organization_id, Some(invited), wish).await,
        SignUpState::ByProvider(_) | SignUpState::Refused => unreachable!("refused above"),
    };
    if let Err(ServiceError::Invalid(_)) = &outcome {
        // Addresses cannot be tried out without end either.
        services
            .db
            .write(move |tx| Box::pin(async move { super::throttle::failed(tx, "", address, now).await }))
            .await?;
    }
    outcome.map(SignedUp::New)
}

/// Somebody who was a member once, and is invited again: with the password of the account.
async fn join_known(
    services: &Services,
    account: AccountRow,
    invited: Invited,
    newcomer: Newcomer,
) -> Result<SignedUp> {
    let address = newcomer.address;
    super::throttle::check(services, &account.email, address).await?;
    let member = organizations::membership(&services.db, invited.organization_id, account.id).await?;
    let stored = account.password_hash.clone();
    let right = passwords::verify(services, newcomer.password, stored).await? != Verdict::Wrong;
    let (id, email, now) = (account.id, account.email, services.now());
    if !right || member.is_some() || !account.is_active {
        services
            .db
            .write(move |tx| Box::pin(async move { super::throttle::failed(tx, &email, address, now).await }))
            .await?;
        let text = "This address has an account. Give its password, or ask for a link to set a new one.";
        return Err(Invalid::field("password", text).into());
    }
    services
        .db
        .write(move |tx| Box::pin(async move { invitations::accept(tx, &invited, id, address, now).await }))
        .await?;
    services.cache.forget_account(id);
    Ok(SignedUp::Known)
}

/// The first account makes the organization and owns it.
async fn found(services: &Services, new: NewAccount, token: Option<String>, wish: SignIn) -> Result<NewSession> {
    let again = services.clone();
    let needs_link = !services.settings.local;
    let token_hash = links::hash(&token.unwrap_or_default());
    let session = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let late = store::any_locked(tx).await?;
                if late || (needs_link && setup::take(tx, &token_hash, again.now()).await?.is_none()) {
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
    introduce_in(tx, services, account.id).await?;
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

async fn join(
    services: &Services,
    new: NewAccount,
    organization: i64,
    invited: Option<Invited>,
    wish: SignIn,
) -> Result<NewSession> {
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
                introduce_in(tx, &again, account.id).await?;
                let origin = Origin {
                    organization_id: Some(organization),
                    account_id: Some(account.id),
                    address: wish.address.to_string(),
                    ..Origin::default()
                };
                audit::record(tx, &origin, "signup", &format!("user:{}", account.id), "{}", now).await?;
                match &invited {
                    Some(invited) => invitations::accept(tx, invited, account.id, wish.address, now).await?,
                    None => {
                        let role = Role::from_word(&organizations::default_role(tx, organization).await?);
                        organizations::add_member(tx, organization, account.id, role.word(), now).await?;
                    }
                }
                if invited.is_none_or(|invited| !invited.mailed) {
                    email::ask_to_verify(&again, tx, &origin, &account).await?;
                }
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
