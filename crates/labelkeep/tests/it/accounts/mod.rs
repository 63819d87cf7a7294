//! `/api/current-user/…`, `/api/users/…`, `/api/token/…`, `/api/organizations/…`

mod console;
mod current_user;
mod email;
mod invitations;
mod members;
mod organizations;
mod personal_tokens;
pub(crate) mod post;
mod profile;
mod resets;
mod sessions;
mod tokens;
mod users;

/// The session cookie of an answer, as a client sends it.
pub(crate) fn session_cookie(reply: &labelkeep_testkit::Reply) -> String {
    let lines = reply.headers.get_all("set-cookie").iter();
    let mut cookies = lines.filter_map(|line| line.to_str().ok()?.split(';').next());
    let found = cookies.find(|cookie| cookie.starts_with("session_local="));
    found.expect("a session").to_owned()
}
