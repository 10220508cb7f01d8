//! `bilan serve`: the HTTP service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use server::clock::SystemClock;
use server::config::Config;
use server::demonstration::{self, Doors, organisation, others};
use server::entropy::Entropy;
use server::installation::Installation;
use server::records::bilan::Phase;
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
        let doors = demonstration::furnish(installation.app(), config.language.tag()).await?;
        show_doors(&doors, config);
        show_other_doors(&doors, config);
    }
    if let (Some(files), Some(tls)) = (&config.tls, &tls) {
        tokio::spawn(serving::follow_renewals(files.clone(), tls.clone(), serving::LOOK_FOR_RENEWAL));
    }
    let router = installation.router(config);
    let on_stop = installation.close();
    serving::run(listener, tls, router, serving::told_to_end(), GRACE, on_stop).await?;
    Ok(())
}

/// Says how to come into the demonstration.
fn show_doors(doors: &Doors, config: &Config) {
    let t = |french, english| in_language(config, french, english);
    let mut text = format!(
        "{}\n\n  {} {}/sign-in\n    {} {}\n    {} {}\n    {} {} {}\n",
        t(
            "démonstration : personne n’existe, toute réponse est simulée ; rien n’en reste à l’arrêt",
            "demonstration: everybody is invented, every answer simulated; all of it is gone when this stops",
        ),
        t("consultant      ", "consultant      "),
        config.public_url.origin(),
        t("adresse        ", "address        "),
        demonstration::EMAIL,
        t("mot de passe   ", "password       "),
        demonstration::PASSWORD,
        t("second facteur ", "second factor  "),
        t("un code de secours, chacun sert une fois :", "a recovery code, each works once:"),
        first(&doors.codes),
    );
    for door in &doors.beneficiaries {
        let phase = phase_word(config, door.phase);
        let once = t("s’ouvre une fois", "opens once");
        let colon = t("\u{a0}:", ":");
        text.push_str(&format!("\n  {} ({phase}){colon} {once}\n    {}\n", door.name, door.url));
    }
    message(&text);
}

/// Says how everybody else comes in.
fn show_other_doors(doors: &Doors, config: &Config) {
    let others = &doors.others;
    let t = |french, english| in_language(config, french, english);
    let once = t("chacun sert une fois :", "each works once:");
    message(&format!(
        "  {}\n    {:28} {once} {}\n    {:28} {once} {}\n    {:28} {once} {}\n\n  {} {}\n    {}\n\n  {}\n    {}\n",
        t(
            "administration, employeur, organisation : même page, même mot de passe",
            "administrator, employer, organisation: same page, same password"
        ),
        others::ADMINISTRATOR,
        first(&others.administrator),
        others::EMPLOYER,
        first(&others.employer),
        organisation::EMAIL,
        first(&doors.clerk_codes),
        t("partage : s’ouvre une fois, avec le code", "share: opens once, with the code"),
        others.share_code,
        others.share,
        t("suivi après un bilan", "follow-up after a bilan"),
        others.follow_up,
    ));
}

fn in_language<'t>(config: &Config, french: &'t str, english: &'t str) -> &'t str {
    if config.language.tag() == "en" { english } else { french }
}

/// The first codes of a list, enough to come in a few times.
fn first(codes: &[String]) -> String {
    codes.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("  ")
}

/// A phase of the demonstration.
fn phase_word(config: &Config, phase: Phase) -> &'static str {
    match phase {
        Phase::Proposed => in_language(config, "proposé", "proposed"),
        Phase::Conclusions => in_language(config, "conclusion", "conclusions"),
        other => other.word(),
    }
}
