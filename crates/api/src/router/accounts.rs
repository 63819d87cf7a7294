//! People, how they sign in, what they may do, and who looks at that.

use labelkeep_services::access::Action;

use crate::routes::{Methods, Open, Routes, delete, get, patch, post};
use crate::{accounts, pages};

/// People, their tokens, their organization.
pub(super) fn accounts() -> Routes {
    use accounts::{
        confirm, current_user, email, invitations, invites, members, organizations, passkeys, password_policy,
    };
    use accounts::{personal_tokens, profile, session_policy, sessions, tokens, users};
    let makes_token = |methods: Methods| methods.asks(Action::TokenCreate, "organization");
    Routes::new()
        .route(
            "/api/current-user",
            get(profile::read).own().patch(profile::update).own(),
        )
        .route(
            "/api/current-user/confirm/",
            get(confirm::read).own().post(confirm::confirm).own(),
        )
        .route(
            "/api/current-user/confirm/passkey/",
            post(passkeys::ask_to_confirm).own(),
        )
        .route(
            "/api/current-user/sessions/",
            get(sessions::list).own().delete(sessions::end_others).own(),
        )
        .route("/api/current-user/sessions/{session}/", delete(sessions::end).own())
        .route(
            "/api/current-user/tokens/",
            makes_token(get(personal_tokens::list).own().post(personal_tokens::create)),
        )
        .route(
            "/api/current-user/tokens/{id}/",
            delete(personal_tokens::revoke).own_with_any_token(),
        )
        .route(
            "/api/current-user/tokens/{id}/reset/",
            makes_token(post(personal_tokens::reset)),
        )
        .route("/api/current-user/export/", get(current_user::export).own())
        .route("/api/current-user/whoami", get(current_user::whoami).own())
        .route("/api/current-user/token", get(current_user::token).own())
        .route(
            "/api/current-user/reset-token/",
            makes_token(post(current_user::reset_token)),
        )
        .route("/api/current-user/password/", post(current_user::change_password).own())
        .route(
            "/api/current-user/email/",
            post(email::change).own().delete(email::cancel).own(),
        )
        .route("/api/current-user/verify-email/", post(email::verify).own())
        .route(
            "/api/current-user/hotkeys/",
            get(current_user::hotkeys).own().patch(current_user::set_hotkeys).own(),
        )
        .route(
            "/api/current-user/product-tour",
            get(current_user::tour).own().patch(current_user::set_tour).own(),
        )
        .route("/api/users/", get(users::list).post(users::create))
        .route(
            "/api/users/{id}/",
            get(users::read).patch(users::update).delete(users::delete),
        )
        .route(
            "/api/users/{id}/avatar/",
            post(users::set_avatar).own().delete(users::remove_avatar).own(),
        )
        .route(
            "/api/users/{id}/reset-link/",
            post(users::reset_link).asks(Action::MemberManage, "organization"),
        )
        .route("/api/token/", makes_token(get(tokens::list).own().post(tokens::create)))
        .route("/api/token/refresh/", post(tokens::refresh).open(Open::OwnProof))
        .route("/api/token/blacklist/", post(tokens::blacklist).open(Open::OwnProof))
        .route("/api/token/rotate/", makes_token(post(tokens::rotate)))
        .route("/api/jwt/settings", get(tokens::settings).post(tokens::change_settings))
        .route(
            "/api/session-policy/",
            get(session_policy::read).patch(session_policy::update),
        )
        .route(
            "/api/password-policy/",
            get(password_policy::read).patch(password_policy::update),
        )
        .route(
            "/api/organizations/",
            get(organizations::list).own().post(organizations::create).own(),
        )
        .route(
            "/api/organizations/{id}",
            get(organizations::read)
                .patch(organizations::update)
                .put(organizations::update),
        )
        .route(
            "/api/organizations/{id}/memberships",
            get(members::list).patch(members::update),
        )
        .route("/api/organizations/{id}/memberships/search", get(members::list))
        .route("/api/organizations/{id}/transfer-ownership/", post(members::transfer))
        .route(
            "/api/organizations/{id}/set-default-role",
            get(members::default_role).patch(members::set_default_role),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/",
            get(members::read).delete(members::remove),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/sessions/",
            get(sessions::list_of_member).delete(sessions::end_all_of_member),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/sessions/{session}/",
            delete(sessions::end_of_member),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/tokens/",
            get(personal_tokens::list_of_member).delete(personal_tokens::revoke_all_of_member),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/tokens/{token}/",
            delete(personal_tokens::revoke_of_member),
        )
        .route("/api/invite", get(invites::read))
        .route("/api/invite/reset-token", post(invites::reset))
        .route("/api/invite/send-email", post(invitations::create))
        .route("/api/invite/revoke", post(invitations::revoke))
        .route("/api/invitations/", get(invitations::list))
}

