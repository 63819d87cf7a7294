//! `/api/current-user/…`, `/api/users/…`, `/api/token/…`, `/api/organizations/…`

mod current_user;
mod organizations;
mod tokens;
mod users;
