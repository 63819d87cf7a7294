//! Every route of the product in one list, grouped by who calls it. Handlers are `resource::file::verb`.
//!
//! What a route asks of the caller is in the types of its handler's parameters, or said behind it: see [`crate::routes`].
//! Paths are written as they are served: where one ends without a slash, it has none (see [`crate::middleware::slash`]).

use labelkeep_services::access::Action;

use crate::routes::{Methods, Open, Route, Routes, delete, get, patch, post};
use crate::{accounts, pages, service};

/// Pages: HTML for people.
fn pages() -> Routes {
    Routes::new()
        .route("/", get(pages::app::page).open(Open::Page))
        .route("/projects/", get(pages::app::page).open(Open::Page))
        .route("/projects/{id}/", get(pages::app::page).open(Open::Page))
        .route("/projects/{id}/{*rest}", get(pages::app::page).open(Open::Page))
        .route("/people/", get(pages::app::page).open(Open::Page))
        .route("/organization/", get(pages::app::page).open(Open::Page))
        .route("/organization/{*rest}", get(pages::app::page).open(Open::Page))
        .route("/models/", get(pages::app::page).open(Open::Page))
        .route("/user/account/", get(pages::app::page).open(Open::Page))
        .route("/user/account/{*rest}", get(pages::app::page).open(Open::Page))
        .route(
            "/user/login/",
            get(pages::login::show)
                .open(Open::SignIn)
                .post(pages::login::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/signup/",
            get(pages::signup::show)
                .open(Open::SignIn)
                .post(pages::signup::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/reset/",
            get(pages::reset::show)
                .open(Open::SignIn)
                .post(pages::reset::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/verify-email/",
            get(pages::verify::show)
                .open(Open::OwnProof)
                .post(pages::verify::submit)
                .open(Open::OwnProof),
        )
        .route(
            "/logout/",
            get(pages::logout::show)
                .open(Open::SignIn)
                .post(pages::logout::submit)
                .open(Open::SignIn),
        )
        .route("/frame.html", get(pages::app::frame).open(Open::Page))
        .route("/data/avatars/{name}", get(pages::files::avatar).own())
}

/// About the server: open to everybody but the flags.
fn service() -> Routes {
    Routes::new()
        .route("/api/version/", get(service::version::json).open(Open::Health))
        .route("/version/", get(service::version::page).open(Open::Health))
        .route("/health/", get(service::health::health).open(Open::Health))
        .route("/metrics/", get(service::health::metrics).open(Open::Health))
        .route(
            "/__lsa/",
            get(service::health::beacon)
                .open(Open::Public)
                .post(service::health::beacon)
                .open(Open::Public),
        )
        .route("/feature-flags/", get(service::flags::list).own())
        .route(
            "/.well-known/security.txt",
            get(service::security_txt::read).open(Open::Public),
        )
}

/// People, their tokens, their organization.
fn accounts() -> Routes {
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
fn factors() -> Routes {
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
fn rights() -> Routes {
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
fn sso() -> Routes {
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
fn scim() -> Routes {
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

/// Projects and what describes them.
fn projects() -> Routes {
    use crate::{export, projects, queue, samples, templates};
    Routes::new()
        .route("/api/projects/", get(projects::list).post(projects::create))
        .route("/api/projects/counts/", get(projects::counts))
        .route("/api/projects/validate/", post(projects::validate).own_with_any_token())
        .route(
            "/api/projects/{id}/",
            get(projects::read)
                .patch(projects::update)
                .put(projects::update)
                .delete(projects::delete),
        )
        .route("/api/projects/{id}/validate/", post(projects::validate_in_project))
        .route("/api/projects/{id}/sample-task/", post(projects::sample_task))
        .route("/api/projects/{id}/summary/", get(projects::summary))
        .route("/api/projects/{id}/summary/reset/", post(projects::reset_summary))
        .route(
            "/api/projects/{id}/model-versions/",
            get(projects::model_versions).delete(projects::delete_model_version),
        )
        .route("/api/projects/{id}/annotators/", get(projects::annotators))
        .route("/api/projects/{id}/next/", get(queue::next))
        .route("/api/projects/{id}/label-stream-history/", get(queue::history))
        .route("/docs/formats", get(export::docs).own())
        .route("/api/projects/{id}/export/formats", get(export::formats))
        .route("/api/projects/{id}/export", get(export::download))
        .route("/api/projects/{id}/export/report", get(export::report))
        .route(
            "/api/projects/{id}/exports/",
            get(export::snapshots::list).post(export::snapshots::create),
        )
        .route(
            "/api/projects/{id}/exports/{export}",
            get(export::snapshots::read).delete(export::snapshots::delete),
        )
        .route(
            "/api/projects/{id}/exports/{export}/convert",
            post(export::snapshots::convert),
        )
        .route(
            "/api/projects/{id}/exports/{export}/download",
            get(export::snapshots::download),
        )
        .route(
            "/api/projects/{id}/exports/{export}/report",
            get(export::snapshots::report),
        )
        .route("/api/templates/", get(templates::list).own())
        .route("/templates/media/{name}", get(templates::media).own())
        .route("/api/samples/", get(samples::list))
        .route("/api/samples/{slug}/", post(samples::create))
}

/// Tasks and the work on them.
fn work() -> Routes {
    use crate::{annotations, drafts, import, predictions, tasks, uploads};
    Routes::new()
        .route(
            "/api/tasks/",
            get(tasks::list)
                .asks(Action::TaskView, "project")
                .post(tasks::create)
                .asks(Action::TaskCreate, "project"),
        )
        .route(
            "/api/tasks/{id}/",
            get(tasks::read)
                .patch(tasks::update)
                .put(tasks::update)
                .delete(tasks::delete),
        )
        .route("/api/tasks/{id}/agreement/", get(tasks::agreement))
        .route(
            "/api/projects/{id}/tasks/",
            get(tasks::list_of_project)
                .post(tasks::create_in_project)
                .delete(tasks::delete_all),
        )
        .route("/api/projects/{id}/neighbour/", get(tasks::neighbour))
        .route("/api/projects/{id}/tasks/bulk/", post(import::create))
        .route("/api/projects/{id}/import", post(import::create))
        .route("/api/projects/{id}/import/predictions", post(predictions::import))
        .route("/api/projects/{id}/imports/", get(import::running))
        .route("/api/projects/{id}/imports/{import}/", get(import::status))
        .route("/api/projects/{id}/reimport", post(import::reimport))
        .route(
            "/api/projects/{id}/file-uploads",
            get(uploads::list).delete(uploads::delete_many),
        )
        .route(
            "/api/import/file-upload/{id}",
            get(uploads::read)
                .patch(uploads::update)
                .put(uploads::update)
                .delete(uploads::delete),
        )
        .route(
            "/data/upload/{project}/{name}",
            get(uploads::serve).asks(Action::MediaView, "upload"),
        )
        .route(
            "/storage-data/uploaded/",
            get(uploads::serve_stored).asks(Action::MediaView, "upload"),
        )
        .route(
            "/api/tasks/{id}/annotations/",
            get(annotations::list).post(annotations::create),
        )
        .route(
            "/api/annotations/{id}/",
            get(annotations::read)
                .patch(annotations::update)
                .put(annotations::update)
                .delete(annotations::delete),
        )
        .route(
            "/api/annotations/{id}/convert-to-draft",
            post(annotations::convert_to_draft),
        )
        .route("/api/annotations/{id}/history", get(annotations::history))
        .route("/api/annotations/{id}/history/{entry}", get(annotations::state))
        .route("/api/tasks/{id}/drafts", get(drafts::list).post(drafts::create))
        .route(
            "/api/tasks/{id}/annotations/{annotation}/drafts",
            get(drafts::list).post(drafts::create_on_annotation),
        )
        .route(
            "/api/drafts/{id}/",
            get(drafts::read)
                .patch(drafts::update)
                .put(drafts::update)
                .delete(drafts::delete),
        )
        .route(
            "/api/predictions/",
            get(predictions::list)
                .asks(Action::PredictionView, "project")
                .post(predictions::create)
                .asks(Action::PredictionChange, "task"),
        )
        .route(
            "/api/predictions/{id}/",
            get(predictions::read)
                .patch(predictions::update)
                .put(predictions::update)
                .delete(predictions::delete),
        )
}

/// Storages: buckets and folders that tasks come from and annotations go to, and the objects in them.
fn storages() -> Routes {
    use crate::storages::{self, connections, events, media};
    let of_project = |methods: Methods| methods.asks(Action::ProjectChange, "project");
    Routes::new()
        .route("/api/storages/", of_project(get(storages::list_all)))
        .route("/api/storages/types", get(storages::types).own())
        .route("/api/storages/export", of_project(get(storages::list_all)))
        .route("/api/storages/export/types", get(storages::types).own())
        .route(
            "/api/storages/{kind}/",
            of_project(of_project(get(storages::list)).post(storages::create)),
        )
        .route("/api/storages/{kind}/form", get(storages::layout).own())
        .route("/api/storages/{kind}/validate", of_project(post(storages::validate)))
        .route("/api/storages/{kind}/files", of_project(post(storages::files)))
        .route(
            "/api/storages/{kind}/{id}",
            get(storages::read)
                .patch(storages::update)
                .put(storages::update)
                .delete(storages::delete),
        )
        .route("/api/storages/{kind}/{id}/sync", post(storages::sync))
        .route("/api/storages/{kind}/{id}/notes", get(storages::notes))
        .route(
            "/api/storages/{kind}/{id}/events",
            post(events::listen).delete(events::stop),
        )
        .route("/api/storage-events/{id}/", post(events::take).open(Open::OwnProof))
        .route(
            "/api/storage-events/{id}/{secret}/",
            post(events::take).open(Open::OwnProof),
        )
        .route(
            "/api/storages/export/{kind}",
            of_project(of_project(get(storages::list)).post(storages::create)),
        )
        .route("/api/storages/export/{kind}/form", get(storages::layout).own())
        .route(
            "/api/storages/export/{kind}/validate",
            of_project(post(storages::validate)),
        )
        .route(
            "/api/storages/export/{kind}/{id}",
            get(storages::read)
                .patch(storages::update)
                .put(storages::update)
                .delete(storages::delete),
        )
        .route("/api/storages/export/{kind}/{id}/sync", post(storages::sync))
        .route("/api/storages/export/{kind}/{id}/notes", get(storages::notes))
        .route("/api/storages/export/{kind}/{id}/retry", post(storages::retry))
        .route(
            "/api/storage-connections/",
            get(connections::list).post(connections::create),
        )
        .route("/api/storage-connections/types", get(connections::types).own())
        .route(
            "/api/storage-connections/{id}/",
            patch(connections::update).delete(connections::delete),
        )
        .route("/api/projects/{id}/storage-connections", get(connections::of_project))
        .route("/tasks/{id}/resolve/", get(media::of_task))
        .route("/tasks/{id}/presign/", get(media::of_task))
        .route("/projects/{id}/resolve/", get(media::of_project))
        .route("/projects/{id}/presign/", get(media::of_project))
        .route(
            "/data/local-files/",
            get(media::local).asks(Action::MediaView, "project"),
        )
}

/// The data manager: views, columns, what is done to lists of tasks.
fn data_manager() -> Routes {
    use crate::data_manager::{actions, columns, events, jobs, statistics, trash, views};
    use crate::{notifications, tasks};
    let views_of = |methods: Methods| methods.asks(Action::TaskView, "project");
    let keeps = |methods: Methods| methods.asks(Action::Annotate, "project");
    Routes::new()
        .route("/api/dm/views/", keeps(views_of(get(views::list)).post(views::create)))
        .route("/api/dm/views/reset/", keeps(delete(views::reset)))
        .route("/api/dm/views/order/", keeps(post(views::order)))
        .route(
            "/api/dm/views/{id}/",
            keeps(
                keeps(keeps(views_of(get(views::read)).put(views::update)).patch(views::update)).delete(views::delete),
            ),
        )
        .route("/api/dm/views/{id}/duplicate/", keeps(post(views::duplicate)))
        .route("/api/dm/columns/", views_of(get(columns::list)))
        .route("/api/dm/project/", views_of(get(columns::project)))
        .route("/api/dm/totals/", views_of(get(tasks::totals)))
        .route(
            "/api/dm/actions/",
            keeps(views_of(get(actions::list)).post(actions::run)),
        )
        .route("/api/dm/actions/{action}/form/", views_of(get(actions::form)))
        .route("/api/dm/trash/", views_of(get(trash::list)))
        .route("/api/dm/trash/{id}/", keeps(delete(trash::delete)))
        .route("/api/dm/trash/{id}/restore/", keeps(post(trash::restore)))
        .route("/api/dm/events/", views_of(get(events::stream)))
        .route("/api/dm/statistics/", views_of(get(statistics::read)))
        .route("/api/jobs/", views_of(get(jobs::list)))
        .route("/api/jobs/{id}/", views_of(get(jobs::read)))
        .route("/api/jobs/{id}/cancel/", keeps(post(jobs::cancel)))
        .route(
            "/api/notifications/",
            get(notifications::list).own().patch(notifications::update).own(),
        )
}

/// What administrators look at: who did what, and how much is done.
fn oversight() -> Routes {
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

/// All routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(pages())
        .merge(service())
        .merge(accounts())
        .merge(factors())
        .merge(rights())
        .merge(sso())
        .merge(scim())
        .merge(projects())
        .merge(work())
        .merge(storages())
        .merge(data_manager())
        .merge(oversight())
}

/// The table of routes with what each asks of the caller, in the order of the list (SEC-106).
pub fn table() -> Vec<Route> {
    routes().table().to_vec()
}
