//! Projects, the work in them, and where their data come from.

use labelkeep_services::access::Action;

use crate::routes::{Methods, Open, Routes, delete, get, patch, post};

/// Projects and what describes them.
pub(super) fn projects() -> Routes {
    use crate::{export, projects, queue, samples, templates};
    Routes::new()
        .route("/api/projects/", get(projects::list).post(projects::create))
        .route("/api/projects/counts/", get(projects::counts))
        .route("/api/projects/validate/", post(projects::validate).own_with_any_token())
        .route(
            "/api/projects/{id}/",
            get(projects::read)
                .patch(projects::update)
                .put(projects::update)
                .delete(projects::delete),
        )
        .route("/api/projects/{id}/validate/", post(projects::validate_in_project))
        .route("/api/projects/{id}/sample-task/", post(projects::sample_task))
        .route("/api/projects/{id}/summary/", get(projects::summary))
        .route("/api/projects/{id}/summary/reset/", post(projects::reset_summary))
        .route(
            "/api/projects/{id}/model-versions/",
            get(projects::model_versions).delete(projects::delete_model_version),
        )
        .route("/api/projects/{id}/annotators/", get(projects::annotators))
        .route("/api/projects/{id}/next/", get(queue::next))
        .route("/api/projects/{id}/label-stream-history/", get(queue::history))
        .route("/docs/formats", get(export::docs).own())
        .route("/api/projects/{id}/export/formats", get(export::formats))
        .route("/api/projects/{id}/export", get(export::download))
        .route("/api/projects/{id}/export/report", get(export::report))
        .route(
            "/api/projects/{id}/exports/",
            get(export::snapshots::list).post(export::snapshots::create),
        )
        .route(
            "/api/projects/{id}/exports/{export}",
            get(export::snapshots::read).delete(export::snapshots::delete),
        )
        .route(
            "/api/projects/{id}/exports/{export}/convert",
            post(export::snapshots::convert),
        )
        .route(
            "/api/projects/{id}/exports/{export}/download",
            get(export::snapshots::download),
        )
        .route(
            "/api/projects/{id}/exports/{export}/report",
            get(export::snapshots::report),
        )
        .route("/api/templates/", get(templates::list).own())
        .route("/templates/media/{name}", get(templates::media).own())
        .route("/api/samples/", get(samples::list))
        .route("/api/samples/{slug}/", post(samples::create))
}

/// Tasks and the work on them.
pub(super) fn work() -> Routes {
    use crate::{annotations, drafts, import, predictions, tasks, uploads};
    Routes::new()
        .route(
            "/api/tasks/",
            get(tasks::list)
                .asks(Action::TaskView, "project")
                .post(tasks::create)
                .asks(Action::TaskCreate, "project"),
        )
        .route(
            "/api/tasks/{id}/",
            get(tasks::read)
                .patch(tasks::update)
                .put(tasks::update)
                .delete(tasks::delete),
        )
        .route("/api/tasks/{id}/agreement/", get(tasks::agreement))
        .route(
            "/api/projects/{id}/tasks/",
            get(tasks::list_of_project)
                .post(tasks::create_in_project)
                .delete(tasks::delete_all),
        )
        .route("/api/projects/{id}/neighbour/", get(tasks::neighbour))
        .route("/api/projects/{id}/tasks/bulk/", post(import::create))
        .route("/api/projects/{id}/import", post(import::create))
        .route("/api/projects/{id}/import/predictions", post(predictions::import))
        .route("/api/projects/{id}/imports/", get(import::running))
        .route("/api/projects/{id}/imports/{import}/", get(import::status))
        .route("/api/projects/{id}/reimport", post(import::reimport))
        .route(
            "/api/projects/{id}/file-uploads",
            get(uploads::list).delete(uploads::delete_many),
        )
        .route(
            "/api/import/file-upload/{id}",
            get(uploads::read)
                .patch(uploads::update)
                .put(uploads::update)
                .delete(uploads::delete),
        )
        .route(
            "/data/upload/{project}/{name}",
            get(uploads::serve).asks(Action::MediaView, "upload"),
        )
        .route(
            "/storage-data/uploaded/",
            get(uploads::serve_stored).asks(Action::MediaView, "upload"),
        )
        .route(
            "/api/tasks/{id}/annotations/",
            get(annotations::list).post(annotations::create),
        )
        .route(
            "/api/annotations/{id}/",
            get(annotations::read)
                .patch(annotations::update)
                .put(annotations::update)
                .delete(annotations::delete),
        )
        .route(
            "/api/annotations/{id}/convert-to-draft",
            post(annotations::convert_to_draft),
        )
        .route("/api/annotations/{id}/history", get(annotations::history))
        .route("/api/annotations/{id}/history/{entry}", get(annotations::state))
        .route("/api/tasks/{id}/drafts", get(drafts::list).post(drafts::create))
        .route(
            "/api/tasks/{id}/annotations/{annotation}/drafts",
            get(drafts::list).post(drafts::create_on_annotation),
        )
        .route(
            "/api/drafts/{id}/",
            get(drafts::read)
                .patch(drafts::update)
                .put(drafts::update)
                .delete(drafts::delete),
        )
        .route(
            "/api/predictions/",
            get(predictions::list)
                .asks(Action::PredictionView, "project")
                .post(predictions::create)
                .asks(Action::PredictionChange, "task"),
        )
        .route(
            "/api/predictions/{id}/",
            get(predictions::read)
                .patch(predictions::update)
                .put(predictions::update)
                .delete(predictions::delete),
        )
}

