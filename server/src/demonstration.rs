//! A furnished service for a trial: a consultant with three bilans in different phases, an [`organisation`] with its clerk, and [`others`]
//! who come in beside them. Everybody in it is invented, and every answer is drawn by the simulator; nothing of it is meant to last.

pub mod organisation;
pub mod others;
mod staff;

use engine::model::Answer;
use engine::simulation::{SimulationConfig, Simulator};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use self::staff::Staff;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::questionnaire::{Step, StepKind, StoredAnswer};
use crate::records::account::{Qualification, Role};
use crate::records::assignment::Facts;
use crate::records::bilan::{Bilan, Funding, Phase};
use crate::records::tenant::TenantKind;
use crate::records::writing::SynthesisText;
use crate::services::assignments::{self, Choice};
use crate::services::bilans::{self, Proposal};
use crate::services::consent_text::consent_text;
use crate::services::error::{Result, ServiceError};
use crate::services::houses;
use crate::services::release::{self, What};
use crate::services::{answering, links, submission, writing};

/// Address of the consultant.
pub const EMAIL: &str = "camille@demo.example";

/// The password of all staff. It opens invented bilans and simulated files only.
pub const PASSWORD: &str = "quatre mots pour essayer";

/// The questionnaires that she gives.
const BATTERY: [&str; 3] = ["interests-60", "work-values", "personality-120"];

/// What is printed for whoever tries.
#[derive(Debug)]
pub struct Doors {
    /// Recovery codes of the consultant, in place of an authenticator application.
    pub codes: Vec<String>,
    /// Recovery codes of the organisation's clerk.
    pub clerk_codes: Vec<String>,
    /// A link for each beneficiary, with what is behind it.
    pub beneficiaries: Vec<Door>,
    /// The ways in of everybody else.
    pub others: others::Doors,
}

/// A link that lets somebody in, once.
#[derive(Debug)]
pub struct Door {
    /// Where the bilan stands.
    pub phase: Phase,
    /// The name of the person.
    pub name: &'static str,
    /// The address.
    pub url: String,
}

/// Furnishes an empty service.
///
/// # Errors
/// What store and vault say; instruments that are not there.
pub async fn furnish(app: &App, language: &str) -> Result<Doors> {
    let operator = caller(app, app.entropy().id(), houses::OPERATOR, Role::Administrator, None, language);
    let house = houses::create(app, &operator, TenantKind::Centre, "Centre de démonstration".to_owned()).await?;
    let (consultant, codes) = consultant(app, house.record.id, language).await?;
    let mut beneficiaries = Vec::new();
    let mut last = None;
    for (name, phase) in [
        ("Alix Moreau", Phase::Proposed),
        ("Dominique Petit", Phase::Investigation),
        ("Claude Besson", Phase::Conclusions),
    ] {
        let bilan = bilan(app, &consultant, name, phase, language).await?;
        let handed = links::hand_over(app, &consultant, bilan).await?;
        beneficiaries.push(Door { phase, name, url: handed.link.url(app).to_string() });
        last = Some(bilan);
    }
    let last = last.ok_or(ServiceError::Broken("a demonstration has bilans"))?;
    let others = others::furnish(app, &operator, &consultant, last, language).await?;
    let clerk_codes = organisation::furnish(app, &operator, language).await?;
    Ok(Doors { codes, clerk_codes, beneficiaries, others })
}

fn caller(app: &App, account: Id, tenant: Id, role: Role, bilan: Option<Id>, language: &str) -> Caller {
    Caller {
        account,
        tenant,
        role,
        bilan,
        session: app.entropy().id(),
        language: language.to_owned(),
        scopes: Vec::new(),
    }
}

async fn consultant(app: &App, house: Id, language: &str) -> Result<(Caller, Vec<String>)> {
    let known = app.catalog().list();
    let qualified = known
        .iter()
        .map(|entry| Qualification { instrument: entry.id.to_string(), evidence: "démonstration".to_owned() });
    let (role, qualifications) = (Role::Consultant, qualified.collect());
    let consultant = Staff { house, role, name: "Camille Laurent", email: EMAIL, qualifications };
    let (account, codes) = staff::create(app, consultant, language).await?;
    Ok((caller(app, account, house, role, None, language), codes))
}

