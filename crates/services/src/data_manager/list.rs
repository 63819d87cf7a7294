//! Pages of tasks and what lists add up to.
//!
//! A page costs the same wherever it lies: in the order of ids its place is known, near an end it is counted from there, and far from
//! both the ids of the list are kept ([`super::places`]). What a filtered list adds up to may take long to find; who wants the page at
//! once is told the rest later.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use labelkeep_labeling::{Mode, check_result};
use labelkeep_policy::Action;
use labelkeep_store::listing::{self as rows, Column, Query, Totals};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{assignments, tasks};

use super::index::{self, Indexing};
use super::places::{self, FAR, Mark};
use super::query::{Names, Reader, Wanted};
use crate::access::Granted;
use crate::tasks::{Depth, Page, TaskWithParts, with_parts};
use crate::{Result, ServiceError, Services, sight};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Counted from one.
    Number(i64),
    /// The last one.
    Last,
}

/// How a page is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Which one.
    pub place: Place,
    /// Tasks of a page.
    pub size: i64,
    /// Whether the caller takes the page before it is known what the list adds up to.
    pub totals_later: bool,
    /// Whether all that hangs on the tasks is wanted.
    pub whole: bool,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listed {
    /// The tasks.
    pub page: Page,
    /// Its number.
    pub number: i64,
    /// How many tasks the list has; at least, when `totals` is missing.
    pub total: i64,
    /// What the list adds up to, when that is known.
    pub totals: Option<Totals>,
    /// Columns whose making costs something, and that are wanted.
    pub evaluated: Evaluated,
    /// To whom the tasks of the page are assigned, for those who may assign.
    pub assigned: Option<BTreeMap<i64, Vec<i64>>>,
    /// Indexes of columns in use that are being built.
    pub indexing: Vec<Indexing>,
}

/// Columns whose making costs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evaluated {
    /// Results of annotations.
    pub annotations_results: bool,
    /// Results of predictions.
    pub predictions_results: bool,
}

/// Time in which a list that is wanted at once may find out what it adds up to.
const AT_ONCE: Duration = Duration::from_millis(5);