/// The data manager: views, columns, what is done to lists of tasks.
pub(super) fn data_manager() -> Routes {
    use crate::data_manager::{actions, columns, events, jobs, statistics, trash, views};
    use crate::{notifications, tasks};
    let views_of = |methods: Methods| methods.asks(Action::TaskView, "project");
    let keeps = |methods: Methods| methods.asks(Action::Annotate, "project");
    Routes::new()
        .route("/api/dm/views/", keeps(views_of(get(views::list)).post(views::create)))
        .route("/api/dm/views/reset/", keeps(delete(views::reset)))
        .route("/api/dm/views/order/", keeps(post(views::order)))
        .route(
            "/api/dm/views/{id}/",
            keeps(
                keeps(keeps(views_of(get(views::read)).put(views::update)).patch(views::update)).delete(views::delete),
            ),
        )
        .route("/api/dm/views/{id}/duplicate/", keeps(post(views::duplicate)))
        .route("/api/dm/columns/", views_of(get(columns::list)))
        .route("/api/dm/project/", views_of(get(columns::project)))
        .route("/api/dm/totals/", views_of(get(tasks::totals)))
        .route(
            "/api/dm/actions/",
            keeps(views_of(get(actions::list)).post(actions::run)),
        )
        .route("/api/dm/actions/{action}/form/", views_of(get(actions::form)))
        .route("/api/dm/trash/", views_of(get(trash::list)))
        .route("/api/dm/trash/{id}/", keeps(delete(trash::delete)))
        .route("/api/dm/trash/{id}/restore/", keeps(post(trash::restore)))
        .route("/api/dm/events/", views_of(get(events::stream)))
        .route("/api/dm/statistics/", views_of(get(statistics::read)))
        .route("/api/jobs/", views_of(get(jobs::list)))
        .route("/api/jobs/{id}/", views_of(get(jobs::read)))
        .route("/api/jobs/{id}/cancel/", keeps(post(jobs::cancel)))
        .route(
            "/api/notifications/",
            get(notifications::list).own().patch(notifications::update).own(),
        )
}

/// Storages: buckets and folders that tasks come from and annotations go to, and the objects in them.
pub(super) fn storages() -> Routes {
    use crate::storages::{self, connections, events, media};
    let of_project = |methods: Methods| methods.asks(Action::ProjectChange, "project");
    Routes::new()
        .route("/api/storages/", of_project(get(storages::list_all)))
        .route("/api/storages/types", get(storages::types).own())
        .route("/api/storages/export", of_project(get(storages::list_all)))
        .route("/api/storages/export/types", get(storages::types).own())
        .route(
            "/api/storages/{kind}/",
            of_project(of_project(get(storages::list)).post(storages::create)),
        )
        .route("/api/storages/{kind}/form", get(storages::layout).own())
        .route("/api/storages/{kind}/validate", of_project(post(storages::validate)))
        .route("/api/storages/{kind}/files", of_project(post(storages::files)))
        .route(
            "/api/storages/{kind}/{id}",
            get(storages::read)
                .patch(storages::update)
                .put(storages::update)
                .delete(storages::delete),
        )
        .route("/api/storages/{kind}/{id}/sync", post(storages::sync))
        .route("/api/storages/{kind}/{id}/notes", get(storages::notes))
        .route(
            "/api/storages/{kind}/{id}/events",
            post(events::listen).delete(events::stop),
        )
        .route("/api/storage-events/{id}/", post(events::take).open(Open::OwnProof))
        .route(
            "/api/storage-events/{id}/{secret}/",
            post(events::take).open(Open::OwnProof),
        )
        .route(
            "/api/storages/export/{kind}",
            of_project(of_project(get(storages::list)).post(storages::create)),
        )
        .route("/api/storages/export/{kind}/form", get(storages::layout).own())
        .route(
            "/api/storages/export/{kind}/validate",
            of_project(post(storages::validate)),
        )
        .route(
            "/api/storages/export/{kind}/{id}",
            get(storages::read)
                .patch(storages::update)
                .put(storages::update)
                .delete(storages::delete),
        )
        .route("/api/storages/export/{kind}/{id}/sync", post(storages::sync))
        .route("/api/storages/export/{kind}/{id}/notes", get(storages::notes))
        .route("/api/storages/export/{kind}/{id}/retry", post(storages::retry))
        .route(
            "/api/storage-connections/",
            get(connections::list).post(connections::create),
        )
        .route("/api/storage-connections/types", get(connections::types).own())
        .route(
            "/api/storage-connections/{id}/",
            patch(connections::update).delete(connections::delete),
        )
        .route("/api/projects/{id}/storage-connections", get(connections::of_project))
        .route("/tasks/{id}/resolve/", get(media::of_task))
        .route("/tasks/{id}/presign/", get(media::of_task))
        .route("/projects/{id}/resolve/", get(media::of_project))
        .route("/projects/{id}/presign/", get(media::of_project))
        .route(
            "/data/local-files/",
            get(media::local).asks(Action::MediaView, "project"),
        )
}
