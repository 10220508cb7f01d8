//! Who may open a page: one table beside that of the API, asked by the same guard; what is refused is said on a page.

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::failure::{self, Failure};
use super::form::encoded;
use super::recipient::{OVER, SHARED};
use super::visit::Visit;
use crate::access::policy::{Callers, Rule, matching};
use crate::api::caller::{Signed, admit};
use crate::app::App;
use crate::error::ApiError;
use crate::records::account::Role;

const fn rule(method: &'static str, path: &'static str, callers: Callers) -> Rule {
    Rule::page(method, path, callers)
}

const BENEFICIARY: Callers = Callers::Roles(&[Role::Beneficiary]);
const CONSULTANT: Callers = Callers::Roles(&[Role::Consultant]);
const ADMINISTRATOR: Callers = Callers::Roles(&[Role::Administrator]);
const RECIPIENT: Callers = Callers::Roles(&[Role::Recipient]);
const CLERK: Callers = Callers::Roles(&[Role::Clerk]);
const ANSWERING: Callers = Callers::Roles(&[Role::Beneficiary, Role::Rater]);

/// Every page. What it does not list is refused. Which one document somebody may see is decided by the services, as for the API.
pub const PAGES: &[Rule] = &[
    rule("GET", "/", Callers::Anybody),
    rule("GET", "/language/{tag}", Callers::Anybody),
    rule("GET", "/accessibility", Callers::Anybody),
    rule("GET", "/rights", Callers::Anybody),
    rule("GET", "/help", Callers::Anybody),
    rule("GET", "/sign-in", Callers::Anybody),
    rule("POST", "/sign-in", Callers::Anybody),
    rule("GET", "/sign-in/link", Callers::Anybody),
    rule("POST", "/sign-in/link", Callers::Anybody),
    rule("GET", "/sign-in/code", Callers::Anybody),
    rule("POST", "/sign-in/code", Callers::Anybody),
    rule("POST", "/sign-in/set-up", Callers::Anybody),
    rule("POST", "/sign-out", Callers::SignedIn),
    rule("GET", "/enter/{token}", Callers::Anybody),
    rule("POST", "/enter/{token}", Callers::Anybody),
    rule("GET", "/account", Callers::SignedIn),
    rule("POST", "/account/passphrase", Callers::SignedIn),
    rule("GET", "/consent", BENEFICIARY),
    rule("POST", "/consent", BENEFICIARY),
    rule("POST", "/refusal", BENEFICIARY),
    rule("GET", "/questionnaires/{assignment}", ANSWERING),
    rule("POST", "/questionnaires/{assignment}", ANSWERING),
    rule("GET", "/questionnaires/{assignment}/page", ANSWERING),
    rule("POST", "/questionnaires/{assignment}/page", ANSWERING),
    rule("GET", "/questionnaires/{assignment}/end", ANSWERING),
    rule("POST", "/questionnaires/{assignment}/end", ANSWERING),
    rule("GET", "/questionnaires/{assignment}/sent", ANSWERING),
    rule("GET", "/results/{result}", BENEFICIARY),
    rule("GET", "/results/{result}/sentences", BENEFICIARY),
    rule("POST", "/results/{result}/sentences", BENEFICIARY),
    rule("GET", "/feedback/{round}", BENEFICIARY),
    rule("GET", "/synthesis", BENEFICIARY),
    rule("POST", "/synthesis", BENEFICIARY),
    rule("POST", "/access-request", BENEFICIARY),
    rule("GET", "/sharing", BENEFICIARY),
    rule("POST", "/sharing", BENEFICIARY),
    rule("POST", "/sharing/employer", BENEFICIARY),
    rule("POST", "/sharing/{grant}/end", BENEFICIARY),
    rule("GET", "/data", BENEFICIARY),
    rule("GET", "/erasure", BENEFICIARY),
    rule("POST", "/erasure", BENEFICIARY),
    rule("GET", "/bilans/new", CONSULTANT),
    rule("POST", "/bilans/new", CONSULTANT),
    rule("GET", "/bilans/{bilan}", CONSULTANT),
    rule("POST", "/bilans/{bilan}/invitation", CONSULTANT),
    rule("POST", "/bilans/{bilan}/link", CONSULTANT),
    rule("POST", "/bilans/{bilan}/phase", CONSULTANT),
    rule("GET", "/bilans/{bilan}/questionnaires/new", CONSULTANT),
    rule("POST", "/bilans/{bilan}/questionnaires/new", CONSULTANT),
    rule("POST", "/bilans/{bilan}/questionnaires/{assignment}/withdrawal", CONSULTANT),
    rule("GET", "/bilans/{bilan}/questionnaires/{assignment}/time", CONSULTANT),
    rule("POST", "/bilans/{bilan}/questionnaires/{assignment}/time", CONSULTANT),
    rule("GET", "/reviews/{result}", CONSULTANT),
    rule("POST", "/reviews/{result}/release", CONSULTANT),
    rule("GET", "/bilans/{bilan}/synthesis", CONSULTANT),
    rule("POST", "/bilans/{bilan}/synthesis", CONSULTANT),
    rule("POST", "/bilans/{bilan}/synthesis/release", CONSULTANT),
    rule("GET", "/bilans/{bilan}/attendance", CONSULTANT),
    rule("POST", "/bilans/{bilan}/attendance", CONSULTANT),
    rule("GET", "/bilans/{bilan}/attendance/{entry}/withdrawal", CONSULTANT),
    rule("POST", "/bilans/{bilan}/attendance/{entry}/withdrawal", CONSULTANT),
    rule("GET", "/bilans/{bilan}/rounds/new", CONSULTANT),
    rule("POST", "/bilans/{bilan}/rounds/new", CONSULTANT),
    rule("GET", "/rounds/{round}", CONSULTANT),
    rule("POST", "/rounds/{round}/raters", CONSULTANT),
    rule("POST", "/rounds/{round}/release", CONSULTANT),
    rule("GET", "/bilans/{bilan}/notes", CONSULTANT),
    rule("POST", "/bilans/{bilan}/notes", CONSULTANT),
    rule("GET", "/bilans/{bilan}/notes/{note}", CONSULTANT),
    rule("POST", "/bilans/{bilan}/notes/{note}", CONSULTANT),
    rule("POST", "/bilans/{bilan}/notes/{note}/deletion", CONSULTANT),
    rule("GET", "/bilans/{bilan}/end", CONSULTANT),
    rule("POST", "/bilans/{bilan}/end", CONSULTANT),
    rule("GET", "/ended/{receipt}", CONSULTANT),
    rule("GET", "/follow-ups", CONSULTANT),
    rule("GET", "/follow-ups/{follow_up}", CONSULTANT),
    rule("POST", "/follow-ups/{follow_up}/link", CONSULTANT),
    rule("GET", "/shared/results/{result}", RECIPIENT),
    rule("GET", "/shared/synthesis/{bilan}", RECIPIENT),
    rule("GET", "/shared/rounds/{round}", RECIPIENT),
    rule("GET", "/share-over", Callers::Anybody),
    // By a code that is in the body, without signing in.
    rule("GET", "/follow-up", Callers::Anybody),
    rule("POST", "/follow-up", Callers::Anybody),
    rule("POST", "/follow-up/answers", Callers::Anybody),
    rule("POST", "/follow-up/withdrawal", Callers::Anybody),
    rule("GET", "/data/follow-up", BENEFICIARY),
    rule("POST", "/data/follow-up", BENEFICIARY),
    rule("POST", "/data/follow-up/withdrawal", BENEFICIARY),
    rule("GET", "/administration/houses", ADMINISTRATOR),
    rule("POST", "/administration/houses", ADMINISTRATOR),
    rule("GET", "/administration/houses/{house}", ADMINISTRATOR),
    rule("POST", "/administration/houses/{house}", ADMINISTRATOR),
    rule("GET", "/administration/houses/{house}/tokens", ADMINISTRATOR),
    rule("POST", "/administration/houses/{house}/tokens", ADMINISTRATOR),
    rule("POST", "/administration/houses/{house}/tokens/{token}/end", ADMINISTRATOR),
    rule("GET", "/administration/people/{user}", ADMINISTRATOR),
    rule("GET", "/administration/people/{user}/qualifications", ADMINISTRATOR),
    rule("POST", "/administration/people/{user}/qualifications", ADMINISTRATOR),
    rule("GET", "/administration/people/{user}/reset", ADMINISTRATOR),
    rule("POST", "/administration/people/{user}/reset", ADMINISTRATOR),
    rule("GET", "/administration/people/{user}/confirmation", ADMINISTRATOR),
    rule("POST", "/administration/people/{user}/confirmation", ADMINISTRATOR),
    rule("GET", "/administration/people/{user}/closing", ADMINISTRATOR),
    rule("POST", "/administration/people/{user}/closing", ADMINISTRATOR),
    rule("GET", "/administration/retention", ADMINISTRATOR),
    rule("GET", "/administration/checks", ADMINISTRATOR),
    rule("POST", "/administration/checks", ADMINISTRATOR),
    rule("GET", "/administration/papers/{paper}", ADMINISTRATOR),
    rule("GET", "/administration/backups", ADMINISTRATOR),
    rule("GET", "/account/recovery", Callers::SignedIn),
    rule("POST", "/account/recovery", Callers::SignedIn),
    rule("GET", "/declaration", CLERK),
    rule("POST", "/declaration", CLERK),
    rule("GET", "/files/sample", CLERK),
    rule("GET", "/files/new", CLERK),
    rule("POST", "/files/new", CLERK),
    rule("GET", "/files/{job}", CLERK),
    rule("POST", "/files/{job}/input", CLERK),
    rule("GET", "/files/{job}/columns", CLERK),
    rule("POST", "/files/{job}/columns", CLERK),
    rule("GET", "/files/{job}/check", CLERK),
    rule("POST", "/files/{job}/start", CLERK),
    rule("GET", "/files/{job}/norm", CLERK),
    rule("POST", "/files/{job}/norm", CLERK),
    rule("GET", "/files/{job}/scores", CLERK),
    rule("POST", "/files/{job}/deletion", CLERK),
    rule("GET", "/norms", CLERK),
    rule("GET", "/norms/{instrument}/{norm}", CLERK),
    rule("GET", "/norms/{instrument}/{norm}/file", CLERK),
    rule("POST", "/norms/{instrument}/{norm}/deletion", CLERK),
    rule("GET", "/tokens", CLERK),
    rule("POST", "/tokens", CLERK),
    rule("POST", "/tokens/{program}/end", CLERK),
];

/// Refuses what the table does not allow, and says on a page what went wrong, here or behind.
///
/// Who is not signed in is led to the page to sign in, and from there back.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let rule = path.and_then(|path| matching(PAGES, parts.method.as_str(), path));
    let error = match admit(&app, &parts, rule).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                parts.extensions.insert(Signed(caller));
            }
            let visit = Visit::of(&parts);
            let response = next.run(Request::from_parts(parts, body)).await;
            return match response.extensions().get::<Failure>() {
                Some(Failure(error)) => failure::page(&visit, error),
                None => response,
            };
        }
        // Somebody with a share has nothing to sign in with.
        Err(ApiError::Unauthenticated) if parts.uri.path().starts_with(SHARED) => {
            return Redirect::to(OVER).into_response();
        }
        Err(ApiError::Unauthenticated) if parts.method == Method::GET => {
            let to = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            return Redirect::to(&format!("/sign-in?to={}", encoded(&to))).into_response();
        }
        Err(error) => error,
    };
    failure::page(&Visit::of(&parts), &error.into())
}
