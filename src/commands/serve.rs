//! `bilan serve`: the HTTP service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use server::clock::SystemClock;
use server::config::Config;
use server::demonstration::{self, Doors};
use server::entropy::Entropy;
use server::installation::Installation;
use server::{request, serving};

use crate::args::ServeArgs;
use crate::commands::instruments::open_catalog;
use crate::output::message;

/// How long requests under way may take when the service is told to end.
const GRACE: Duration = Duration::from_secs(20);

/// Runs the command until it is told to end.
///
/// # Errors
/// When a setting does not hold, a store cannot be opened, or the address cannot be listened on.
pub fn run(args: &ServeArgs) -> anyhow::Result<()> {
    // Data and keys of a demonstration go with it.
    let folder = args.demo.then(tempfile::tempdir).transpose().context("cannot make a folder for the demonstration")?;
    let config = args.load(folder.as_ref().map(tempfile::TempDir::path))?;
    let catalog = open_catalog(&args.catalog)?;
    request::logging::start(config.log_level).context("the log cannot be started")?;
    request::problems::log_only_the_place_of_panics();
    serving::choose_tls_provider();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the server")?;
    runtime.block_on(serve(&config, catalog, args.demo))
}

async fn serve(config: &Config, catalog: instruments::Catalog, demo: bool) -> anyhow::Result<()> {
    let listener = std::net::TcpListener::bind(config.listen)
        .with_context(|| format!("cannot listen on {}; choose another address with --listen", config.listen))?;
    listener.set_nonblocking(true).context("cannot listen without waiting")?;
    let tls = config.tls.as_ref().map(serving::read_tls).transpose()?;
    let entropy = Arc::new(Entropy::from_system().context("the system gives no randomness")?);
    let installation = Installation::open(config, catalog, Arc::new(SystemClock), entropy).await?;
    let address = listener.local_addr()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    message(&format!("bilan listens on {scheme}://{address}"));
    if let Some(link) = installation.first_link().await? {
        message(&format!("the first administrator comes in by this link, once, within 24 hours:\n  {link}"));
    }
    if demo {
        show_doors(&demonstration::furnish(installation.app(), config.language.tag()).await?, config);
    }
    if let (Some(files), Some(tls)) = (&config.tls, &tls) {
        tokio::spawn(serving::follow_renewals(files.clone(), tls.clone(), serving::LOOK_FOR_RENEWAL));
    }
    let router = installation.router(config);
    let on_stop = installation.close();
    serving::run(listener, tls, router, serving::told_to_end(), GRACE, on_stop).await?;
    Ok(())
}

/// Says how to come in as the clerk of an organisation.
fn clerks_door(doors: &Doors, config: &Config) -> String {
    format!(
        "\n  clerk of an organisation   {}/sign-in\n    address        {}\n    password       {}\n    second factor  a recovery code, each works once: {}\n    a file to try  on her first page\n",
        config.public_url.origin(),
        demonstration::organisation::EMAIL,
        demonstration::organisation::PASSWORD,
        doors.clerk_codes.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("  ")
    )
}

/// Says how to come into the demonstration.
fn show_doors(doors: &Doors, config: &Config) {
    let mut text = format!(
        "demonstration: everybody is invented, every answer simulated; all of it is gone when this stops\n\n  \
         consultant   {}/sign-in\n    address        {}\n    password       {}\n    second factor  a recovery code, each works once: {}\n",
        config.public_url.origin(),
        demonstration::EMAIL,
        demonstration::PASSWORD,
        doors.codes.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("  ")
    );
    text.push_str(&clerks_door(doors, config));
    for door in &doors.beneficiaries {
        text.push_str(&format!("\n  {} ({}): opens once\n    {}\n", door.name, door.phase.word(), door.url));
    }
    message(&text);
}
