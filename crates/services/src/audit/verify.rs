//! Walks the chains and finds the first entry that is not as it was written (SEC-218, SEC-219).

use std::collections::BTreeMap;

use labelkeep_crypt::CheckpointKey;
use labelkeep_crypt::chain::{self as links, Link, hex};
use labelkeep_store::audit::chain::{self as store, ChainedRow};
use labelkeep_store::audit::checkpoints::{self as checkpoint_store, CheckpointRow};
use serde::{Deserialize, Serialize};

use super::checkpoints::{self, EVERY_ENTRIES};
use super::entry::push_entry;
use crate::{Result, Services};

/// Links that are read at once.
const STRETCH: i64 = 2_000;

/// What happened to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemKind {
    /// It is not what was hashed.
    Altered,
    /// It is gone.
    Missing,
    /// It was not written by the program.
    Inserted,
    /// It stands in the place of another.
    Swapped,
    /// A checkpoint is missing, or its signature is not ours.
    Checkpoint,
}

/// The first thing that is wrong in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What happened.
    pub kind: ProblemKind,
    /// Number of the entry, when it has one.
    pub sequence: Option<i64>,
    /// Id of the entry, when it is known.
    pub id: Option<i64>,
    /// One sentence.
    pub text: String,
}

/// The outcome for one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The organization; 0 for entries that belong to none.
    pub organization: i64,
    /// Number of the first entry that is there.
    pub first: i64,
    /// Number of the last one that was verified.
    pub last: i64,
    /// Its hash.
    pub last_hash: String,
    /// Checkpoints that were verified.
    pub checkpoints: usize,
    /// The entry up to which a signature covers the chain.
    pub signed_to: i64,
    /// Entries of the last seconds that are not chained yet.
    pub pending: i64,
    /// The first thing that is wrong.
    pub problem: Option<Problem>,
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Ids and public keys (hexadecimal) of the keys that sign checkpoints: to be kept elsewhere, too.
    pub keys: BTreeMap<String, String>,
    /// One report for each chain.
    pub organizations: Vec<Report>,
}

/// A checkpoint as it was sent out.
#[derive(Deserialize)]
struct Sent {
    statement: Statement,
    signature: String,
}

#[derive(Deserialize)]
struct Statement {
    at: i64,
    hash: String,
    key: String,
    organization: i64,
    pruned: bool,
    sequence: i64,
}

/// Verifies every chain. `sent` are lines of the file to which checkpoints were sent, if there is one.
pub async fn verify(services: &Services, sent: Option<&str>) -> Result<Verified> {
    let keys = checkpoints::open(services, checkpoint_store::keys(&services.db).await?)?;
    let mut outside: BTreeMap<i64, Vec<CheckpointRow>> = BTreeMap::new();
    for row in sent.unwrap_or_default().lines().filter_map(read_sent) {
        outside.entry(row.organization_id).or_default().push(row);
    }
    let mut organizations = store::organizations(&services.db).await?;
    organizations.extend(outside.keys());
    organizations.sort_unstable();
    organizations.dedup();
    let turn = store::turn(&services.db).await?;
    let mut reports = Vec::new();
    for id in organizations {
        let outside = outside.remove(&id).unwrap_or_default();
        let mut report = one(services, &keys, id, &outside).await?;
        // Entries may have been pruned while they were walked: then the chain begins somewhere else now.
        if report.problem.is_some() && begins_elsewhere(services, id, report.first).await? {
            report = one(services, &keys, id, &outside).await?;
        }
        reports.push(report);
    }
    if let Some(entry) = store::inserted(&services.db, turn.watermark).await? {
        let organization = entry.organization_id.unwrap_or(0);
        let problem = Problem {
            kind: ProblemKind::Inserted,
            sequence: None,
            id: Some(entry.id),
            text: format!(
                "entry with id {} is in no chain: it was inserted, or its link was removed",
                entry.id
            ),
        };
        match reports.iter_mut().find(|report| report.organization == organization) {
            Some(report) => {
                report.problem.get_or_insert(problem);
            }
            None => reports.push(Report {
                problem: Some(problem),
                ..Report::empty(organization)
            }),
        }
    }
    Ok(Verified {
        ok: reports.iter().all(|report| report.problem.is_none()),
        keys: keys
            .iter()
            .map(|key| (key.id().to_owned(), hex(&key.public())))
            .collect(),
        organizations: reports,
    })
}