/// Second factors and passkeys.
pub(super) fn factors() -> Routes {
    use accounts::{factors, members, passkeys};
    use pages::{passkeys as sign_in, second_factor, second_factor_setup};
    Routes::new()
        .route(
            "/user/second-factor/",
            get(second_factor::show)
                .open(Open::SignIn)
                .post(second_factor::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/second-factor/setup/",
            get(second_factor_setup::show)
                .own()
                .post(second_factor_setup::submit)
                .own(),
        )
        .route(
            "/user/second-factor/passkey/begin/",
            post(sign_in::begin_second).open(Open::SignIn),
        )
        .route(
            "/user/second-factor/passkey/finish/",
            post(sign_in::finish_second).open(Open::SignIn),
        )
        .route("/user/login/passkey/begin/", post(sign_in::begin).open(Open::SignIn))
        .route("/user/login/passkey/finish/", post(sign_in::finish).open(Open::SignIn))
        .route("/api/current-user/passkeys/", get(passkeys::list).own())
        .route("/api/current-user/passkeys/begin/", post(passkeys::begin).own())
        .route("/api/current-user/passkeys/finish/", post(passkeys::finish).own())
        .route(
            "/api/current-user/passkeys/{id}/",
            patch(factors::rename).own().delete(factors::remove).own(),
        )
        .route("/api/current-user/factors/", get(factors::list).own())
        .route("/api/current-user/factors/totp/", post(factors::enrol_totp).own())
        .route(
            "/api/current-user/factors/recovery-codes/",
            post(factors::recovery_codes).own(),
        )
        .route(
            "/api/current-user/factors/{id}/",
            patch(factors::rename).own().delete(factors::remove).own(),
        )
        .route("/api/current-user/factors/{id}/confirm/", post(factors::confirm).own())
        .route(
            "/api/factor-policy/",
            get(factors::policy).patch(factors::change_policy),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/factors/",
            get(factors::of_member).delete(factors::reset_member),
        )
        .route(
            "/api/organizations/{id}/memberships/{user_id}/erase/",
            post(members::erase),
        )
}

/// Who may do what: roles, switches, workspaces, members of projects, assignments.
pub(super) fn rights() -> Routes {
    use crate::{assignments, permissions, project_members as members, roles, workspaces};
    Routes::new()
        .route("/api/organizations/{id}/roles-preview/", get(roles::preview))
        .route("/api/organizations/{id}/roles/", post(roles::turn))
        .route(
            "/api/organizations/{id}/permissions",
            get(permissions::list).post(permissions::create),
        )
        .route("/api/organizations/{id}/permissions/options", get(permissions::options))
        .route(
            "/api/organizations/{id}/permissions/{permission_key}",
            get(permissions::read)
                .patch(permissions::update)
                .put(permissions::update)
                .delete(permissions::delete),
        )
        .route("/api/workspaces/", get(workspaces::list).post(workspaces::create))
        .route(
            "/api/workspaces/{id}/",
            get(workspaces::read)
                .patch(workspaces::update)
                .put(workspaces::update)
                .delete(workspaces::delete),
        )
        .route(
            "/api/workspaces/{id}/memberships/",
            get(workspaces::list_members)
                .post(workspaces::add_member)
                .delete(workspaces::remove_member),
        )
        .route(
            "/api/workspaces/{id}/memberships/bulk/",
            post(workspaces::add_members).delete(workspaces::remove_members),
        )
        .route(
            "/api/workspaces/{id}/memberships/paginated/",
            get(workspaces::page_of_members),
        )
        .route(
            "/api/workspaces/{id}/projects/",
            get(workspaces::list_projects)
                .post(workspaces::add_project)
                .delete(workspaces::remove_project),
        )
        .route(
            "/api/projects/{id}/members/",
            post(members::add).delete(members::remove),
        )
        .route(
            "/api/projects/{id}/members/bulk/",
            post(members::add_many).delete(members::remove_many),
        )
        .route("/api/projects/{id}/members/paginated/", get(members::page))
        .route("/api/projects/{id}/members/export/", get(members::export))
        .route(
            "/api/projects/roles/",
            get(members::list_roles)
                .post(members::add_role)
                .asks(Action::ProjectMembers, "project"),
        )
        .route("/api/projects/roles/{id}/", delete(members::remove_role))
        .route("/api/projects/{id}/roles", get(members::list_of_project))
        .route("/api/projects/{id}/tasks/assignees", post(assignments::assign_many))
        .route(
            "/api/projects/{id}/tasks/{task}/assignees",
            get(assignments::list)
                .post(assignments::assign)
                .patch(assignments::replace)
                .delete(assignments::unassign),
        )
}

/// Sign-in by other services.
pub(super) fn sso() -> Routes {
    use crate::sso;
    Routes::new()
        .route("/sso/oidc/start/", get(pages::sso::start).open(Open::SignIn))
        .route("/sso/oidc/callback/", get(pages::sso::callback).open(Open::SignIn))
        .route(
            "/api/sso/oidc/",
            get(sso::read_oidc).patch(sso::change_oidc).delete(sso::remove_oidc),
        )
        .route("/api/sso/oidc/test/", post(sso::test_oidc))
        .route(
            "/api/sso/ldap/",
            get(sso::read_ldap).patch(sso::change_ldap).delete(sso::remove_ldap),
        )
        .route("/api/sso/ldap/test/", post(sso::test_ldap))
        .route(
            "/api/sso/oidc/link/",
            get(sso::link_button).own().post(sso::link_oidc).own(),
        )
        .route("/api/current-user/identities/", get(sso::identities).own())
        .route("/api/current-user/identities/{id}/", delete(sso::remove_identity).own())
}

/// Provisioning: what an identity provider asks, and its settings.
pub(super) fn scim() -> Routes {
    use crate::scim;
    Routes::new()
        .route(
            "/api/scim/settings",
            get(scim::read_settings).post(scim::change_settings),
        )
        .route("/api/scim/tokens/", get(scim::tokens).post(scim::create_token))
        .route("/api/scim/tokens/{id}/", delete(scim::revoke_token))
        .route("/api/scim/tokens/{id}/rotate/", post(scim::rotate_token))
        .route("/scim/v2/ServiceProviderConfig", get(scim::configuration))
        .route("/scim/v2/ResourceTypes", get(scim::resource_types))
        .route("/scim/v2/ResourceTypes/{name}", get(scim::resource_type))
        .route("/scim/v2/Schemas", get(scim::schemas))
        .route("/scim/v2/Schemas/{id}", get(scim::schema))
        .route("/scim/v2/Users", get(scim::list_users).post(scim::create_user))
        .route(
            "/scim/v2/Users/{id}",
            get(scim::read_user)
                .put(scim::replace_user)
                .patch(scim::patch_user)
                .delete(scim::remove_user),
        )
        .route("/scim/v2/Groups", get(scim::list_groups).post(scim::create_group))
        .route(
            "/scim/v2/Groups/{id}",
            get(scim::read_group)
                .put(scim::replace_group)
                .patch(scim::patch_group)
                .delete(scim::remove_group),
        )
        .route("/scim/v2/Bulk", post(scim::bulk))
}

/// What administrators look at: who did what, and how much is done.
pub(super) fn oversight() -> Routes {
    use crate::{audit, security, statistics};
    Routes::new()
        .route("/api/activity-logs/", get(audit::activity_logs))
        .route("/api/audit/", get(audit::list))
        .route("/api/audit/actions/", get(audit::actions))
        .route("/api/audit/export/", get(audit::export))
        .route("/api/security/report/", get(security::report))
        .route("/api/statistics/", get(statistics::read))
        .route("/api/statistics/visits/", post(statistics::visit).own())
}
