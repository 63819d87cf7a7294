//! The account that the start options name: a ready server without a browser.

use labelkeep_crypt::{Secret, secret::hash_secret};
use labelkeep_policy::Role;
use labelkeep_store::accounts::{self as store, NewAccount, organizations, tokens::NewToken};

use super::{DAY, TokenKind, clean_email, passwords, signup};
use crate::{Invalid, Result, ServiceError, Services};

/// What the options say.
#[derive(Debug, Clone, Default)]
pub struct Bootstrap {
    /// E-mail address (`LABEL_STUDIO_USERNAME`).
    pub username: Option<String>,
    /// Password (`LABEL_STUDIO_PASSWORD`); that of an existing account is left alone.
    pub password: Option<Secret>,
    /// Legacy token (`LABEL_STUDIO_USER_TOKEN`), taken as given.
    pub user_token: Option<Secret>,
}

/// The address when only a token is given.
const DEFAULT_USER: &str = "default_user@localhost";
/// The longest life of a token (SEC-094); each start begins it anew.
const TOKEN_LIFE: i64 = 365 * DAY;

/// Makes sure that the account and its token exist. Errors name the option's subject: `username`, `password`, `user_token`.
pub async fn bootstrap(services: &Services, wish: Bootstrap) -> Result<()> {
    if wish.username.is_none() && wish.password.is_none() && wish.user_token.is_none() {
        return Ok(());
    }
    if wish
        .user_token
        .as_ref()
        .is_some_and(|token| token.expose().chars().count() <= 5)
    {
        return Err(Invalid::field("user_token", "must have more than 5 characters").into());
    }
    let given = wish.username.as_deref().unwrap_or(DEFAULT_USER);
    let email = clean_email(given).map_err(|_| Invalid::field("username", "must be an e-mail address"))?;
    let account = match store::by_email(&services.db, &email).await? {
        Some(account) => account,
        None => create(services, email, wish.password).await?,
    };
    if let Some(token) = wish.user_token {
        let (now, account_id) = (services.now(), account.id);
        let holder = store::holder(&services.db, account_id).await?;
        let organization_id = holder
            .ok_or_else(|| Invalid::field("user_token", "its account may not work in any organization"))?
            .organization_id;
        let row = NewToken {
            account_id,
            organization_id,
            kind: TokenKind::Legacy.word(),
            name: String::new(),
            secret_hash: hash_secret(token.expose()),
            // Such a token may be short: none of it is shown.
            listed: String::new(),
            can_write: true,
            can_export: true,
            projects: None,
            created_at: now,
            expires_at: now + TOKEN_LIFE,
        };
        services
            .db
            .write(move |tx| Box::pin(async move { store::tokens::insert(tx, &row).await }))
            .await?;
    }
    services.cache.somebody();
    Ok(())
}

async fn create(services: &Services, email: String, password: Option<Secret>) -> Result<store::AccountRow> {
    let password_hash = match password {
        Some(password) => {
            let organization = organizations::first(&services.db).await?.map(|row| row.id);
            let about = [&*email, signup::FIRST_ORGANIZATION];
            passwords::check(services, organization, password.expose(), &about).await?;
            Some(passwords::hash(services, password.expose().to_owned()).await?)
        }
        None => None,
    };
    let now = services.now();
    let new = NewAccount {
        email,
        username: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        phone: String::new(),
        password_hash,
        custom_hotkeys: "{}".to_owned(),
        allow_newsletters: None,
        active_organization: None,
        date_joined: now,
        at: now,
    };
    let first = organizations::first(&services.db).await?.map(|row| row.id);
    let again = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !store::any_locked(tx).await? {
                    return Ok::<_, ServiceError>(signup::found_in(&again, tx, new).await?.0);
                }
                let account = store::insert(
                    tx,
                    NewAccount {
                        active_organization: first,
                        ..new
                    },
                )
                .await?;
                if let Some(organization) = first {
                    let role = Role::from_word(&organizations::default_role(tx, organization).await?);
                    organizations::add_member(tx, organization, account.id, role.word(), now).await?;
                }
                Ok(account)
            })
        })
        .await
}
