//! `bilan serve`: the HTTP API.

use anyhow::Context as _;

use crate::args::ServeArgs;
use crate::commands::instruments::open_catalog;
use crate::output::message;

/// Runs the command until it is interrupted.
///
/// # Errors
/// When the address cannot be listened on.
pub fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.catalog)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the server")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("cannot listen on {}; choose another address with --listen", args.listen))?;
        message(&format!("bilan listens on http://{}", listener.local_addr()?));
        server::serve(listener, server::app(server::State::new(catalog))).await.context("the server has failed")
    })
}
