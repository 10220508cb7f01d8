//! Bilans: proposing, looking, consenting, moving on.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Query, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::Role;
use crate::records::bilan::{Bilan, Funding, Phase};
use crate::services::consent_text::consent_text;
use crate::services::{bilans, life};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(propose, list))
        .routes(routes!(show))
        .routes(routes!(text_of_consent))
        .routes(routes!(consent))
        .routes(routes!(step))
}

/// A bilan as a consultant proposes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalBody {
    /// Name of the beneficiary.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Her address for mail, where one is known.
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// Tag of her language.
    language: Language,
    /// Who pays.
    funding: FundingBody,
}

/// The languages in which people are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

impl Language {
    /// The tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// Who pays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "there is one for a bilan, and it is moved once")]
pub enum FundingBody {
    /// The beneficiary.
    Beneficiary {},
    /// An employer, under an agreement of three parties (R6313-8).
    Employer {
        /// The employer's house.
        #[schema(value_type = String)]
        employer: Id,
        /// Title of the action.
        title: String,
        /// Aims.
        aims: String,
        /// Content.
        content: String,
        /// Means.
        means: String,
        /// How long it takes and when.
        duration: String,
        /// The follow-up.
        follow_up: String,
        /// How results and synthesis are handed over.
        handing_over: String,
        /// Price, in words.
        price: String,
    },
}

impl FundingBody {
    fn into_funding(self, presented: Timestamp) -> Funding {
        match self {
            Self::Beneficiary {} => Funding::Beneficiary,
            Self::Employer { employer, title, aims, content, means, duration, follow_up, handing_over, price } => {
                Funding::Employer {
                    employer,
                    title,
                    aims,
                    content,
                    means,
                    duration,
                    follow_up,
                    handing_over,
                    price,
                    presented,
                    visible: false,
                }
            }
        }
    }
}

/// A bilan as those may see it who may read its dates.
#[derive(Debug, Serialize, ToSchema)]
pub struct BilanView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// Where it stands.
    phase: Phase,
    /// Phases so far, with the moment each began, in ISO 8601.
    phases: Vec<PhaseView>,
    /// Whether results and synthesis were handed over.
    delivered: bool,
    /// The last day on which consent can be given, for an employer's proposal.
    #[schema(value_type = Option<String>, format = "date")]
    decide_until: Option<String>,
}

/// A phase and when it began.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhaseView {
    /// The phase.
    phase: Phase,
    /// When it began, in ISO 8601.
    since: String,
}

impl BilanView {
    /// The view of a bilan.
    ///
    /// # Errors
    /// A bilan that is being destroyed is not found.
    pub fn of(stored: &Stored<Bilan>) -> Result<Self, ApiError> {
        let content = &stored.content;
        let decide_until = life::last_moment_to_decide(&content.funding).map(|at| at.paris_day().to_string());
        let phases = content.steps.iter().map(|step| PhaseView { phase: step.phase, since: step.at.to_string() });
        Ok(Self {
            id: stored.record.id,
            phase: bilans::phase_of(&stored.record)?,
            phases: phases.collect(),
            delivered: content.delivered.is_some(),
            decide_until,
        })
    }
}

/// Proposes a bilan to a beneficiary.
#[utoipa::path(post, path = "/api/v1/bilans", request_body = ProposalBody, responses((status = 201, body = BilanView)))]
async fn propose(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Body(body): Body<ProposalBody>,
) -> Result<Reply<BilanView>, ApiError> {
    let name = body.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ApiError::invalid("/name", "give a name of 1 to 200 characters"));
    }
    let proposal = bilans::Proposal {
        name,
        email: body.email,
        language: body.language.tag().to_owned(),
        funding: body.funding.into_funding(app.now()),
    };
    let stored = bilans::propose(&app, &caller, proposal).await?;
    Ok(format.reply(BilanView::of(&stored)?).status(StatusCode::CREATED).version(stored.record.version))
}

/// The bilans that the caller may know of.
#[utoipa::path(get, path = "/api/v1/bilans", responses((status = 200, body = Vec<BilanView>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
) -> Result<Reply<Vec<BilanView>>, ApiError> {
    let mut views = Vec::new();
    if let (Role::Beneficiary, Some(bilan)) = (caller.role, caller.bilan) {
        let stored = bilans::known(&app, &caller, bilan).await?;
        views.push(BilanView::of(&stored)?);
    } else {
        for stored in bilans::granted(&app, &caller).await? {
            views.push(BilanView::of(&stored)?);
        }
    }
    Ok(format.reply(views))
}

/// One bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}", params(("bilan" = String, Path)), responses((status = 200, body = BilanView)))]
async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<BilanView>, ApiError> {
    let stored = bilans::known(&app, &caller, bilan).await?;
    Ok(format.reply(BilanView::of(&stored)?).version(stored.record.version))
}

/// In which language the consent text is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsentTextQuery {
    /// Tag of the language; French without it.
    #[param(inline)]
    lang: Option<Language>,
}

/// The text that a beneficiary reads before she consents.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentTextView {
    /// Version of the text.
    version: &'static str,
    /// Tag of its language.
    language: &'static str,
    /// The text, in paragraphs separated by blank lines.
    text: &'static str,
    /// Its SHA-256, to be sent back with the consent.
    hash: String,
}

/// The consent text, for anybody.
#[utoipa::path(get, path = "/api/v1/consent-text", params(ConsentTextQuery), responses((status = 200, body = ConsentTextView)))]
async fn text_of_consent(format: Format, Query(query): Query<ConsentTextQuery>) -> Reply<ConsentTextView> {
    let text = consent_text(query.lang.unwrap_or(Language::Fr).tag());
    format.reply(ConsentTextView { version: text.version, language: text.language, text: text.text, hash: text.hash() })
}

/// Consent to the text that was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// Language of the text that was read.
    language: Language,
    /// Its hash, as `GET /api/v1/consent-text` gives it.
    hash: String,
}

/// Records the beneficiary's consent: the bilan is engaged.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/consent", params(("bilan" = String, Path)), request_body = ConsentBody, responses((status = 200, body = BilanView)))]
async fn consent(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<ConsentBody>,
) -> Result<Reply<BilanView>, ApiError> {
    let stored = bilans::consent(&app, &caller, bilan, body.language.tag(), &body.hash).await?;
    Ok(format.reply(BilanView::of(&stored)?).version(stored.record.version))
}

/// The phase to go to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    /// The phase.
    to: Phase,
}

/// Moves a bilan into another phase.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/phase", params(("bilan" = String, Path)), request_body = StepBody, responses((status = 200, body = BilanView)))]
async fn step(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<StepBody>,
) -> Result<Reply<BilanView>, ApiError> {
    let stored = bilans::step(&app, &caller, bilan, body.to).await?;
    Ok(format.reply(BilanView::of(&stored)?).version(stored.record.version))
}
