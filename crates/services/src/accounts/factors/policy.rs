//! Which roles need a factor, and the way back in for somebody who has lost theirs.

use labelkeep_policy::Role;
use labelkeep_store::accounts::{self as accounts, factors as store, organizations};
use labelkeep_store::{Tx, audit};

use crate::access::{self, Granted};
use crate::accounts::{Caller, Proof};
use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Invalid, Result, ServiceError, Services};

/// What an administrator sees of a member's factors.
#[derive(Debug)]
pub struct MemberFactors {
    /// Kinds of those in force.
    pub kinds: Vec<String>,
    /// The organization requires one of the member's role.
    pub required: bool,
}

/// The roles that need a factor.
pub async fn factor_policy(services: &Services, organization: &Granted<i64>) -> Result<Vec<Role>> {
    let words = store::required_roles(&services.db, *organization.row()).await?;
    Ok(Role::ALL
        .into_iter()
        .filter(|role| words.split(' ').any(|word| word == role.word()))
        .collect())
}

/// Sets the roles that need a factor (SEC-073). Who has none cannot require one of their own role: they would be the first
/// to be locked out.
pub async fn set_factor_policy(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    roles: Vec<Role>,
) -> Result<Vec<Role>> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let wrong = |text: &str| Err(Invalid::field("required_roles", text).into());
    if roles.contains(&Role::Deactivated) {
        return wrong("Deactivated members cannot sign in anyway.");
    }
    if roles.contains(&actor.role) && !caller.factor.enrolled {
        return wrong("Set up a factor of your own first.");
    }
    let words: Vec<&str> = Role::ALL
        .into_iter()
        .filter(|role| roles.contains(role))
        .map(Role::word)
        .collect();
    let words = words.join(" ");
    let detail = serde_json::json!({ "required_roles": words }).to_string();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_required_roles(tx, id, &words, now).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "factor.policy", &object, &detail, now).await
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(Role::ALL.into_iter().filter(|role| roles.contains(role)).collect())
}

/// A member's factors, for those who manage people.
pub async fn member_factors(
    services: &Services,
    organization: &Granted<i64>,
    account_id: i64,
) -> Result<MemberFactors> {
    let id = *organization.row();
    let member = organizations::membership(&services.db, id, account_id).await?;
    let member = member.ok_or(ServiceError::NotFound("OrganizationMember"))?;
    let rows = store::confirmed(&services.db, account_id).await?;
    let required = store::required_roles(&services.db, id).await?;
    Ok(MemberFactors {
        kinds: rows.into_iter().map(|row| row.kind).collect(),
        required: required.split(' ').any(|word| word == member.role),
    })
}

/// Removes a member's factors, recovery codes and sessions (SEC-074). An owner's are reset by another owner only, and nobody
/// resets somebody above them or themselves: that is what the list of one's own factors is for.
pub async fn reset_factors(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    account_id: i64,
) -> Result<()> {
    in_browser(caller)?;
    let (actor, organization_id) = organization.into_parts();
    let member = organizations::membership(&services.db, organization_id, account_id).await?;
    let member = member.ok_or(ServiceError::NotFound("OrganizationMember"))?;
    let refuse = |text: &str| Err(ServiceError::Forbidden(text.to_owned()));
    if account_id == actor.account_id {
        return refuse("Change your own factors in your account.");
    }
    let role = Role::from_word(&member.role);
    if role == Role::Owner && actor.role != Role::Owner {
        return refuse("An owner's second factor is reset by another owner only.");
    }
    if role.rank() > actor.role.rank() {
        return refuse("You do not have permission to perform this action.");
    }
    // The factor also guards what the person may do elsewhere.
    if organizations::of_account(&services.db, account_id).await?.len() > 1 {
        return refuse("This person also works in another organization, whose data the factor protects.");
    }
    let person = accounts::own(&services.db, account_id).await?;
    let email = person.ok_or(ServiceError::NotFound("OrganizationMember"))?.email;
    let (now, origin, again) = (services.now(), access::origin(&actor), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                take_away(&again, tx, &origin, (account_id, &email), now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}

/// Takes all factors, recovery codes and sessions from an account, and tells its person; says how many factors there were.
pub(in crate::accounts) async fn take_away(
    services: &Services,
    tx: &mut Tx,
    origin: &audit::Origin,
    (account_id, email): (i64, &str),
    now: i64,
) -> Result<u64> {
    let removed = store::remove_all(tx, account_id).await?;
    store::set_recovery(tx, account_id, &[], now).await?;
    super::enrol::keep_a_way_in(tx, account_id).await?;
    store::end_steps(tx, account_id).await?;
    accounts::sessions::end_all(tx, account_id, None, now).await?;
    let detail = serde_json::json!({ "removed": removed }).to_string();
    let object = format!("user:{account_id}");
    audit::record(tx, origin, "factor.reset", &object, &detail, now).await?;
    mail::post(
        services,
        tx,
        origin.organization_id,
        email,
        Text::FactorsReset,
        NOTICE_LIFE,
    )
    .await?;
    Ok(removed)
}

/// What decides who gets in is changed in a browser session, not with a token (SEC-104).
pub(crate) fn in_browser(caller: &Caller) -> Result<()> {
    match caller.proof {
        Proof::Session { .. } => Ok(()),
        _ => Err(ServiceError::Forbidden(
            "This is changed in the browser, not with a token.".to_owned(),
        )),
    }
}
