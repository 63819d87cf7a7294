//! The page `docs/permissions.md`: the matrix, the switches, the properties and the routes, as the program has them.

use std::fmt::Write as _;

use labelkeep_api::routes::{Need, Open, Route};
use labelkeep_services::policy::{Action, MATRIX, Role, SWITCHES, properties::PROPERTIES, table};

/// The page's text.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Permissions\n\n\
         This page is generated: `labelkeep permissions > docs/permissions.md`.\n\n\
         What is not listed here is denied. An organization that has not turned roles on has one owner, and everybody else is\n\
         *Member*. With roles on, managers, reviewers and annotators see the projects they belong to, by themselves or through a\n\
         workspace; reviewers and annotators only when these are published. In a project an annotator can be a reviewer, and a\n\
         reviewer an annotator. A personal workspace and what is in it is seen by its maker alone, whatever the roles.\n\n\
         An object that somebody may not see is answered like one that does not exist (404); a forbidden action on a visible\n\
         one is 403.\n",
    );
    matrix(&mut page);
    switches(&mut page);
    properties(&mut page);
    routes(&mut page);
    page
}

fn matrix(page: &mut String) {
    let roles = Role::ALL;
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let _ = write!(
        page,
        "\n## Actions\n\n| Action | Meaning | {} |\n|---|---|{}\n",
        names.join(" | "),
        "---|".repeat(roles.len())
    );
    for (action, allowed) in MATRIX {
        let mark = |role: &Role| if allowed.contains(role) { "✓" } else { "–" };
        let marks: Vec<&str> = roles.iter().map(mark).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            action.name(),
            action.about(),
            marks.join(" | ")
        );
    }
    let reads: Vec<String> = Action::ALL
        .iter()
        .filter(|action| action.only_reads())
        .map(|action| format!("`{}`", action.name()))
        .collect();
    let _ = writeln!(page, "\nA token that only reads may do: {}.", reads.join(", "));
}

fn switches(page: &mut String) {
    page.push_str(
        "\n## Switches\n\nThe owner can give these permissions to other roles than the table does. The owner always has them.\n\n\
         | Key | Action | Meaning | By default | Can have it |\n|---|---|---|---|---|\n",
    );
    let names = |roles: &[Role]| {
        let names: Vec<&str> = roles
            .iter()
            .filter(|role| !matches!(role, Role::Owner | Role::Member))
            .map(|role| role.name())
            .collect();
        if names.is_empty() {
            "–".to_owned()
        } else {
            names.join(", ")
        }
    };
    for switch in SWITCHES {
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {} |",
            switch.key,
            switch.action.name(),
            switch.help,
            names(table(switch.action)),
            names(switch.options)
        );
    }
}

fn properties(page: &mut String) {
    page.push_str(
        "\n## Properties\n\nProperties of answers that ask for more than seeing the object, and of requests that ask for more than changing it.\n\n\
         | Object | Property | Reading asks for | Others see | Writing asks for |\n|---|---|---|---|---|\n",
    );
    let name = |action: Option<Action>| action.map_or_else(String::new, |action| format!("`{}`", action.name()));
    for property in PROPERTIES {
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {} | {} |",
            property.kind,
            property.name,
            name(property.read),
            property.instead,
            name(property.write)
        );
    }
}

fn routes(page: &mut String) {
    page.push_str("\n## Routes\n\n| Method | Path | Asks for |\n|---|---|---|\n");
    let mut routes = labelkeep_api::table();
    routes.sort_by(|left, right| (left.path, left.method.as_str()).cmp(&(right.path, right.method.as_str())));
    for Route { method, path, need, .. } in routes {
        // The app's pages hold no data; the list of them is the app's own.
        if need == Some(Need::Open(Open::Page)) {
            continue;
        }
        let asks = match need {
            Some(Need::Action(action, kind)) => format!("`{}` on the {}", action.name(), kind.replace('_', " ")),
            Some(Need::Own) => "being signed in; only what is the caller's own".to_owned(),
            Some(Need::Provisioning) => "a token of provisioning, for its organization".to_owned(),
            Some(Need::Open(open)) => open.reason().to_owned(),
            None => "not said".to_owned(),
        };
        let _ = writeln!(page, "| {method} | `{path}` | {asks} |");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sec_107_the_page_of_permissions_is_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == super::markdown(),
            "run: cargo run -p labelkeep -- permissions > docs/permissions.md"
        );
    }
}