/// A bilan that has come as far as a phase, with what belongs there.
async fn bilan(app: &App, consultant: &Caller, name: &str, phase: Phase, language: &str) -> Result<Id> {
    let proposal =
        Proposal { name: name.to_owned(), email: None, language: language.to_owned(), funding: Funding::Beneficiary };
    let stored: Stored<Bilan> = bilans::propose(app, consultant, proposal).await?;
    let bilan = stored.record.id;
    if phase == Phase::Proposed {
        return Ok(bilan);
    }
    let account = stored.content.beneficiary;
    let owner = caller(app, account, consultant.tenant, Role::Beneficiary, Some(bilan), language);
    bilans::consent(app, &owner, bilan, language, &consent_text(language).hash()).await?;
    for to in [Phase::Preliminary, Phase::Investigation] {
        bilans::step(app, consultant, bilan, to).await?;
    }
    for (number, instrument) in (1..).zip(BATTERY) {
        let assignment = give(app, consultant, bilan, instrument, language).await?;
        let share = match (phase, number) {
            (Phase::Investigation, 1) => 1.0,
            (Phase::Investigation, 2) => 0.4,
            (Phase::Investigation, _) => continue,
            _ => 1.0,
        };
        answer(app, &owner, assignment, number, share).await?;
    }
    if phase == Phase::Conclusions {
        bilans::step(app, consultant, bilan, Phase::Conclusions).await?;
        writing::write_synthesis(app, consultant, bilan, synthesis(language), |_| true).await?;
        release::release(app, consultant, bilan, What::Everything).await?;
    }
    Ok(bilan)
}

async fn give(app: &App, consultant: &Caller, bilan: Id, instrument: &str, language: &str) -> Result<Id> {
    let purpose = match language {
        "en" => "To see what the project can rest on",
        _ => "Voir sur quoi le projet peut s’appuyer",
    };
    let choice = Choice {
        instrument: instrument.to_owned(),
        language: language.to_owned(),
        norm: None,
        combined_stratum: false,
        purpose: purpose.to_owned(),
    };
    Ok(assignments::assign(app, consultant, bilan, choice).await?.record.id)
}

/// Answers the first part of a questionnaire; sends it where the part is the whole.
async fn answer(app: &App, owner: &Caller, assignment: Id, seed: u64, share: f64) -> Result<()> {
    let stored = answering::start(app, owner, assignment, Facts::default()).await?;
    let loaded = app.instrument(&stored.content.instrument)?;
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let simulator = Simulator::new(loaded.instrument(), SimulationConfig::typical_inventory())
        .map_err(|_| ServiceError::Broken("the simulator does not take this instrument"))?;
    let person = simulator.draw(&mut ChaCha8Rng::seed_from_u64(seed));
    let n_answered = (f64::from(sheet.view().n_steps) * share).round();
    // Pages are shown before they are answered, as a person would see them.
    for (position, step) in sheet.steps().iter().take_while(|(position, _)| f64::from(*position) <= n_answered) {
        let drawn: Vec<Answer> = step.items().iter().filter_map(|&idx| person.answers.get(idx).copied()).collect();
        if let Some(stored) = stored_answer(step, &drawn) {
            answering::save(app, owner, assignment, position, &stored.given()).await?;
        }
    }
    if share >= 1.0 {
        submission::submit(app, owner, assignment).await?;
    }
    Ok(())
}

/// What was drawn for the items of a step, as an answer to it; `None` for what the simulator does not draw.
fn stored_answer(step: &Step, drawn: &[Answer]) -> Option<StoredAnswer> {
    let category = |answer: &Answer| match answer {
        Answer::Category(category) => Some(*category),
        _ => None,
    };
    match step.kind() {
        StepKind::Likert | StepKind::Dichotomous | StepKind::Choice => {
            drawn.first().and_then(category).map(StoredAnswer::Category)
        }
        StepKind::MostLeast => {
            let places: Vec<(u8, u8)> = (0..).zip(drawn).filter_map(|(place, a)| Some((category(a)?, place))).collect();
            let (most, least) = (places.iter().max()?.1, places.iter().min()?.1);
            (most != least).then_some(StoredAnswer::MostLeast { most, least })
        }
        _ => None,
    }
}

fn synthesis(language: &str) -> SynthesisText {
    let text = |french: &str, english: &str| if language == "en" { english } else { french }.to_owned();
    SynthesisText {
        circumstances: text(
            "Bilan demandé après douze ans dans le même service, pour choisir entre évoluer sur place et changer de métier.",
            "A bilan asked for after twelve years in one department, to choose between moving up and moving on.",
        ),
        competences: text(
            "Organise le travail d’une petite équipe, explique clairement, tient les délais. Ces appuis servent les deux pistes.",
            "Organises the work of a small team, explains clearly, keeps deadlines. These serve both ways on.",
        ),
        project: text(
            "Devenir responsable de formation. Autre piste : coordination de projets associatifs.",
            "To become a training manager. Another way: coordinating projects of associations.",
        ),
        steps: text(
            "Rencontrer trois personnes du métier avant mars ; proposer une première session en interne.",
            "Meet three people of the trade before March; offer a first session in house.",
        ),
        training: text(
            "Une certification de formation d’adultes, à choisir après les rencontres.",
            "A certificate in adult training, to be chosen after the meetings.",
        ),
    }
}
