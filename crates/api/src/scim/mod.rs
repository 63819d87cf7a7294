//! Provisioning by SCIM 2.0 (RFC 7644) under `/scim/v2/`, and its settings under `/api/scim/`.

mod bulk;
mod discovery;
mod groups;
mod settings;
mod users;
mod wire;

pub(crate) use bulk::bulk;
pub(crate) use discovery::{configuration, resource_type, resource_types, schema, schemas};
pub(crate) use groups::{
    create as create_group, list as list_groups, patch as patch_group, read as read_group, remove as remove_group,
    replace as replace_group,
};
pub(crate) use settings::{change_settings, create_token, read_settings, revoke_token, rotate_token, tokens};
pub(crate) use users::{
    create as create_user, list as list_users, patch as patch_user, read as read_user, remove as remove_user,
    replace as replace_user,
};
pub(crate) use wire::ScimFailure;
