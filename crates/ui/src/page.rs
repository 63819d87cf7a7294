//! Pages with places for values: the app's own page, the sign-in and sign-up forms, and a few small ones.

use std::borrow::Cow;

use crate::Built;

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The browser app. Values: `nonce`.
    App,
    /// The browser app at an address where somebody labels: names all that the editor needs, so that it is fetched at once.
    /// Values: `nonce`, `project` (its id), `task` (the address where the first task is asked for).
    Labeling,
    /// The sign-in form. Values: `csrf error email next passkeys provider provider_text title intro nonce`.
    Login,
    /// The sign-up form. Values: `csrf error email next token title intro nonce`.
    SignUp,
    /// The second step of a sign-in. Values: `csrf error next passkeys title intro nonce`.
    SecondFactor,
    /// Setting up an authenticator app or a passkey. Values: `csrf error next passkeys title intro qr key email nonce`.
    SecondFactorSetup,
    /// Recovery codes, shown once. Values: `title intro codes next nonce`.
    RecoveryCodes,
    /// The form that asks for a link to set a new password. Values: `csrf error email title intro nonce`.
    Reset,
    /// The form for a new password. Values: the same and `token`.
    NewPassword,
    /// The button that confirms an address. Values: `csrf email token title intro nonce`.
    VerifyEmail,
    /// The sign-out button. Values: `csrf email nonce`.
    Logout,
    /// Something is not as wanted. Values: `title intro nonce`.
    Error,
}

impl Page {
    /// The file of the built app, and what stands in for it.
    fn source(self) -> (&'static str, &'static str) {
        match self {
            Page::App => ("index.html", include_str!("../fallback/index.html")),
            Page::Labeling => ("label.html", include_str!("../fallback/index.html")),
            Page::Login => ("login.html", include_str!("../fallback/login.html")),
            Page::SignUp => ("signup.html", include_str!("../fallback/signup.html")),
            Page::SecondFactor => ("second-factor.html", include_str!("../fallback/second-factor.html")),
            Page::SecondFactorSetup => (
                "second-factor-setup.html",
                include_str!("../fallback/second-factor-setup.html"),
            ),
            Page::RecoveryCodes => ("recovery-codes.html", include_str!("../fallback/recovery-codes.html")),
            Page::Reset => ("reset.html", include_str!("../fallback/reset.html")),
            Page::NewPassword => ("new-password.html", include_str!("../fallback/new-password.html")),
            Page::VerifyEmail => ("verify-email.html", include_str!("../fallback/verify-email.html")),
            Page::Logout => ("logout.html", include_str!("../fallback/logout.html")),
            Page::Error => ("error.html", include_str!("../fallback/error.html")),
        }
    }
}

/// The page with its values. Each `{{name}}` is replaced once; values are escaped for text and for quoted attributes, and
/// what they hold is not looked at again. A name without a value becomes empty.
pub fn render(page: Page, values: &[(&str, &str)]) -> String {
    let (name, fallback) = page.source();
    let text: Cow<'_, str> = match Built::get(name) {
        Some(file) => match file.data {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        },
        None => Cow::Borrowed(fallback),
    };
    fill(&text, values)
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 512);
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let name = rest[start + 2..start + length].trim();
        out.push_str(&rest[..start]);
        if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            let value = values
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value);
            escape(value, &mut out);
        } else {
            out.push_str(&rest[start..start + length + 2]);
        }
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}

fn escape(value: &str, out: &mut String) {
    for character in value.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_173_values_become_text() {
        assert_eq!(
            fill(
                "<b title=\"{{a}}\">{{b}}</b>{{ unknown }}{{C}}",
                &[("a", "\"><script>"), ("b", "{{a}} & '")]
            ),
            "<b title=\"&quot;&gt;&lt;script&gt;\">{{a}} &amp; &#39;</b>{{C}}"
        );
    }

    #[test]
    fn forms_carry_what_the_server_expects() {
        for page in [Page::Login, Page::SignUp] {
            let html = render(
                page,
                &[
                    ("csrf", "the-token"),
                    ("email", "ada@example.com"),
                    ("error", "Wrong."),
                    ("nonce", "n0"),
                ],
            );
            for part in [
                "name=\"csrfmiddlewaretoken\"",
                "the-token",
                "name=\"email\"",
                "ada@example.com",
                "name=\"password\"",
                "Wrong.",
                "n0",
            ] {
                assert!(html.contains(part), "{page:?}: {part}");
            }
            assert!(!html.contains("{{"), "{page:?}");
        }
    }
}
