//! The gallery of labeling templates.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use labelkeep_services::templates;
use serde::Serialize;

use crate::extract::Authenticated;
use crate::wire::answer;
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct GalleryOut {
    templates: Vec<TemplateOut>,
    groups: &'static [String],
}

#[derive(Serialize)]
struct TemplateOut {
    title: &'static str,
    r#type: &'static str,
    group: &'static str,
    image: String,
    details: &'static str,
    config: &'static str,
    /// Ours: the name in addresses, whether the editor draws all tags, and data of a sample task.
    slug: &'static str,
    drawn: bool,
    sample: &'static serde_json::Value,
}

/// `GET /api/templates/`
pub(crate) async fn list(_: Authenticated) -> ApiResult<Response> {
    let gallery = templates::gallery();
    let templates = gallery
        .templates
        .iter()
        .map(|template| TemplateOut {
            title: &template.title,
            r#type: "community",
            group: &template.group,
            image: String::new(),
            details: &template.details,
            config: &template.config,
            slug: &template.slug,
            drawn: template.drawn,
            sample: &template.sample,
        })
        .collect();
    answer::ok(&GalleryOut {
        templates,
        groups: &gallery.groups,
    })
}

/// `GET /templates/media/{name}`: a picture of a sample task
pub(crate) async fn media(_: Authenticated, Path(name): Path<String>) -> ApiResult<Response> {
    let bytes = templates::media(&name).ok_or_else(ApiError::no_such_page)?;
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("wav") => "audio/wav",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400"),
        ),
    ];
    Ok((headers, bytes.into_owned()).into_response())
}
