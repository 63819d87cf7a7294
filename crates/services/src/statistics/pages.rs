//! The pages of the app, as templates. A page that is not in the list is `other`: its address may hold anything.

/// Pages that are told apart.
const PAGES: &[&str] = &[
    "/",
    "/models",
    "/organization",
    "/organization/audit",
    "/organization/billing",
    "/organization/invitations",
    "/organization/members",
    "/organization/people",
    "/organization/permissions",
    "/organization/roles",
    "/organization/security",
    "/organization/security/ldap",
    "/organization/security/openid-connect",
    "/organization/security/sign-in",
    "/organization/security/tokens",
    "/organization/settings",
    "/organization/statistics",
    "/organization/tokens",
    "/organization/usage",
    "/organization/workspaces",
    "/people",
    "/projects",
    "/projects/create",
    "/projects/{id}",
    "/projects/{id}/dashboard",
    "/projects/{id}/data",
    "/projects/{id}/data/export",
    "/projects/{id}/data/import",
    "/projects/{id}/members",
    "/projects/{id}/settings",
    "/projects/{id}/settings/annotation",
    "/projects/{id}/settings/danger",
    "/projects/{id}/settings/danger-zone",
    "/projects/{id}/settings/general",
    "/projects/{id}/settings/labeling",
    "/projects/{id}/settings/members",
    "/projects/{id}/settings/ml",
    "/projects/{id}/settings/predictions",
    "/projects/{id}/settings/storage",
    "/projects/{id}/settings/webhooks",
    "/user/account",
    "/user/account/keys",
    "/user/account/password",
    "/user/account/profile",
    "/user/account/second-factor",
    "/user/account/sessions",
    "/user/account/security",
    "/user/account/tokens",
    "/user/login",
    "/user/signup",
    "/workspaces",
    "/workspaces/{id}",
];

/// The template of a page's address; numbers in it count as `{id}`.
pub fn page_of(path: &str) -> &'static str {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut template = String::with_capacity(path.len().min(128));
    for part in path.split('/').filter(|part| !part.is_empty()).take(8) {
        template.push('/');
        template.push_str(if part.bytes().all(|byte| byte.is_ascii_digit()) {
            "{id}"
        } else {
            part
        });
    }
    if template.is_empty() {
        template.push('/');
    }
    PAGES.iter().find(|page| **page == template).copied().unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_237_a_page_is_a_template_of_the_list_or_other() {
        assert_eq!(page_of("/projects/7/data?task=42"), "/projects/{id}/data");
        assert_eq!(page_of("/projects/{id}/data"), "/projects/{id}/data");
        assert_eq!(page_of("/projects/7/"), "/projects/{id}");
        assert_eq!(page_of(""), "/");
        for private in [
            "/projects/secret-name",
            "/user/ada@example.com",
            "/a/b/c/d/e/f/g/h/i/j",
            "//evil.example/x",
            "/projects/7/data/cat.jpg",
        ] {
            assert_eq!(page_of(private), "other", "{private}");
        }
    }
}