/// Up to `limit` tasks of a list behind `after` and up to `until`, in the order of ids. A long selection is handed to the database piece
/// by piece.
pub(crate) async fn ids_after(
    services: &Services,
    query: &Query,
    after: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let rows::Selection::Only(ids) = &query.selection else {
        return Ok(rows::ids_after(&services.db, query, after, until, limit).await?);
    };
    let mut left: Vec<i64> = ids.iter().copied().filter(|id| *id > after && *id <= until).collect();
    left.sort_unstable();
    left.dedup();
    for piece in left.chunks(usize::try_from(limit).unwrap_or(1).max(1)) {
        let mut query = query.clone();
        query.selection = rows::Selection::Only(piece.to_vec());
        let found = rows::ids_after(&services.db, &query, after, until, limit).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A page of the list that `wanted` describes.
pub async fn page(services: &Services, project: &Granted<ProjectRow>, wanted: &Wanted, asked: Asked) -> Result<Listed> {
    let mut query = Reader::new(services, project)?.read(wanted, Names::Lenient)?;
    let indexing = index::attach(services, project, &mut query).await?;
    let evaluated = evaluated(wanted, &query, asked.whole);
    let depth = if asked.whole || evaluated.annotations_results || evaluated.predictions_results {
        Depth::Whole
    } else {
        Depth::Facts
    };
    let size = asked.size;
    let key = key(&query, wanted);
    let known = known_totals(services, project, &query, &key, asked).await?;
    let invalid = || ServiceError::Nothing("Invalid page.".to_owned());
    let number = match (asked.place, known) {
        (Place::Number(number), _) => number,
        (Place::Last, Some(totals)) => ((totals.tasks + size - 1) / size).max(1),
        (Place::Last, None) => return Err(invalid()),
    };
    let offset = number.saturating_sub(1).saturating_mul(size);
    if number < 1 || known.is_some_and(|totals| number > 1 && offset >= totals.tasks) {
        return Err(invalid());
    }
    let plain = query.filters.items.is_empty() && matches!(query.selection, rows::Selection::All);
    let listed = async |page: Page, total: i64, totals: Option<Totals>| {
        Ok(Listed {
            assigned: assigned(services, project, &page).await?,
            page,
            number,
            total,
            totals,
            evaluated,
            indexing,
        })
    };
    let (page, total, totals) = match (known, query.order_of_ids()) {
        (Some(totals), Some(descending)) if plain => {
            let page = crate::tasks::page(services, project, offset, size, descending, depth).await?;
            (page, totals.tasks, known)
        }
        (Some(totals), _) => {
            let limit = size.min(totals.tasks - offset).max(0);
            let from_end = totals.tasks - offset - limit;
            let backwards = from_end < offset;
            let start = if backwards { from_end } else { offset };
            let kept = match asked.totals_later && start > FAR {
                true => places::ids(services, &query, &places_key(&key, wanted)).await?,
                false => None,
            };
            let ids = match kept {
                Some(ids) => stretch(&ids, offset, limit),
                None => rows::ids(&services.db, &query, start, limit, backwards).await?,
            };
            let page = page_of(services, project, &ids, depth).await?;
            (page, totals.tasks, known)
        }
        (None, _) => {
            if offset > FAR
                && let Some(ids) = places::ids(services, &query, &places_key(&key, wanted)).await?
            {
                let here = stretch(&ids, offset, size);
                if here.is_empty() {
                    return Err(invalid());
                }
                let page = page_of(services, project, &here, depth).await?;
                return listed(page, ids.len() as i64, None).await;
            }
            // One more than the page holds says whether there is a next one.
            let mut ids = rows::ids(&services.db, &query, offset, size.saturating_add(1), false).await?;
            if ids.is_empty() && number > 1 {
                return Err(invalid());
            }
            let total = offset + ids.len() as i64;
            let is_last = ids.len() as i64 <= size;
            ids.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let page = page_of(services, project, &ids, depth).await?;
            let totals = (is_last && number == 1).then(|| sum(&page));
            (page, total, totals)
        }
    };
    listed(page, total, totals).await
}

/// What the list adds up to, however long it takes to find out.
pub async fn totals(services: &Services, project: &Granted<ProjectRow>, wanted: &Wanted) -> Result<Totals> {
    let mut query = Reader::new(services, project)?.read(wanted, Names::Lenient)?;
    index::attach(services, project, &mut query).await?;
    let asked = Asked {
        place: Place::Last,
        size: 1,
        totals_later: false,
        whole: false,
    };
    let found = known_totals(services, project, &query, &key(&query, wanted), asked).await?;
    found.ok_or_else(|| ServiceError::Internal("totals without a limit of time were not found".to_owned()))
}

/// What names the tasks of a list, whatever their order.
fn key(query: &Query, wanted: &Wanted) -> String {
    let scope = &query.scope;
    let seen = (
        scope.project_id,
        scope.only_own,
        scope.assigned_to,
        &scope.model_version,
    );
    format!("{seen:?} {:?} {:?}", wanted.filters, wanted.selected_items)
}

/// What names the tasks of a list in their order.
fn places_key(key: &str, wanted: &Wanted) -> String {
    format!("{key} {:?} {:?}", wanted.ordering, wanted.display_types)
}

fn stretch(ids: &[i64], offset: i64, limit: i64) -> Vec<i64> {
    let skipped = ids.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
    skipped.take(usize::try_from(limit).unwrap_or(0)).copied().collect()
}

async fn page_of(services: &Services, project: &Granted<ProjectRow>, ids: &[i64], depth: Depth) -> Result<Page> {
    let listed = rows::rows(&services.db, project.row().id, ids).await?;
    with_parts(services, listed, depth, project.only_own()).await
}

fn sum(page: &Page) -> Totals {
    let tasks = page.tasks.iter().map(|part| &part.listed.task);
    tasks.fold(Totals::default(), |sum, task| Totals {
        tasks: sum.tasks + 1,
        annotations: sum.annotations + task.total_annotations,
        predictions: sum.predictions + task.total_predictions,
    })
}

async fn known_totals(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &Query,
    key: &str,
    asked: Asked,
) -> Result<Option<Totals>> {
    if query.filters.items.is_empty() && matches!(query.selection, rows::Selection::All) {
        let seen = sight::project(services, project).await?;
        return Ok(Some(Totals {
            tasks: seen.task_number,
            annotations: seen.total_annotations_number,
            predictions: seen.total_predictions_number,
        }));
    }
    let later = asked.totals_later && asked.place != Place::Last;
    if later
        && let Some(counted) = services.list_totals.find(key)
        && counted.mark.holds(services, query.scope.project_id).await?
    {
        return Ok(counted.totals);
    }
    // Before the counting: what happens meanwhile is a change.
    let mark = Mark::now(services).await?;
    let found = rows::totals(&services.db, query, later.then_some(AT_ONCE)).await?;
    if !places::asks_for_drafts(query) {
        services.list_totals.keep(key.to_owned(), mark, found);
    }
    Ok(found)
}

/// What filtered lists have added up to a moment ago: whoever turns pages does not count the list again for each. Only used where
/// the caller asked for the page at once, and while nothing has happened in the project.
#[derive(Debug, Default)]
pub struct TotalsCache(Mutex<HashMap<String, Counted>>);

/// What a list added up to, if that was found in time.
#[derive(Debug, Clone, Copy)]
struct Counted {
    at: Instant,
    /// How far the changes had come before the counting.
    mark: Mark,
    totals: Option<Totals>,
}

impl Counted {
    fn is_fresh(&self) -> bool {
        self.at.elapsed() < FRESH
    }
}

/// How long totals are kept.
const FRESH: Duration = Duration::from_secs(10);
/// Lists whose totals are remembered.
const REMEMBERED: usize = 512;

impl TotalsCache {
    fn find(&self, key: &str) -> Option<Counted> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(key).copied().filter(Counted::is_fresh)
    }

    fn keep(&self, key: String, mark: Mark, totals: Option<Totals>) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= REMEMBERED {
            cache.retain(|_, counted| counted.is_fresh());
        }
        if cache.len() < REMEMBERED {
            let at = Instant::now();
            cache.insert(key, Counted { at, mark, totals });
        }
    }
}

