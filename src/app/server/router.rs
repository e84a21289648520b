//! Every address of the server: pages, server functions, REST, media, static files; and the layers around them.

use super::{gate, health, metrics};
use crate::app::App as AppView;
use crate::app::shell::shell;
use crate::domain::error::AppError;
use crate::infra::http::{caller, failed_form, headers, host, intake, page_company, reply, unread};
use crate::infra::session::{self, Who};
use crate::infra::state::App;
use crate::infra::telemetry;
use crate::ui::company::PageCompany;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::request::Parts;
use http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::services::{ServeDir, ServeFile};

/// The pages' addresses, worked out once per process and before anything is served: while leptos works them out, a
/// resource that begins to load anywhere in the process never ends (leptos issue 4773).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(AppView));

/// Of the quicker levels one: a page is compressed for one reader, and what the slower ones save on it is a twentieth.
const QUICK: CompressionLevel = CompressionLevel::Precise(3);

/// How long a request may take.
const WORK: Duration = Duration::from_secs(90);

pub fn build(app: App) -> Router {
    let routes = ROUTES.clone();
    let options = app.leptos.clone();
    let fallback_options = app.leptos.clone();
    let site = Path::new(options.site_root.as_ref());
    // Files are served as they are, beside what the release build compressed for them; they run no page code.
    let folder = |name: &str| ServeDir::new(site.join(name)).precompressed_br().precompressed_gzip();
    // The release build compressed the program once; doing it anew for each visit to a development build takes seconds.
    // A ZIP file becomes no smaller, and says how long it is.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::const_new("application/zip"));
    let rest = crate::features::rest();
    let router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .nest_service("/pkg", folder("pkg"))
        .nest_service("/fonts", folder("fonts"))
        .route_service("/favicon.svg", ServeFile::new(site.join("favicon.svg")))
        .merge(rest)
        .leptos_routes_with_context(&app, routes, page_context, move || shell(options.clone()))
        .fallback(leptos_axum::render_app_async_with_context(
            {
                let app = app.clone();
                move || {
                    provide_context(app.clone());
                    page_context();
                }
            },
            move || shell(fallback_options.clone()),
        ))
        .layer(middleware::from_fn_with_state(app.clone(), intake::bounded))
        .layer(middleware::from_fn(reply::honest_status))
        .layer(middleware::from_fn(failed_form::only_ours))
        .layer(middleware::from_fn(gate::signed_in_pages))
        .layer(middleware::from_fn(page_company::same))
        .layer(middleware::from_fn_with_state(app.clone(), session::resolve))
        .layer(middleware::from_fn_with_state(app.clone(), headers::same_origin))
        .layer(middleware::from_fn_with_state(app.clone(), caching))
        .layer(middleware::from_fn_with_state(app.clone(), caller::resolve))
        .layer(middleware::from_fn_with_state(app.clone(), in_time))
        .layer(CompressionLayer::new().quality(QUICK).compress_when(compressible))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), host::known))
        .layer(middleware::from_fn_with_state(app.clone(), headers::secure))
        .layer(middleware::from_fn_with_state(app.incidents.clone(), telemetry::trace_requests))
        .with_state(app);
    // The router goes by the address, so what changes it stands around the router.
    Router::new()
        .fallback_service(router)
        .layer(middleware::from_fn(page_company::take_from_address))
        .layer(middleware::from_fn(unread::dropped))
}

/// What every rendered page gets: its company, and its content policy, bound to the nonce of its scripts.
fn page_context() {
    let who = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Who>().cloned());
    if let Some((company, _)) = who.and_then(|who| who.membership) {
        provide_context(PageCompany(company));
    }
    let (Some(options), Some(nonce)) = (use_context::<ResponseOptions>(), leptos::nonce::use_nonce()) else { return };
    if let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce)) {
        options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Program files carry their content's hash in a release build and never change; pages and data are never stored.
async fn caching(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let value = if response.status().is_client_error() || response.status().is_server_error() {
        "no-store"
    } else if path.starts_with("/pkg/") && app.leptos.hash_files {
        "public, max-age=31536000, immutable"
    } else if path.starts_with("/fonts/") || path == "/favicon.svg" {
        "public, max-age=2592000"
    } else if path.starts_with("/pkg/") {
        "no-cache"
    } else {
        "no-store"
    };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(value));
    response
}

/// An answer must begin within [`WORK`]; a form with files has its own time to arrive in (`LUX_UPLOAD_TIMEOUT`) on top.
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let upload = kind.starts_with("multipart/form-data") || intake::is_part(request.method(), request.uri().path());
    let limit = if upload { WORK + app.settings.web.upload_timeout } else { WORK };
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        AppError::unavailable("This took too long and was stopped. Please try again.").into_response()
    })
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let reference = telemetry::request_id();
    tracing::error!(echo = true, reference, panic = text.unwrap_or("unknown"), "a request panicked");
    AppError::bug(reference).into_response()
}
