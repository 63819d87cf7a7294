//! Groups as the provider sees and changes them. What a group gives is in `rights`.

use std::collections::{BTreeSet, HashMap};

use labelkeep_store::Tx;
use labelkeep_store::accounts::organizations;
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::scim::groups::{self as store, GroupMemberRow, GroupRow};
use serde_json::json;

use super::change::MemberChange;
use super::evaluate::meets;
use super::{
    GroupChange, IfVersion, Page, Provisioner, Reason, ScimError, ScimResult, Wish, rights, select, version_of,
};
use crate::Services;
use crate::sso::Mapping;

/// A group.
#[derive(Debug, Clone)]
pub struct Group {
    /// The row.
    pub row: GroupRow,
    /// Ids and names of its members; none when they were not asked for.
    pub members: Option<Vec<(i64, String)>>,
}

impl Group {
    /// Its version; none when its members were not asked for.
    pub fn version(&self) -> Option<String> {
        let row = &self.row;
        let members = self.members.as_ref()?;
        Some(version_of(&(&row.display_name, &row.external_id, members)))
    }
}

/// Groups of the organization, with their members if wanted.
pub async fn groups(services: &Services, who: &Provisioner, wish: &Wish, members: bool) -> ScimResult<Page<Group>> {
    let (condition, order) = select::groups(wish)?;
    let id = who.organization_id();
    let total = store::count(&services.db, id, &condition).await?;
    let rows = if wish.limit > 0 {
        store::page(
            &services.db,
            id,
            &condition,
            (order, wish.descending),
            wish.offset,
            wish.limit,
        )
        .await?
    } else {
        Vec::new()
    };
    let entries = with_members(services, id, rows, members).await?;
    Ok(Page { total, entries })
}

async fn with_members(
    services: &Services,
    organization_id: i64,
    rows: Vec<GroupRow>,
    wanted: bool,
) -> ScimResult<Vec<Group>> {
    if !wanted {
        return Ok(rows.into_iter().map(|row| Group { row, members: None }).collect());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let members = store::members(&services.db, organization_id, &ids).await?;
    Ok(joined(rows, members))
}

fn joined(rows: Vec<GroupRow>, found: Vec<GroupMemberRow>) -> Vec<Group> {
    let mut members: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    for member in found {
        members
            .entry(member.group_id)
            .or_default()
            .push((member.account_id, member.display));
    }
    rows.into_iter()
        .map(|row| Group {
            members: Some(members.remove(&row.id).unwrap_or_default()),
            row,
        })
        .collect()
}

/// A group. One of another organization is not there.
pub async fn group(services: &Services, who: &Provisioner, id: i64, members: bool) -> ScimResult<Group> {
    let row = store::find(&services.db, who.organization_id(), id).await?;
    let mut groups = with_members(services, who.organization_id(), row.into_iter().collect(), members).await?;
    groups.pop().ok_or_else(not_found)
}

fn not_found() -> ScimError {
    Reason::NotFound.refuse("There is no such group.")
}

/// A request that changes groups: what it needs in its transaction.
struct Work {
    services: Services,
    mapping: Mapping,
    origin: Origin,
    organization_id: i64,
    now: i64,
}

impl Work {
    async fn begin(services: &Services, who: &Provisioner) -> ScimResult<Work> {
        Ok(Work {
            mapping: rights::mapping(services, who.organization_id()).await?,
            services: services.clone(),
            origin: who.origin(),
            organization_id: who.organization_id(),
            now: services.now(),
        })
    }

    async fn locked(&self, tx: &mut Tx, id: i64, version: &IfVersion) -> ScimResult<GroupRow> {
        organizations::lock(tx, self.organization_id).await?;
        let row = store::find_in(tx, self.organization_id, id)
            .await?
            .ok_or_else(not_found)?;
        if version.0.is_some() {
            let members = store::members_in(tx, self.organization_id, &[id]).await?;
            let groups = joined(vec![row.clone()], members);
            version.check(&groups.first().and_then(Group::version).unwrap_or_default())?;
        }
        Ok(row)
    }

    /// Changes who is in the group; gives those for whom that is news.
    async fn change_members(&self, tx: &mut Tx, group_id: i64, changes: &[MemberChange]) -> ScimResult<BTreeSet<i64>> {
        let before: BTreeSet<i64> = store::member_ids(tx, group_id).await?.into_iter().collect();
        let mut after = before.clone();
        for change in changes {
            match change {
                MemberChange::Add(ids) => after.extend(self.of_organization(tx, ids).await?),
                MemberChange::Replace(ids) => after = self.of_organization(tx, ids).await?,
                MemberChange::Remove(ids) => after.retain(|id| !ids.contains(id)),
                MemberChange::RemoveWhere(filter) => {
                    // Whoever an operation before this one has put in is in the group when this one looks.
                    self.write_members(tx, group_id, &after).await?;
                    for member in store::members_in(tx, self.organization_id, &[group_id]).await? {
                        let id = member.account_id;
                        let value = json!({ "value": id.to_string(), "display": member.display, "type": "User" });
                        if meets(&value, filter) {
                            after.remove(&id);
                        }
                    }
                }
            }
        }
        self.write_members(tx, group_id, &after).await?;
        Ok(before.symmetric_difference(&after).copied().collect())
    }

    async fn write_members(&self, tx: &mut Tx, group_id: i64, wanted: &BTreeSet<i64>) -> ScimResult<()> {
        let there: BTreeSet<i64> = store::member_ids(tx, group_id).await?.into_iter().collect();
        for id in wanted.difference(&there) {
            store::add_member(tx, group_id, *id).await?;
        }
        for id in there.difference(wanted) {
            store::remove_member(tx, group_id, *id).await?;
        }
        Ok(())
    }

    /// These ids, all of members of the organization. Whether others exist elsewhere is not told.
    async fn of_organization(&self, tx: &mut Tx, ids: &[i64]) -> ScimResult<BTreeSet<i64>> {
        let known: BTreeSet<i64> = store::members_among(tx, self.organization_id, ids)
            .await?
            .into_iter()
            .collect();
        match ids.iter().find(|id| !known.contains(id)) {
            Some(id) => Err(Reason::InvalidValue.refuse(format!("There is no user {id}."))),
            None => Ok(known),
        }
    }

    async fn apply(&self, tx: &mut Tx, people: &BTreeSet<i64>) -> ScimResult<()> {
        for id in people {
            rights::apply(
                tx,
                &self.services,
                &self.mapping,
                &self.origin,
                self.organization_id,
                *id,
            )
            .await?;
        }
        Ok(())
    }

    async fn record(&self, tx: &mut Tx, action: &str, id: i64, people: &BTreeSet<i64>) -> ScimResult<()> {
        let some: Vec<i64> = people.iter().copied().take(100).collect();
        let detail = json!({ "changed_members": people.len(), "users": some }).to_string();
        audit::record(tx, &self.origin, action, &format!("group:{id}"), &detail, self.now).await?;
        Ok(())
    }
}

fn forget(services: &Services, people: &BTreeSet<i64>) {
    for id in people {
        services.cache.forget_account(*id);
    }
}

fn name_of(change: &GroupChange) -> ScimResult<Option<String>> {
    match change.display_name.as_deref() {
        Some("") => Err(Reason::InvalidValue.refuse("displayName must not be empty.")),
        name => Ok(name.map(str::to_owned)),
    }
}

fn unique(error: ScimError) -> ScimError {
    match error {
        ScimError::Service(crate::ServiceError::Store(error)) if error.is_unique_violation() => {
            Reason::Uniqueness.refuse("There is a group with this displayName already.")
        }
        other => other,
    }
}

/// Adds a group.
pub async fn create_group(services: &Services, who: &Provisioner, change: GroupChange) -> ScimResult<Group> {
    let name = name_of(&change)?.ok_or_else(|| Reason::InvalidValue.refuse("displayName is needed."))?;
    let work = Work::begin(services, who).await?;
    let made: ScimResult<(i64, BTreeSet<i64>)> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                organizations::lock(tx, work.organization_id).await?;
                let external = change.external_id.flatten();
                let row = store::insert(tx, work.organization_id, &name, external.as_deref(), work.now).await?;
                let people = work.change_members(tx, row.id, &change.members).await?;
                work.record(tx, "scim.group.create", row.id, &people).await?;
                work.apply(tx, &people).await?;
                Ok((row.id, people))
            })
        })
        .await;
    let (id, people) = made.map_err(unique)?;
    forget(services, &people);
    group(services, who, id, true).await
}

