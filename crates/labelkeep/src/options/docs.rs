//! The page `docs/configuration.md`.

use std::fmt::Write as _;

use super::table::{OPTIONS, SECTIONS};

/// The page's text.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         This page is generated: `labelkeep options --markdown > docs/configuration.md`.\n\n\
         A setting is read from its flag, else from the environment: `LABEL_STUDIO_X`, then `HEARTEX_X`, then `X`, where `X` is\n\
         the name below. Names marked † are read with a prefix only, because desktops and shells set them for purposes of their own.\n\
         Names that start with `LABELKEEP_` are this product's own and stand as they are; an unknown one stops the start.\n\
         Booleans are `true yes on 1` or `false no off 0`; lists are separated by commas. Names marked ‡ are secrets: each can also\n\
         be given as a file, `X_FILE`.\n\n\
         Variables `fflag_…` and `ff_…` set feature flags. A bad setting stops the start with one line that names it.\n",
    );
    for (section, title) in SECTIONS {
        let _ = write!(
            page,
            "\n## {title}\n\n| Flag | Name | Default | Meaning |\n|---|---|---|---|\n"
        );
        for option in OPTIONS.iter().filter(|option| option.section == *section) {
            let flag = match (option.flag, option.short) {
                (Some(flag), Some(short)) => format!("`-{short}`, `--{flag}`"),
                (Some(flag), None) => format!("`--{flag}`"),
                _ => String::new(),
            };
            let marks = [(option.prefixed_only, " †"), (option.secret, " ‡")];
            let marks: String = marks.into_iter().filter(|(on, _)| *on).map(|(_, mark)| mark).collect();
            let default = option.shown_default.or(option.default).filter(|text| !text.is_empty());
            let default = default.map(|text| format!("`{text}`")).unwrap_or_default();
            let _ = writeln!(
                page,
                "| {flag} | `{}`{marks} | {default} | {} |",
                option.name, option.help
            );
        }
    }
    page
}
