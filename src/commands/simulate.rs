//! `bilan simulate`: answers of people who do not exist, from known latent traits.

use std::io::{self, BufWriter, Write as _};

use anyhow::Context as _;
use batch::Sink;
use engine::simulation::SimulationConfig;

use crate::args::SimulateArgs;
use crate::commands::instruments::open_catalog;
use crate::simulated::{People, write_header, write_person};

/// Runs the command.
///
/// # Errors
/// When the instrument is unknown, the share of missing answers impossible, or a file cannot be written.
pub fn run(args: &SimulateArgs) -> anyhow::Result<()> {
    let catalog = open_catalog(&args.catalog)?;
    let loaded = catalog.find(&args.instrument)?;
    let instrument = loaded.instrument();
    let config = SimulationConfig { missing_rate: args.missing, ..SimulationConfig::typical_inventory() };
    let people = People::new(instrument, config, args.seed)?;
    let mut out = BufWriter::new(open(&args.output)?);
    let mut traits = args.traits.as_deref().map(Sink::file).transpose()?.map(BufWriter::new);
    let place = || format!("cannot write {}", args.output.display());
    write_header(instrument, &mut out).with_context(place)?;
    if let Some(traits) = &mut traits {
        let ids: Vec<String> = instrument.scales().iter().map(|scale| scale.id.to_string()).collect();
        writeln!(traits, "person,{}", ids.join(","))?;
    }
    for number in 1..=args.n {
        let (demographics, person) = people.person(number);
        write_person(instrument, number, demographics, &person, &mut out).with_context(place)?;
        if let Some(traits) = &mut traits {
            let values: Vec<String> =
                person.traits.iter().map(|value| value.map_or_else(String::new, |value| value.to_string())).collect();
            writeln!(traits, "{number},{}", values.join(","))?;
        }
    }
    if let Some(traits) = traits {
        traits.into_inner().map_err(|error| error.into_error())?.finish()?;
    }
    out.into_inner().map_err(|error| error.into_error()).with_context(place)?.finish()?;
    Ok(())
}

fn open(path: &std::path::Path) -> anyhow::Result<Sink> {
    if path.as_os_str() == "-" {
        return Ok(Sink::Stream { out: Box::new(io::stdout()), name: "standard output".to_owned() });
    }
    Ok(Sink::file(path)?)
}