/// Changes a group, and what its members get by it. What is as it should be changes nothing.
pub async fn update_group(
    services: &Services,
    who: &Provisioner,
    id: i64,
    version: IfVersion,
    change: GroupChange,
) -> ScimResult<()> {
    let name = name_of(&change)?;
    let work = Work::begin(services, who).await?;
    let changed: ScimResult<BTreeSet<i64>> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = work.locked(tx, id, &version).await?;
                let name = name.unwrap_or_else(|| row.display_name.clone());
                let external = change.external_id.unwrap_or_else(|| row.external_id.clone());
                let mut people = work.change_members(tx, id, &change.members).await?;
                let is_renamed = name != row.display_name;
                if people.is_empty() && !is_renamed && external == row.external_id {
                    return Ok(people);
                }
                store::update(tx, id, &name, external.as_deref(), work.now).await?;
                work.record(tx, "scim.group.change", id, &people).await?;
                if is_renamed {
                    // The table goes by names.
                    people.extend(store::member_ids(tx, id).await?);
                }
                work.apply(tx, &people).await?;
                Ok(people)
            })
        })
        .await;
    forget(services, &changed.map_err(unique)?);
    Ok(())
}

/// Removes a group, and what its members had by it.
pub async fn remove_group(services: &Services, who: &Provisioner, id: i64, version: IfVersion) -> ScimResult<()> {
    let work = Work::begin(services, who).await?;
    let done: ScimResult<BTreeSet<i64>> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                work.locked(tx, id, &version).await?;
                let people: BTreeSet<i64> = store::member_ids(tx, id).await?.into_iter().collect();
                store::remove(tx, id).await?;
                work.record(tx, "scim.group.remove", id, &people).await?;
                work.apply(tx, &people).await?;
                Ok(people)
            })
        })
        .await;
    forget(services, &done?);
    Ok(())
}
