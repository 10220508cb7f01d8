//! The log: one JSON object a line, on standard error.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging for the process. `level` (`error`, `warn`, `info`, `debug`) is that of our own crates; of others only
/// warnings are written, because their finer messages hold addresses, queries and headers.
///
/// # Errors
/// When logging has been started already.
pub fn start(level: &str) -> Result<(), tracing::subscriber::SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(subscriber(level, std::io::stderr))
}

/// What [`start`] starts, with another destination.
pub fn subscriber<W>(level: &str, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(EnvFilter::new(format!("warn,server={level},bilan={level}")))
        .with_writer(writer)
        .finish()
}
