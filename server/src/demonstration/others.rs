//! Whoever else comes into the demonstration: an administrator, an employer with a bilan that it pays for, somebody with whom a bilan is
//! shared, and the questions of a follow-up.

use super::caller;
use super::staff::{self, Staff};
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::Role;
use crate::records::agreement::KeptDays;
use crate::records::bilan::{Bilan, Funding, Phase};
use crate::records::grant::{Basis, DocumentClass};
use crate::records::tenant::TenantKind;
use crate::services::bilans::{self, Proposal};
use crate::services::consent_text::consent_text;
use crate::services::error::{Result, ServiceError};
use crate::services::grants::{self, Wish};
use crate::services::{follow_up, houses};

/// Address of the administrator. The password is everybody's.
pub const ADMINISTRATOR: &str = "administration@demo.example";

/// Address of whoever looks after the bilans that the employer pays for.
pub const EMPLOYER: &str = "employeur@demo.example";

/// What is printed for whoever tries.
#[derive(Debug)]
pub struct Doors {
    /// Recovery codes of the administrator.
    pub administrator: Vec<String>,
    /// Recovery codes at the employer.
    pub employer: Vec<String>,
    /// The link of a share, which opens once.
    pub share: String,
    /// The code that goes with it.
    pub share_code: String,
    /// The link to the questions of a follow-up.
    pub follow_up: String,
}

/// Furnishes the rest, around a consultant and a bilan that is handed over.
///
/// # Errors
/// What store and vault say.
pub async fn furnish(
    app: &App,
    operator: &Caller,
    consultant: &Caller,
    handed_over: Id,
    language: &str,
) -> Result<Doors> {
    let of = |house, role, name, email| Staff { house, role, name, email, qualifications: Vec::new() };
    let administrator = of(houses::OPERATOR, Role::Administrator, "Sam Girard", ADMINISTRATOR);
    let (_, administrator) = staff::create(app, administrator, language).await?;
    let name = say(language, "Employeur de démonstration", "Employer of the demonstration");
    let house = houses::create(app, operator, TenantKind::Employer, name.to_owned()).await?.record.id;
    let (_, employer) = staff::create(app, of(house, Role::Employer, "Maxime Fontaine", EMPLOYER), language).await?;
    paid_bilan(app, consultant, house, language).await?;
    let stored: Stored<Bilan> = app.documents().load(handed_over).await?;
    let owner = owner_of(app, &stored, language);
    let (share, share_code) = share(app, &owner, handed_over, language).await?;
    let follow_up = questions(app, &owner, consultant, handed_over).await?;
    Ok(Doors { administrator, employer, share, share_code, follow_up })
}

fn say<'t>(language: &str, french: &'t str, english: &'t str) -> &'t str {
    if language == "en" { english } else { french }
}

fn owner_of(app: &App, bilan: &Stored<Bilan>, language: &str) -> Caller {
    let (account, tenant) = (bilan.content.beneficiary, bilan.record.tenant);
    caller(app, account, tenant, Role::Beneficiary, Some(bilan.record.id), language)
}

/// A bilan that the employer pays for; the person has agreed, and shows its dates.
async fn paid_bilan(app: &App, consultant: &Caller, employer: Id, language: &str) -> Result<()> {
    let text = |french: &str, english: &str| say(language, french, english).to_owned();
    let funding = Funding::Employer {
        employer,
        title: text("Bilan de compétences", "Skills assessment"),
        aims: text("Préparer une mobilité", "To prepare a change of post"),
        content: text("Entretiens et questionnaires", "Interviews and questionnaires"),
        means: text("Rencontres, service en ligne", "Meetings, online service"),
        duration: text("24 heures en trois mois", "24 hours within three months"),
        follow_up: text("Un entretien après six mois", "An interview after six months"),
        handing_over: text("En entretien, à la personne seule", "In an interview, to the person alone"),
        price: text("Selon devis", "As quoted"),
        presented: app.now(),
        visible: false,
    };
    let name = "Sacha Roux".to_owned();
    let proposal = Proposal { name, email: None, language: language.to_owned(), funding };
    let stored = bilans::propose(app, consultant, proposal).await?;
    let (bilan, owner) = (stored.record.id, owner_of(app, &stored, language));
    bilans::consent(app, &owner, bilan, language, &consent_text(language).hash()).await?;
    bilans::step(app, consultant, bilan, Phase::Preliminary).await?;
    let wish = Wish {
        basis: Basis::Agreement,
        recipient: text("Mon employeur", "My employer"),
        purpose: text("Suivre les dates", "To follow the dates"),
        classes: vec![DocumentClass::Dates],
        document: None,
        days: 120,
        employer: Some(employer),
    };
    grants::give(app, &owner, bilan, wish).await?;
    Ok(())
}

/// A share of what was handed over: its link and code.
async fn share(app: &App, owner: &Caller, bilan: Id, language: &str) -> Result<(String, String)> {
    let wish = Wish {
        basis: Basis::Agreement,
        recipient: "Jo Lambert".to_owned(),
        purpose: say(language, "Préparer un entretien d’orientation", "To prepare a talk on career guidance")
            .to_owned(),
        classes: vec![DocumentClass::Dates, DocumentClass::Results, DocumentClass::Synthesis],
        document: None,
        days: 30,
        employer: None,
    };
    let given = grants::give(app, owner, bilan, wish).await?;
    let (token, code) = given.entry.ok_or(ServiceError::Broken("a share has a link and a code"))?;
    Ok((format!("{}/enter/{token}", app.terms().public_url), code))
}

/// The link to the first questions of a follow-up.
async fn questions(app: &App, owner: &Caller, consultant: &Caller, bilan: Id) -> Result<String> {
    let kept = KeptDays::new(200).map_err(|_| ServiceError::Broken("a follow-up lasts a year at most"))?;
    let agreed = follow_up::agree(app, owner, bilan, kept).await?;
    let token = follow_up::hand_over(app, consultant, agreed.record.id).await?;
    Ok(format!("{}/follow-up#{token}", app.terms().public_url))
}
