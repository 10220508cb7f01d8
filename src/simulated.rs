//! Simulated respondents as a file of answers.

use std::io::{self, Write};

use engine::model::{Answer, Instrument};
use engine::simulation::{SimulatedPerson, SimulationConfig, Simulator};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

/// Draws people one after the other; person `i` of a seed is the same whatever was drawn before.
pub struct People<'a> {
    simulator: Simulator<'a>,
    seed: u64,
}

/// Sex and age of a simulated person, as a file holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demographics {
    /// `F` or `M`.
    pub sex: &'static str,
    /// Completed years.
    pub age: u8,
}

impl<'a> People<'a> {
    /// Prepares the drawing.
    ///
    /// # Errors
    /// When the configuration is out of its limits.
    pub fn new(instrument: &'a Instrument, config: SimulationConfig, seed: u64) -> anyhow::Result<Self> {
        Ok(Self { simulator: Simulator::new(instrument, config)?, seed })
    }

    /// The person of that number.
    #[must_use]
    pub fn person(&self, number: u64) -> (Demographics, SimulatedPerson) {
        use rand::RngExt as _;
        let mut rng = ChaCha12Rng::seed_from_u64(self.seed);
        rng.set_stream(number);
        let sex = if rng.random::<bool>() { "F" } else { "M" };
        let age = rng.random_range(18..=64);
        (Demographics { sex, age }, self.simulator.draw(&mut rng))
    }
}

/// Writes the header of a file of answers.
///
/// # Errors
/// What the system says.
pub fn write_header(instrument: &Instrument, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"person,sex,age")?;
    for item in instrument.items() {
        write!(out, ",{}", item.id)?;
    }
    out.write_all(b"\n")
}

/// Writes one person; unanswered items stay blank.
///
/// # Errors
/// What the system says.
pub fn write_person(
    instrument: &Instrument,
    number: u64,
    demographics: Demographics,
    person: &SimulatedPerson,
    out: &mut impl Write,
) -> io::Result<()> {
    write!(out, "{number},{},{}", demographics.sex, demographics.age)?;
    for (item, answer) in instrument.items().iter().zip(&person.answers) {
        match answer {
            Answer::Category(category) => write!(out, ",{}", item.responses.code_of(*category))?,
            Answer::Number(value) => write!(out, ",{value}")?,
            Answer::Missing(_) => out.write_all(b",")?,
        }
    }
    out.write_all(b"\n")
}
