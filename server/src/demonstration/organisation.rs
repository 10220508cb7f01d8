//! An organisation with its clerk, and a file of simulated answers with the faults that real files have.

use std::fmt::Write as _;

use axum::body::Bytes;
use engine::model::Answer;
use engine::simulation::{SimulationConfig, Simulator};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::staff::{self, Staff};
use crate::app::{App, Caller};
use crate::records::account::Role;
use crate::records::tenant::TenantKind;
use crate::services::error::{Result, ServiceError};
use crate::services::houses;

/// Address of the clerk.
pub const EMAIL: &str = "organisation@demo.example";

/// The questionnaire of the file.
const INSTRUMENT: &str = "ipip-neo-120";

/// People in the file.
const PEOPLE: u64 = 400;

/// In how many rows a code stands that is no answer, and means that none was given.
const CODED: u64 = 25;

/// Departments of the file's people.
const DEPARTMENTS: [&str; 3] = ["Accueil", "Atelier", "Études"];

/// Makes the organisation and its clerk, and offers the file.
///
/// Returns recovery codes of the clerk, in place of an authenticator application.
///
/// # Errors
/// What store and vault say; an instrument that is not there.
pub(super) async fn furnish(app: &App, operator: &Caller, language: &str) -> Result<Vec<String>> {
    let name = "Organisation de démonstration".to_owned();
    let house = houses::create(app, operator, TenantKind::Organisation, name).await?;
    let clerk = Staff {
        house: house.record.id,
        role: Role::Clerk,
        name: "Robin Roche",
        email: EMAIL,
        qualifications: Vec::new(),
    };
    let (_, codes) = staff::create(app, clerk, language).await?;
    app.offer_sample(sample(app)?);
    Ok(codes)
}

/// A file as a spreadsheet writes it: two columns have other names than their items, a code means "not answered", an answer is no answer.
fn sample(app: &App) -> Result<Bytes> {
    let loaded = app.instrument(INSTRUMENT)?;
    let instrument = loaded.instrument();
    let config = SimulationConfig { missing_rate: 0.004, ..SimulationConfig::typical_inventory() };
    let simulator = Simulator::new(instrument, config)
        .map_err(|_| ServiceError::Broken("the simulator does not take this instrument"))?;
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    let n_items = instrument.items().len();
    let mut text = "code;sexe;age;service".to_owned();
    for (idx, item) in instrument.items().iter().enumerate() {
        // Writing to a string does not fail.
        let _ = match idx + 2 >= n_items {
            true => write!(text, ";question {}", idx + 1),
            false => write!(text, ";{}", item.id),
        };
    }
    text.push('\n');
    for number in 1..=PEOPLE {
        let sex = if rng.random::<bool>() { "F" } else { "H" };
        let age: u8 = rng.random_range(18..=64);
        let department = DEPARTMENTS[(number % 3) as usize];
        let _ = write!(text, "P{number:03};{sex};{age};{department}");
        let person = simulator.draw(&mut rng);
        for (idx, (item, answer)) in instrument.items().iter().zip(&person.answers).enumerate() {
            let _ = match answer {
                _ if number == 17 && idx == 3 => write!(text, ";oui"),
                _ if number % (PEOPLE / CODED) == 0 && idx == 40 => write!(text, ";9"),
                Answer::Category(category) => write!(text, ";{}", item.responses.code_of(*category)),
                Answer::Number(value) => write!(text, ";{value}"),
                Answer::Missing(_) => write!(text, ";"),
            };
        }
        text.push('\n');
    }
    Ok(text.into_bytes().into())
}
