//! Pages of tasks and what lists add up to.
//!
//! A page costs the same wherever it lies: in the order of ids its place is known, near an end it is counted from there, and far from
//! both the ids of the list are kept ([`super::places`]). What a filtered list adds up to may take long to find, and so do its tasks
//! where no index knows them; who wants the page at once is given what was found in time, and told the rest later.

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
    /// Whether the caller takes the page before it is known what the list adds up to, and before all of its tasks are found.
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
    /// The page may have more tasks: no index says which, and the time that a page may take was over. Who asks without
    /// `totals_later` gets them all.
    pub is_searching: bool,
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
    let found = find(services, project, &query, wanted, asked).await?;
    let page = match &found.tasks {
        Tasks::Of(ids) => {
            let listed = rows::rows(&services.db, project.row().id, ids).await?;
            with_parts(services, listed, depth, project.only_own()).await?
        }
        Tasks::At { offset, descending } => {
            crate::tasks::page(services, project, *offset, asked.size, *descending, depth).await?
        }
    };
    let totals = found.totals.or_else(|| found.is_all.then(|| sum(&page)));
    Ok(Listed {
        assigned: assigned(services, project, &page).await?,
        page,
        number: found.number,
        total: totals.map_or(found.total, |totals| totals.tasks),
        totals,
        is_searching: found.is_searching,
        evaluated,
        indexing,
    })
}

/// A page that was found.
struct Found {
    number: i64,
    tasks: Tasks,
    /// Tasks of the list; at least, when `totals` is missing.
    total: i64,
    totals: Option<Totals>,
    /// The page holds the whole list.
    is_all: bool,
    is_searching: bool,
}

/// The tasks of a page.
enum Tasks {
    /// These.
    Of(Vec<i64>),
    /// Those in this place of all tasks in the order of ids.
    At { offset: i64, descending: bool },
}

async fn find(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &Query,
    wanted: &Wanted,
    asked: Asked,
) -> Result<Found> {
    let size = asked.size;
    let key = key(query, wanted);
    let places_key = places_key(&key, wanted);
    let kept = places::kept(services, query, &places_key).await?;
    let known = match &kept {
        Some(list) => Some(list.totals),
        None => known_totals(services, project, query, &key, asked).await?,
    };
    let number = match (asked.place, known) {
        (Place::Number(number), _) => number,
        (Place::Last, Some(totals)) => ((totals.tasks + size - 1) / size).max(1),
        (Place::Last, None) => return Err(no_such_page()),
    };
    let offset = number.saturating_sub(1).saturating_mul(size);
    if number < 1 || known.is_some_and(|totals| number > 1 && offset >= totals.tasks) {
        return Err(no_such_page());
    }
    let found = |tasks: Tasks, totals: Option<Totals>| Found {
        number,
        tasks,
        total: 0,
        totals,
        is_all: false,
        is_searching: false,
    };
    if let Some(list) = kept {
        return Ok(found(stretch(&list, offset, size), Some(list.totals)));
    }
    if let (true, Some(descending)) = (is_plain(query), query.order_of_ids()) {
        return Ok(found(Tasks::At { offset, descending }, known));
    }
    // Counted from the nearer end; one more than the page holds says whether there is a next one.
    let (start, limit, backwards) = match known {
        Some(totals) => {
            let limit = size.min(totals.tasks - offset).max(0);
            let from_end = totals.tasks - offset - limit;
            (offset.min(from_end), limit, from_end < offset)
        }
        None => (offset, size.saturating_add(1), false),
    };
    let is_far = start > FAR && !places::asks_for_drafts(query);
    // A list that could not be counted in time has to be read to its end by who wants to know what it adds up to.
    let is_read = is_far || (known.is_none() && !asked.totals_later);
    let mut some = rows::Found::default();
    if !is_read {
        some = rows::ids(
            &services.db,
            query,
            start,
            limit,
            backwards,
            Some(services.settings.search),
        )
        .await?;
    }
    if !some.is_whole && (is_read || !asked.totals_later) {
        if let Some(list) = places::read(services, query, &places_key).await? {
            if number > 1 && offset >= list.totals.tasks {
                return Err(no_such_page());
            }
            return Ok(found(stretch(&list, offset, size), Some(list.totals)));
        }
        // Too long to be kept.
        some = rows::ids(&services.db, query, start, limit, backwards, None).await?;
    }
    let rows::Found { mut ids, is_whole } = some;
    if ids.is_empty() && is_whole && number > 1 {
        return Err(no_such_page());
    }
    let total = if ids.is_empty() { 0 } else { offset + ids.len() as i64 };
    let is_all = is_whole && number == 1 && ids.len() as i64 <= size;
    ids.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let is_full = ids.len() as i64 == limit.min(size);
    Ok(Found {
        total,
        is_all,
        is_searching: !is_whole && !is_full,
        ..found(Tasks::Of(ids), known)
    })
}

fn no_such_page() -> ServiceError {
    ServiceError::Nothing("Invalid page.".to_owned())
}

/// Whether the list has all tasks that the person sees.
fn is_plain(query: &Query) -> bool {
    query.filters.items.is_empty() && matches!(query.selection, rows::Selection::All)
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

fn stretch(list: &places::Whole, offset: i64, limit: i64) -> Tasks {
    let skipped = list.ids.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
    Tasks::Of(skipped.take(usize::try_from(limit).unwrap_or(0)).copied().collect())
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
    if is_plain(query) {
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
    let mark = Mark::now(services, query.scope.project_id).await?;
    let within = match asked.place {
        Place::Last => None,
        Place::Number(_) if asked.totals_later => Some(AT_ONCE.min(services.settings.search)),
        Place::Number(_) => Some(services.settings.search),
    };
    let found = rows::totals(&services.db, query, within).await?;
    if (later || found.is_some()) && !places::asks_for_drafts(query) {
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
    let mut query = Reader::new(services, project)?.read(wanted, Names::Lenient)?;
    index::attach(services, project, &mut query).await?;
    let account_id = project.actor().account_id;
    match rows::next_to_label(&services.db, &query, account_id, excluded).await? {
        Some(id) => Ok(tasks::find(&services.db, &project.actor().viewer(), id).await?),
        None => Ok(None),
    }
}
