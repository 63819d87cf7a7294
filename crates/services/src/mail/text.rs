//! The words of the mails. Plain text: nothing in it can be markup (SEC-182).

use chrono::DateTime;
use labelkeep_policy::Role;

/// A mail, by its reason. Links are paths; the public address of the server comes before them.
pub(crate) enum Text<'a> {
    Invitation {
        /// Name or address of who invites.
        by: &'a str,
        organization: &'a str,
        role: Role,
        link: &'a str,
        /// Microseconds.
        end: i64,
    },
    Reset {
        link: &'a str,
    },
    Verify {
        link: &'a str,
    },
    /// To the address that was.
    EmailChanged {
        new: &'a str,
    },
    PasswordChanged,
    FactorAdded {
        /// A passkey, an authenticator app.
        what: &'a str,
        /// What the person calls it.
        name: &'a str,
    },
    FactorRemoved {
        what: &'a str,
        name: &'a str,
    },
    /// By an administrator.
    FactorsReset,
    /// A recovery code was used.
    RecoveryUsed,
    /// An administrator has made a link for the person.
    ResetByAdministrator,
    TokenEnds {
        /// Microseconds.
        end: i64,
    },
    /// Something that took long has ended.
    Ended {
        title: &'a str,
        text: &'a str,
        project: &'a str,
        link: &'a str,
    },
    /// To those who run the organization: an owner used the password although passwords are off.
    BreakGlass {
        email: &'a str,
        address: &'a str,
        /// Microseconds.
        at: i64,
    },
    /// To those who run the organization: who runs the server has reached for its data.
    ConsoleAccess {
        /// The project's.
        title: &'a str,
        reason: &'a str,
        /// Microseconds.
        at: i64,
    },
}

