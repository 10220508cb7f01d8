//! The HTTP API: thin handlers over the library. [`app`] is the whole service; [`serve`] runs it until interrupted.
//!
//! Map: [`routes`] (every URL once), [`api`] (one file a resource), [`error`] (problems as
//! `application/problem+json`), [`state`] (what handlers share).

pub mod access;
pub mod api;
pub mod clock;
pub mod config;
pub mod entropy;
pub mod error;
pub mod ids;
pub mod questionnaire;
pub mod records;
pub mod request;
pub mod routes;
pub mod services;
pub mod serving;
pub mod state;
pub mod store;
pub mod vault;

pub use routes::app;
pub use state::State;

/// Serves until an interrupt, then lets requests under way finish.
///
/// # Errors
/// What the system says of the listener.
pub async fn serve(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
    let interrupted = async {
        // Without a handler for interrupts the server simply runs on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, app).with_graceful_shutdown(interrupted).await
}
