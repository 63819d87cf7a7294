//! How far a person has come with a tour of the interface.

use labelkeep_policy::Actor;
use labelkeep_store::accounts::tours as store;

use crate::{Invalid, Result, Services, access};

/// The tours that exist.
pub const TOURS: [&str; 4] = ["show_ask_ai", "show_autolabel_button", "create_prompt", "prompts_page"];
const STATES: [&str; 3] = ["ready", "completed", "skipped"];
/// Longest interaction data, in bytes of JSON.
const MOST_DATA: usize = 16 * 1024;

/// A tour's progress.
#[derive(Debug, Clone)]
pub struct Tour {
    /// `ready`, `completed` or `skipped`.
    pub state: String,
    /// A JSON object.
    pub interaction_data: String,
}

/// The caller's progress.
pub async fn tour(services: &Services, actor: &Actor, name: &str) -> Result<Tour> {
    known(name)?;
    let found = store::find(&services.db, actor.account_id, name).await?;
    let (state, interaction_data) = found.unwrap_or_else(|| ("ready".to_owned(), "{}".to_owned()));
    Ok(Tour {
        state,
        interaction_data,
    })
}

/// Changes the caller's progress; what is `None` stays.
pub async fn set_tour(
    services: &Services,
    actor: &Actor,
    name: String,
    state: Option<String>,
    interaction_data: Option<String>,
) -> Result<Tour> {
    access::own_account(actor)?;
    let before = tour(services, actor, &name).await?;
    if let Some(state) = state.as_deref().filter(|state| !STATES.contains(state)) {
        return Err(Invalid::field("state", format!("\"{state}\" is not a valid choice.")).into());
    }
    if interaction_data.as_ref().is_some_and(|data| data.len() > MOST_DATA) {
        return Err(Invalid::field("interaction_data", "This is too much.").into());
    }
    let after = Tour {
        state: state.unwrap_or(before.state),
        interaction_data: interaction_data.unwrap_or(before.interaction_data),
    };
    let (row, id, now) = (after.clone(), actor.account_id, services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move { store::set(tx, id, &name, &row.state, &row.interaction_data, now).await })
        })
        .await?;
    Ok(after)
}

fn known(name: &str) -> Result<(), Invalid> {
    if TOURS.contains(&name) {
        Ok(())
    } else {
        Err(Invalid::field("name", format!("Unknown product tour: {name}")))
    }
}
