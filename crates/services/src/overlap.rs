//! How many annotations each task of a project needs.

use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{Tx, annotations, tasks};

use crate::Result;
use crate::completion::{self, State};

/// Gives every task its overlap anew and recomputes what is finished; the rules are those of Label Studio 1.23.2.
pub(crate) async fn recompute(tx: &mut Tx, before: &ProjectRow, after: &ProjectRow, now: i64) -> Result<()> {
    let project_id = after.id;
    let wanted = after.maximum_annotations;
    let all = load_all(tx, project_id).await?;
    let above_one = all.iter().any(|(task, _)| task.overlap > 1);
    let rearrange = wanted > 1
        && after.overlap_cohort_percentage < 100
        && (after.overlap_cohort_percentage != before.overlap_cohort_percentage || !above_one);
    let mut places = std::collections::BTreeSet::new();
    if rearrange {
        // floor(count × percent / 100 + 0.5) tasks keep the overlap: those with most annotations first.
        let must = (all.len() as f64 * after.overlap_cohort_percentage as f64 / 100.0 + 0.5).floor() as usize;
        let mut order: Vec<(i64, i64)> = all
            .iter()
            .map(|(task, _)| (-task.useful_annotations, task.id))
            .collect();
        order.sort_unstable();
        let full = order.iter().filter(|(number, _)| -number >= wanted).count();
        places.extend(order.into_iter().take(must.max(full)).map(|(_, id)| id));
    }
    for (task, facts) in all {
        let overlap = if wanted == 1 {
            1
        } else if rearrange {
            if places.contains(&task.id) { wanted } else { 1 }
        } else if above_one
            && after.maximum_annotations != before.maximum_annotations
            && task.overlap == 1
            && after.overlap_cohort_percentage < 100
        {
            1
        } else {
            wanted
        };
        let state_before = State::of(task.overlap, completion::skipped_finish(&before.skip_queue), &facts);
        let state_after = State::of(overlap, completion::skipped_finish(&after.skip_queue), &facts);
        if overlap != task.overlap {
            tasks::set_task_overlap(tx, task.id, overlap).await?;
        }
        if state_before != state_after {
            completion::apply(tx, &task, &state_before, &state_after, None, now).await?;
        }
    }
    Ok(())
}

async fn load_all(tx: &mut Tx, project_id: i64) -> Result<Vec<(tasks::TaskRow, Vec<annotations::AnnotationFacts>)>> {
    let mut all = Vec::new();
    for task in tasks::all_in(tx, project_id).await? {
        let facts = if task.total_annotations + task.cancelled_annotations > 0 {
            annotations::facts_in(tx, task.id).await?
        } else {
            Vec::new()
        };
        all.push((task, facts));
    }
    Ok(all)
}