impl Text<'_> {
    /// Subject and text.
    pub(crate) fn write(&self, origin: &str) -> (String, String) {
        let (subject, text) = match self {
            Text::Invitation {
                by,
                organization,
                role,
                link,
                end,
            } => {
                let (by, organization) = (tidy(by), tidy(organization));
                (
                    format!("Invitation to {organization}"),
                    format!(
                        "{by} invites you to work with {organization} on {origin} as {role}.\n\n\
                         Open this link to create your account. It is meant for you alone, works once, and ends on {end}:\n\n\
                         {origin}{link}\n\n\
                         If you do not know what this is about, leave this mail alone: nothing happens without the link.",
                        role = role.word(),
                        end = day(*end),
                    ),
                )
            }
            Text::Reset { link } => (
                "Set a new password".to_owned(),
                format!(
                    "Somebody, probably you, has asked for a new password for your account on {origin}.\n\n\
                     Open this link to set one. It works once, within 30 minutes:\n\n\
                     {origin}{link}\n\n\
                     If it was not you, leave this mail alone: your password stays as it is."
                ),
            ),
            Text::Verify { link } => (
                "Confirm your address".to_owned(),
                format!(
                    "This address was given for an account on {origin}.\n\n\
                     Open this link to confirm that mail reaches you here. It works once:\n\n\
                     {origin}{link}\n\n\
                     If you do not know what this is about, leave this mail alone."
                ),
            ),
            Text::EmailChanged { new } => (
                "Your address was changed".to_owned(),
                format!(
                    "The address of your account on {origin} is {new} from now on; mail no longer goes to this one.\n\n\
                     If it was not you, tell the people who run the server at once."
                ),
            ),
            Text::PasswordChanged => (
                "Your password was changed".to_owned(),
                format!(
                    "The password of your account on {origin} was changed, and you were signed out everywhere else.\n\n\
                     If it was not you, tell the people who run the server at once."
                ),
            ),
            Text::FactorAdded { what, name } => (
                format!("A {what} was added").replace("A a", "An a"),
                format!(
                    "Your account on {origin} has a new {what}: {name}.\n\n\
                     If it was not you, remove it and change your password at once: {origin}/user/account/second-factor",
                    name = tidy(name)
                ),
            ),
            Text::FactorRemoved { what, name } => (
                format!("A {what} was removed").replace("A a", "An a"),
                format!(
                    "The {what} {name} of your account on {origin} was removed. It signs nobody in any more.\n\n\
                     If it was not you, change your password and tell the people who run the server at once.",
                    name = tidy(name)
                ),
            ),
            Text::FactorsReset => (
                "Your second factors were removed".to_owned(),
                format!(
                    "An administrator has removed the passkeys, authenticator apps and recovery codes of your account on \
                     {origin}, and you were signed out everywhere.\n\n\
                     If you have not asked for it, tell the people who run the server."
                ),
            ),
            Text::RecoveryUsed => (
                "A recovery code was used".to_owned(),
                format!(
                    "Somebody, probably you, has signed in to your account on {origin} with a recovery code. It does not work \
                     again.\n\n\
                     If it was not you, change your password and make new codes at once: {origin}/user/account/second-factor"
                ),
            ),
            Text::ResetByAdministrator => (
                "A link for a new password was made".to_owned(),
                format!(
                    "An administrator has made a link by which a new password can be set for your account on {origin}. \
                     They will give it to you. It works once, within 30 minutes.\n\n\
                     If you have not asked for it, tell the people who run the server."
                ),
            ),
            Text::TokenEnds { end } => (
                "An API token ends soon".to_owned(),
                format!(
                    "An API token of your account on {origin} ends on {end}. Scripts that use it stop then.\n\n\
                     Make a new one on your account page: {origin}/user/account/",
                    end = day(*end)
                ),
            ),
            Text::Ended {
                title,
                text,
                project,
                link,
            } => (
                tidy(title),
                format!(
                    "{title}, in the project {project} on {origin}:\n\n{text}\n\n{origin}{link}\n\n\
                     You get this because you have asked for mail about what ends. The bell at the top of every page turns it off.",
                    title = tidy(title),
                    project = tidy(project),
                    text = tidy_long(text),
                ),
            ),
            Text::BreakGlass { email, address, at } => (
                "A sign-in past your identity provider".to_owned(),
                format!(
                    "Passwords are off in your organization on {origin}. {email} has signed in with a password or passkey and a \
                     second factor on {at}, from {address}: the way that is kept for the day on which the provider fails.\n\n\
                     If nobody among you did that, end their sessions and change their password at once. \
                     The audit log has the rest: {origin}/organization/audit",
                    email = tidy(email),
                    at = day(*at)
                ),
            ),
            Text::ConsoleAccess { title, reason, at } => (
                "Somebody who runs the server has opened a project of yours".to_owned(),
                format!(
                    "On {at} somebody who runs {origin} has worked with the project {title} at the server's console. The reason that they \
                     gave:\n\n{reason}\n\nThe audit log has the rest: {origin}/organization/audit",
                    title = tidy(title),
                    reason = tidy(reason),
                    at = day(*at)
                ),
            ),
        };
        (subject, text)
    }
}

/// The date in UTC.
fn day(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map(|time| time.format("%-d %B %Y, %H:%M UTC").to_string())
        .unwrap_or_default()
}

/// A name from outside as part of a sentence: one line, not too long.
fn tidy(name: &str) -> String {
    line(name, 100)
}

/// What was wrong with a file, which quotes it.
fn tidy_long(text: &str) -> String {
    line(text, 300)
}

fn line(text: &str, most: usize) -> String {
    let line: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(most)
        .collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_182_names_cannot_break_out_of_their_sentence() {
        let text = Text::Invitation {
            by: "Eve\r\nBcc: x@y.z",
            organization: "Cats\n\nClick http://evil.example",
            role: Role::Annotator,
            link: "/user/signup/?token=t",
            end: 0,
        };
        let (subject, text) = text.write("https://labels.example");
        assert_eq!(subject, "Invitation to Cats  Click http://evil.example");
        assert!(
            text.starts_with("Eve  Bcc: x@y.z invites you to work with Cats  Click http://evil.example on"),
            "{text}"
        );
        assert!(
            text.contains("\nhttps://labels.example/user/signup/?token=t\n"),
            "{text}"
        );
        assert!(text.contains("1 January 1970, 00:00 UTC"), "{text}");
    }
}