/// A column is made when the list is filtered or ordered by it, when the view shows it, or when everything is wanted.
fn evaluated(wanted: &Wanted, query: &Query, whole: bool) -> Evaluated {
    let is_wanted = |column: &Column| {
        let name = format!("tasks:{}", column.name());
        let hidden = |list: &str| {
            let list = wanted
                .hidden_columns
                .as_ref()
                .and_then(|hidden| hidden.get(list)?.as_array());
            list.is_some_and(|list| list.iter().any(|hidden| hidden.as_str() == Some(&name)))
        };
        let shown = wanted.hidden_columns.is_some() && !(hidden("explore") && hidden("labeling"));
        let lines = query.filters.items.iter();
        let filtered = lines
            .flat_map(|item| std::iter::once(&item.test).chain(&item.child))
            .any(|test| test.column == *column);
        whole || shown || filtered || query.order.iter().any(|(ordered, _)| ordered == column)
    };
    Evaluated {
        annotations_results: is_wanted(&Column::AnnotationsResults),
        predictions_results: is_wanted(&Column::PredictionsResults),
    }
}

async fn assigned(
    services: &Services,
    project: &Granted<ProjectRow>,
    page: &Page,
) -> Result<Option<BTreeMap<i64, Vec<i64>>>> {
    if !project.may(Action::AssignAnnotators) {
        return Ok(None);
    }
    let ids: Vec<i64> = page.tasks.iter().map(|part| part.listed.task.id).collect();
    let mut assigned: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (task_id, account_id) in assignments::annotators(&services.db, &ids).await? {
        assigned.entry(task_id).or_default().push(account_id);
    }
    Ok(Some(assigned))
}

/// Labels by control, each with how often it is used.
pub type Labels = BTreeMap<String, BTreeMap<String, u64>>;

/// What the annotations of a task name.
pub fn labels(part: &TaskWithParts) -> Labels {
    let mut labels = Labels::new();
    for annotation in &part.annotations {
        let Ok(summary) = check_result(&annotation.result, None, Mode::Lenient) else {
            continue;
        };
        for label in summary.labels {
            *labels
                .entry(label.from_name)
                .or_default()
                .entry(label.label)
                .or_default() += label.count;
        }
    }
    labels
}

/// The first task of the list that the person may label now, besides those that their browser holds already.
pub async fn next_to_label(
    services: &Services,
    project: &Granted<ProjectRow>,
    wanted: &Wanted,
    excluded: &[i64],
) -> Result<Option<tasks::TaskRow>> {
    let query = Reader::new(services, project)?.read(wanted, Names::Lenient)?;
    let account_id = project.actor().account_id;
    match rows::next_to_label(&services.db, &query, account_id, excluded).await? {
        Some(id) => Ok(tasks::find(&services.db, &project.actor().viewer(), id).await?),
        None => Ok(None),
    }
}
