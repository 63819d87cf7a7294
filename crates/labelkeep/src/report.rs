//! `labelkeep security report`: what the settings leave weaker than it could be, by requirement (SEC-262).

use std::fmt::Write as _;

use labelkeep_api::Weakness;

use crate::database;
use crate::options::Values;

/// Setting, the value that weakens, requirement, consequence.
const WEAK: &[(&str, bool, &str, &str)] = &[
    (
        "LABELKEEP_LOCAL",
        true,
        "SEC-141",
        "one person's mode: plain HTTP on loopback; not for others",
    ),
    (
        "USE_DEFAULT_BANNED_SUBNETS",
        false,
        "SEC-139",
        "addresses that people give may lead to private networks",
    ),
    (
        "SVG_SECURITY_CLEANUP",
        false,
        "SEC-165",
        "SVG pictures are kept with what they run and load",
    ),
    (
        "DISABLE_SIGNUP_WITHOUT_LINK",
        false,
        "SEC-086",
        "everybody who reaches the server can make an account",
    ),
    (
        "ENABLE_LEGACY_API_TOKEN",
        true,
        "SEC-097",
        "new organizations accept tokens without end",
    ),
    (
        "VERIFY_SSL_CERTS",
        false,
        "SEC-017",
        "servers behind addresses that people give do not prove who they are",
    ),
    (
        "CORS_ALLOW_CREDENTIALS",
        true,
        "SEC-050",
        "pages of the listed origins act and read as whoever is signed in here",
    ),
    ("PASSWORD_BLOCKLIST", false, "SEC-057", "common passwords are accepted"),
    (
        "ALLOW_IMPORT_TASKS_WITH_UNKNOWN_EMAILS",
        true,
        "SEC-162",
        "annotations of unknown people count as the importing person's",
    ),
];

/// What the settings weaken, in the order of the table.
///
/// # Errors
/// A setting that cannot be read.
pub fn weaknesses(values: &Values) -> anyhow::Result<Vec<Weakness>> {
    let mut all = Vec::new();
    for (setting, weak, requirement, consequence) in WEAK {
        if values.boolean(setting)? == *weak {
            all.push(Weakness {
                setting,
                requirement,
                consequence,
            });
        }
    }
    let local = values.boolean("LABELKEEP_LOCAL")?;
    if values.is_set("SSRF_PROTECTION_ENABLED") && !values.boolean("SSRF_PROTECTION_ENABLED")? && !local {
        all.push(Weakness {
            setting: "SSRF_PROTECTION_ENABLED",
            requirement: "SEC-140",
            consequence: "addresses that people give may lead to private networks; metadata and own services stay closed",
        });
    }
    if values.is_set("ML_BLOCK_LOCAL_IP") && !values.boolean("ML_BLOCK_LOCAL_IP")? && !local {
        all.push(Weakness {
            setting: "ML_BLOCK_LOCAL_IP",
            requirement: "SEC-139",
            consequence: "model back ends may be in private networks where the guard is off",
        });
    }
    if database::is_weak(values)? {
        all.push(Weakness {
            setting: "POSTGRE_SSL_MODE",
            requirement: "SEC-013",
            consequence: "the connection to PostgreSQL does not prove who answers",
        });
    }
    Ok(all)
}

/// The same for people.
///
/// # Errors
/// As [`weaknesses`].
pub fn words(values: &Values) -> anyhow::Result<String> {
    let all = weaknesses(values)?;
    let mut text = String::new();
    for weakness in &all {
        let _ = writeln!(
            text,
            "{}  {}: {}",
            weakness.requirement, weakness.setting, weakness.consequence
        );
    }
    if all.is_empty() {
        text.push_str("no setting weakens anything\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pairs: &[(&'static str, &str)]) -> Vec<&'static str> {
        let all = weaknesses(&Values::of(pairs)).expect("settings");
        all.iter().map(|weakness| weakness.setting).collect()
    }

    #[test]
    fn sec_262_sec_140_what_settings_weaken_is_listed() {
        assert_eq!(named(&[]), [""; 0], "the defaults weaken nothing");
        assert_eq!(
            named(&[("LABELKEEP_LOCAL", "true"), ("SSRF_PROTECTION_ENABLED", "false")]),
            ["LABELKEEP_LOCAL"]
        );
        assert_eq!(
            named(&[
                ("SSRF_PROTECTION_ENABLED", "false"),
                ("DISABLE_SIGNUP_WITHOUT_LINK", "false"),
                ("DJANGO_DB", "postgresql"),
                ("POSTGRE_USER", "labelkeep"),
                ("POSTGRE_HOST", "db.example"),
                ("POSTGRE_SSL_MODE", "require"),
            ]),
            [
                "DISABLE_SIGNUP_WITHOUT_LINK",
                "SSRF_PROTECTION_ENABLED",
                "POSTGRE_SSL_MODE"
            ]
        );
        let text = words(&Values::of(&[("PASSWORD_BLOCKLIST", "false")])).expect("words");
        assert_eq!(text, "SEC-057  PASSWORD_BLOCKLIST: common passwords are accepted\n");
        assert!(weaknesses(&Values::of(&[("PASSWORD_BLOCKLIST", "perhaps")])).is_err());
    }
}
