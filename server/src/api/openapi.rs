//! The OpenAPI document, made from the handlers: what they declare, and what holds for all of them.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

use crate::access::policy::{Callers, rule_for};

/// The problems that any address may answer with: status and sentence.
const PROBLEMS: [(&str, &str); 16] = [
    ("400", "The body cannot be read"),
    ("401", "Nobody is signed in"),
    ("403", "The caller's role does not allow it"),
    ("404", "There is no such thing, or not for this caller"),
    ("405", "The address does not take this method"),
    ("406", "Not to be had in the format asked for"),
    ("408", "The request did not arrive in time"),
    ("409", "A rule or the present state stands against it"),
    ("412", "It was changed in the meantime"),
    ("413", "The body is too large"),
    ("415", "The body's format is not known"),
    ("422", "Fields do not hold what they may"),
    ("429", "Too many requests"),
    ("500", "A fault of ours"),
    ("503", "Out of reach for a moment"),
    ("504", "The answer took too long"),
];

/// Completes the document that the routes made: problems, who may call, the service's own words.
pub fn complete(api: &mut OpenApi) {
    api.info.title = "bilan".to_owned();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    api.info.description = Some("Questionnaires and results of the bilan de compétences".to_owned());
    let components = api.components.get_or_insert_with(Default::default);
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("token".to_owned(), scheme.into());
    let problem = <crate::error::Problem as utoipa::PartialSchema>::schema();
    components.schemas.insert("Problem".to_owned(), problem);
    let field = <crate::error::FieldProblem as utoipa::PartialSchema>::schema();
    components.schemas.insert("FieldProblem".to_owned(), field);
    for (path, item) in &mut api.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete_operation(method, path, operation);
            }
        }
    }
}

fn complete_operation(method: &str, path: &str, operation: &mut Operation) {
    for (status, description) in PROBLEMS {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(description).content("application/problem+json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
    let callers = rule_for(method, path).map(|rule| rule.callers);
    if callers.is_some_and(|callers| callers != Callers::Anybody) {
        operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
}
