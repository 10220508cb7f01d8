//! When something is not possible: a page that says what is so, what is kept, and what to do next.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::look::html;
use super::visit::Visit;
use super::words::refusal;
use crate::error::ApiError;
use crate::services::error::{Refusal, ServiceError};

/// Marks a response that is still to be worded, in the language of the request.
#[derive(Debug, Clone)]
pub(super) struct Failure(pub PageError);

/// Why a page does not show what it was asked for.
#[derive(Debug, Clone)]
pub enum PageError {
    /// As the API would say it.
    Api(ApiError),
    /// A rule stands against it.
    Refused(Refusal),
    /// A link that opens nothing: unknown, spent or too old.
    LinkSpent,
}

impl From<ServiceError> for PageError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Api(other.into()),
        }
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Api(error) => error.status(),
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::LinkSpent => StatusCode::GONE,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(self));
        response
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    visit: &'a Visit,
    heading: &'a str,
    text: &'a str,
    /// A way on: its address and its words.
    way: (&'a str, &'a str),
}

/// The page for an error.
pub(super) fn page(visit: &Visit, error: &PageError) -> Response {
    let (heading, text) = words(visit, error);
    let way = match error {
        PageError::LinkSpent => ("/sign-in/link", visit.t("Demander un nouveau lien", "Ask for a new link")),
        PageError::Api(ApiError::Unauthenticated) => ("/sign-in", visit.t("Se connecter", "Sign in")),
        _ => ("/", visit.t("Revenir à l’accueil", "Back to the start")),
    };
    let mut response = (error.status(), html(&FailurePage { visit, heading, text, way })).into_response();
    if let PageError::Api(ApiError::TooManyRequests { retry_after_s } | ApiError::Unavailable { retry_after_s }) = error
    {
        response.headers_mut().insert(RETRY_AFTER, (*retry_after_s).into());
    }
    response
}

fn words<'t>(visit: &Visit, error: &PageError) -> (&'t str, &'t str) {
    let error = match error {
        PageError::Refused(refused) => {
            return (visit.t("Ce n’est pas possible maintenant", "This is not possible now"), refusal(visit, *refused));
        }
        PageError::LinkSpent => {
            return (
                visit.t("Ce lien ne s’ouvre plus", "This link does not open any more"),
                visit.t(
                    "Il a déjà servi, il est trop ancien, ou un lien plus récent l’a remplacé. Demandez-en un nouveau, ou adressez-vous à la personne qui vous l’a donné.",
                    "It was used, it is too old, or a newer link has taken its place. Ask for a new one, or turn to whoever gave it to you.",
                ),
            );
        }
        PageError::Api(error) => error,
    };
    match error {
        ApiError::Unauthenticated => (
            visit.t("Vous n’êtes pas connecté", "You are not signed in"),
            visit.t(
                "La session est terminée. Ce qui était enregistré est gardé.",
                "The session is over. What was saved is kept.",
            ),
        ),
        ApiError::Forbidden | ApiError::NotFound | ApiError::NoSuchAddress | ApiError::MethodNotAllowed => (
            visit.t("Il n’y a rien ici pour vous", "There is nothing here for you"),
            visit.t(
                "L’adresse est inexacte, ce qu’elle montrait n’existe plus, ou ne vous est pas ouvert.",
                "The address is not right, what it showed is gone, or it is not open to you.",
            ),
        ),
        ApiError::CrossSite => (
            visit.t("La demande ne vient pas de cette page", "The request does not come from this page"),
            visit.t(
                "Rien n’a été changé. Rouvrez la page et recommencez.",
                "Nothing was changed. Open the page again and repeat.",
            ),
        ),
        ApiError::Conflict { .. } | ApiError::PreconditionFailed | ApiError::PreconditionRequired => (
            visit.t("Quelque chose a changé entre-temps", "Something changed in the meantime"),
            visit.t("Rouvrez la page pour voir où en sont les choses.", "Open the page again to see how things stand."),
        ),
        ApiError::TooManyRequests { .. } => (
            visit.t("Trop d’essais à la suite", "Too many attempts in a row"),
            visit.t(
                "Attendez un moment, puis recommencez. Rien n’est perdu.",
                "Wait a moment, then try again. Nothing is lost.",
            ),
        ),
        ApiError::Unavailable { .. } | ApiError::Timeout | ApiError::RequestTimeout => (
            visit.t("Le service ne répond pas pour le moment", "The service cannot answer at the moment"),
            visit.t(
                "Réessayez dans un instant. Ce qui était enregistré est gardé.",
                "Try again in a moment. What was saved is kept.",
            ),
        ),
        ApiError::Internal => (
            visit.t("Une erreur s’est produite chez nous", "Something went wrong on our side"),
            visit.t(
                "Elle est notée. Ce qui était enregistré est gardé ; réessayez plus tard.",
                "It has been logged. What was saved is kept; try again later.",
            ),
        ),
        _ => (
            visit.t("La demande n’a pas pu être lue", "The request could not be read"),
            visit.t("Rouvrez la page et recommencez.", "Open the page again and repeat."),
        ),
    }
}