impl Report {
    fn empty(organization: i64) -> Report {
        Report {
            organization,
            first: 0,
            last: 0,
            last_hash: String::new(),
            checkpoints: 0,
            signed_to: 0,
            pending: 0,
            problem: None,
        }
    }
}

async fn begins_elsewhere(services: &Services, organization_id: i64, first: i64) -> Result<bool> {
    let beginning = checkpoint_store::beginning(&services.db, organization_id).await?;
    Ok(beginning.is_some_and(|row| row.sequence + 1 != first))
}

fn read_sent(line: &str) -> Option<CheckpointRow> {
    let sent: Sent = serde_json::from_str(line).ok()?;
    Some(CheckpointRow {
        organization_id: sent.statement.organization,
        sequence: sent.statement.sequence,
        pruned: sent.statement.pruned,
        hash: unhex(&sent.statement.hash)?,
        key_id: sent.statement.key,
        signature: unhex(&sent.signature)?,
        at: sent.statement.at,
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// One chain.
async fn one(
    services: &Services,
    keys: &[CheckpointKey],
    organization_id: i64,
    outside: &[CheckpointRow],
) -> Result<Report> {
    let db = &services.db;
    let mut report = Report::empty(organization_id);
    let mut rows = checkpoint_store::all(db, organization_id).await?;
    rows.extend(outside.iter().filter(|row| !row.pruned).cloned());
    let mut signed: BTreeMap<i64, Vec<CheckpointRow>> = BTreeMap::new();
    let (mut previous, mut last) = (links::START, 0);
    for row in rows {
        let known = keys.iter().find(|key| key.id() == row.key_id);
        if !known.is_some_and(|key| key.accepts(&checkpoints::statement(&row), &row.signature)) {
            report.problem = Some(Problem {
                kind: ProblemKind::Checkpoint,
                sequence: Some(row.sequence),
                id: None,
                text: format!("the signature of the checkpoint at entry {} is not ours", row.sequence),
            });
            return Ok(report);
        }
        // The chain begins behind the last pruned one.
        if row.pruned
            && row.sequence >= last
            && let Ok(hash) = row.hash.clone().try_into()
        {
            (previous, last) = (hash, row.sequence);
        }
        signed.entry(row.sequence).or_default().push(row);
    }
    report.first = last + 1;
    report.signed_to = last;
    report.checkpoints = signed.range(..=last).count();
    let mut walk = Walk {
        organization_id,
        signed,
        before: previous,
        previous,
        last,
        report,
    };
    loop {
        let rows = store::read(db, organization_id, walk.last, STRETCH).await?;
        if rows.is_empty() {
            break;
        }
        if let Err(problem) = walk.stretch(&rows) {
            walk.report.problem = Some(problem);
            break;
        }
    }
    let mut report = walk.report;
    report.last = walk.last;
    report.last_hash = if walk.last > 0 {
        hex(&walk.previous)
    } else {
        String::new()
    };
    report.pending = store::pending(db, organization_id).await?;
    if report.problem.is_none()
        && let Some((end, _)) = walk.signed.range(walk.last + 1..).next_back()
    {
        report.problem = Some(Problem {
            kind: ProblemKind::Missing,
            sequence: Some(walk.last + 1),
            id: None,
            text: format!(
                "the log ends at entry {}, but a checkpoint was signed at entry {end}: the end was cut off",
                walk.last
            ),
        });
    }
    Ok(report)
}

/// A walk along one chain.
struct Walk {
    organization_id: i64,
    signed: BTreeMap<i64, Vec<CheckpointRow>>,
    /// The link before the previous one.
    before: Link,
    /// The link of the last entry that was verified.
    previous: Link,
    /// Its number.
    last: i64,
    report: Report,
}

impl Walk {
    fn stretch(&mut self, rows: &[ChainedRow]) -> Result<(), Problem> {
        let mut text = String::with_capacity(512);
        for (index, row) in rows.iter().enumerate() {
            let number = self.last + 1;
            let wrong = |kind, text: String| Problem {
                kind,
                sequence: Some(number),
                id: Some(row.audit_id).filter(|_| row.sequence == number),
                text,
            };
            if row.sequence != number {
                return Err(wrong(ProblemKind::Missing, format!("entry {number} is missing")));
            }
            let Some(entry) = &row.entry else {
                let what = format!("entry {number} (id {}) is missing", row.audit_id);
                return Err(wrong(ProblemKind::Missing, what));
            };
            if entry.organization_id.unwrap_or(0) != self.organization_id {
                let what = format!("entry {number} (id {}) names another organization", row.audit_id);
                return Err(wrong(ProblemKind::Altered, what));
            }
            text.clear();
            push_entry(&mut text, entry);
            let hash = links::link(&self.previous, &text);
            if hash[..] != row.hash[..] {
                return Err(self.diagnose(rows, index));
            }
            (self.before, self.previous, self.last) = (self.previous, hash, number);
            self.checkpoint(number, &hash)?;
        }
        Ok(())
    }

    /// The checkpoints at this entry, or that there should have been one by now.
    fn checkpoint(&mut self, number: i64, hash: &Link) -> Result<(), Problem> {
        let wrong = |kind, text| Problem {
            kind,
            sequence: Some(number),
            id: None,
            text,
        };
        if let Some(rows) = self.signed.get(&number) {
            if rows.iter().any(|row| row.hash[..] != hash[..]) {
                let text = format!(
                    "the chain was made anew: at entry {number} it is not what the checkpoint says; the change is after entry {}",
                    self.report.signed_to
                );
                return Err(wrong(ProblemKind::Altered, text));
            }
            self.report.signed_to = number;
            self.report.checkpoints += 1;
        } else if number - self.report.signed_to > EVERY_ENTRIES {
            let text = format!("after entry {} a checkpoint is missing", self.report.signed_to);
            return Err(wrong(ProblemKind::Checkpoint, text));
        }
        Ok(())
    }

    /// What happened to the entry whose hash does not fit.
    fn diagnose(&self, rows: &[ChainedRow], index: usize) -> Problem {
        let row = &rows[index];
        let number = row.sequence;
        let fits = |previous: &Link, entry: &labelkeep_store::audit::AuditRow, hash: &[u8]| {
            let mut text = String::new();
            push_entry(&mut text, entry);
            links::link(previous, &text)[..] == *hash
        };
        let problem = |kind, sequence, id, text| Problem {
            kind,
            sequence: Some(sequence),
            id: Some(id),
            text,
        };
        if let Some(entry) = &row.entry
            && self.last > self.report.first
            && fits(&self.before, entry, &row.hash)
        {
            let text = format!(
                "entry {} was inserted: entry {number} follows from the one before it",
                self.last
            );
            let id = index.checked_sub(1).map_or(0, |before| rows[before].audit_id);
            return Problem {
                id: Some(id).filter(|id| *id != 0),
                ..problem(ProblemKind::Inserted, self.last, 0, text)
            };
        }
        for (other, candidate) in rows.iter().enumerate() {
            let Some(entry) = candidate.entry.as_ref().filter(|_| other != index) else {
                continue;
            };
            let mut renamed = entry.clone();
            renamed.id = row.audit_id;
            // What belongs here stands further down, as itself…
            let displaced = fits(&self.previous, entry, &candidate.hash);
            // …and the chain goes on from there: then what stands before it does not belong to the chain at all.
            let goes_on = match rows.get(other + 1) {
                Some(next) => {
                    let entry = next.entry.as_ref();
                    candidate
                        .hash
                        .as_slice()
                        .try_into()
                        .is_ok_and(|link| entry.is_some_and(|entry| fits(link, entry, &next.hash)))
                }
                None => other == index + 1,
            };
            if displaced && goes_on {
                let text = format!("entry {number} (id {}) was inserted", row.audit_id);
                return problem(ProblemKind::Inserted, number, row.audit_id, text);
            }
            if displaced || fits(&self.previous, entry, &row.hash) || fits(&self.previous, &renamed, &row.hash) {
                let text = format!(
                    "entries {number} and {} stand in each other's place",
                    candidate.sequence
                );
                return problem(ProblemKind::Swapped, number, row.audit_id, text);
            }
        }
        let text = format!(
            "entry {number} (id {}) is not what was written, or one before it was removed and the rest numbered anew",
            row.audit_id
        );
        problem(ProblemKind::Altered, number, row.audit_id, text)
    }
}
