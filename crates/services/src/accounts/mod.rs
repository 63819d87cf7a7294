//! People: how they prove who they are, what belongs to their account, and the organization they work in.

mod authenticate;
mod bootstrap;
mod cache;
mod confirm;
mod console;
mod device;
mod email;
mod erase;
mod factors;
mod hotkeys;
mod invitations;
mod invites;
mod links;
mod managed;
mod members;
mod organization;
mod own_sessions;
mod passwords;
mod personal_tokens;
mod portrait;
mod resets;
mod roles;
mod sessions;
mod setup;
mod signing;
mod signup;
mod throttle;
mod tidy;
mod token_reach;
mod tokens;
mod tours;
mod users;

pub use authenticate::{Caller, Credential, Proof, Refused, TokenKind, Visit, authenticate};
pub use bootstrap::{Bootstrap, bootstrap};
pub use cache::Cache;
pub use confirm::{
    Confirmation, ask_to_confirm, confirm_code, confirm_passkey, confirm_password, confirmation, require_recent,
};
pub use console::{
    ConsolePerson, console_create, console_erase, console_link, console_list, console_portrait, console_reset_factors,
    console_role,
};
pub(crate) use console::{check_console, console_actor};
pub use email::{
    EmailState, cancel_email_change, confirm_email, email_state, request_email_change, request_verification,
    verification_target,
};
pub use erase::erase;
pub(crate) use factors::in_browser;
pub use factors::{
    Enrolment, FactorStanding, Given, KnownCredential, MemberFactors, NewPasskeyAnswer, NewPasskeyQuestion, OwnFactors,
    PasskeyAnswer, PasskeyQuestion, SecondStep, WaitingSignIn, WaitingStep, ask_second_step, ask_who, begin_passkey,
    confirm_totp, enrol_totp, factor_policy, finish_passkey, member_factors, new_recovery_codes, own_factors,
    pending_totp, relying_party, remove_factor, rename_factor, reset_factors, second_step, set_factor_policy,
    sign_in_by_passkey, waiting_step,
};
pub use hotkeys::check_hotkeys;
pub use invitations::{Invite, Invited, PersonalInvitation, invitations, invite, revoke_invitation};
pub use invites::{Invitation, invitation, reset_invitation};
pub use labelkeep_crypt::CsrfSecret;
pub use labelkeep_crypt::Secret;
pub use labelkeep_crypt::secret::API_TOKEN_PREFIX;
pub use labelkeep_crypt::webauthn::ALGORITHMS as PASSKEY_ALGORITHMS;
pub use labelkeep_policy::Scope;
pub use labelkeep_store::accounts::AccountRow;
pub use labelkeep_store::accounts::factors::FactorRow;
pub use labelkeep_store::accounts::memberships::{MemberFilter, MemberOrder};
pub use labelkeep_store::accounts::organizations::{MembershipRow, OrganizationRow};
pub use links::{OneTimeLink, reset_path, signup_path};
pub use managed::{Managed, managed};
pub(crate) use members::end as end_membership;
pub use members::{
    Member, MemberDetail, MemberPage, MemberWish, PersonProject, member_detail, member_page, remove_member,
};
pub use organization::{
    OrganizationChange, SessionPolicy, TokenSettingsChange, change_min_password_length, change_organization,
    change_session_policy, change_token_settings, min_password_length, own_organization, own_organizations,
    session_policy, token_settings,
};
pub use own_sessions::{
    SessionInfo, end_member_session, end_member_sessions, end_other_sessions, end_own_session, member_sessions,
    own_sessions,
};
pub use passwords::change_password;
pub use personal_tokens::{
    NewPersonalToken, TokenInfo, TokenStatus, create_personal, member_tokens, own_tokens, reset_personal,
    revoke_all_of_member, revoke_of_member, revoke_own,
};
pub use portrait::own_portrait;
pub use resets::{administrator_link, request_reset, reset_password, reset_target};
pub use roles::{RoleChange, change_role, default_role, set_default_role, transfer_ownership};
pub(crate) use roles::{former as former_role, set as set_role, uses_roles};
pub(crate) use sessions::begin_by_provider;
pub use sessions::{NewSession, SignIn, SignedIn, sign_in, sign_out};
pub use setup::first_account_link;
pub use signing::{SigningKeyState, retire_signing_keys, rotate_signing_key, signing_keys};
pub use signup::{Newcomer, SignUpState, SignedUp, sign_up, sign_up_state};
pub(crate) use throttle::{Limit, guessed};
pub(crate) use tidy::tidy;
pub use tokens::{AccessToken, TokenSettings, blacklist, create_refresh, list_refresh, refresh, reset_legacy, rotate};
pub use tours::{TOURS, Tour, set_tour, tour};
pub(crate) use users::profiles;
pub use users::{
    NewUser, UserChange, create_user, delete_user, own_account, own_profile, remove_avatar, set_avatar, update_own,
    update_user, user, users,
};

use labelkeep_store::accounts as store;

/// Who is behind an account, with what others see of their organization.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The account.
    pub account: AccountRow,
    /// The active organization's title and its owner's address, when the account has one.
    pub organization: Option<(String, String)>,
}

/// Whether anybody has an account yet. Remembered once it is true.
pub async fn any(services: &crate::Services) -> crate::Result<bool> {
    if services.cache.anybody() {
        return Ok(true);
    }
    let any = store::any(&services.db).await?;
    if any {
        services.cache.somebody();
    }
    Ok(any)
}

/// Whether the database answers; for health checks.
pub async fn reachable(services: &crate::Services) -> crate::Result<()> {
    store::any(&services.db).await?;
    Ok(())
}

/// The e-mail address as it is stored: without blanks around it, in lower case. Errors name the field.
pub(crate) fn clean_email(text: &str) -> Result<String, crate::Invalid> {
    let email = text.trim().to_lowercase();
    let wrong = |text: &str| Err(crate::Invalid::field("email", text));
    if email.is_empty() {
        return wrong("This field may not be blank.");
    }
    if email.chars().count() > 255 {
        return wrong("Ensure this field has no more than 255 characters.");
    }
    let plain = |part: &str| {
        !part.is_empty()
            && !part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "()<>[],;:\\\"@".contains(c))
    };
    match email.rsplit_once('@') {
        // A host without a dot is fine: people on one machine call themselves user@localhost.
        Some((name, host)) if plain(name) && plain(host) && !host.starts_with('.') && !host.ends_with('.') => Ok(email),
        _ => wrong("Enter a valid email address."),
    }
}

/// One day in microseconds.
pub(crate) const DAY: i64 = 24 * 3_600 * 1_000_000;

#[cfg(test)]
mod tests {
    use super::clean_email;

    #[test]
    fn addresses_are_lower_case_and_have_two_parts() {
        assert_eq!(clean_email(" Ada@Example.COM ").expect("fine"), "ada@example.com");
        assert_eq!(
            clean_email("default_user@localhost").expect("fine"),
            "default_user@localhost"
        );
        for bad in [
            "", "ada", "@x", "ada@", "a b@x.y", "a@b@c", "a@x\n.y", "<a>@x.y", "a@.x",
        ] {
            assert!(clean_email(bad).is_err(), "{bad}");
        }
    }
}
