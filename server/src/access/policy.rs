//! Who may call what: one table. What it does not list is refused, so a new address cannot be forgotten.
//!
//! A role opens the door of an address only; whether the caller may touch the one document behind it is decided with the
//! document, by ownership or by a grant (`Store::fetch_readable`).

use crate::records::account::Role;

use Role::{Administrator, Beneficiary, Clerk, Consultant, Employer, Program, Rater, Recipient};

/// Who may call an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// Anybody, signed in or not.
    Anybody,
    /// Anybody who is signed in.
    SignedIn,
    /// These roles.
    Roles(&'static [Role]),
}

/// What decides about the one document behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// There is no document of a person behind it.
    Nothing,
    /// The caller's own account, and nobody else's.
    Own,
    /// Ownership or a live grant, in one query.
    Grant,
    /// The caller's house.
    House,
}

/// One address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The method.
    pub method: &'static str,
    /// The address with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub callers: Callers,
    /// What decides about the document.
    pub decision: Decision,
}

const fn rule(method: &'static str, path: &'static str, callers: Callers, decision: Decision) -> Rule {
    Rule { method, path, callers, decision }
}

const STAFF_OF_A_BILAN: Callers = Callers::Roles(&[Consultant]);
const BENEFICIARY: Callers = Callers::Roles(&[Beneficiary]);
const ADMINISTRATOR: Callers = Callers::Roles(&[Administrator]);
const READERS: Callers = Callers::Roles(&[Beneficiary, Consultant, Recipient]);
const ANSWERING: Callers = Callers::Roles(&[Beneficiary, Rater]);
const BULK: Callers = Callers::Roles(&[Clerk, Program]);

/// Every address of the service.
pub const RULES: &[Rule] = &[
    // Operations.
    rule("GET", "/healthz", Callers::Anybody, Decision::Nothing),
    rule("GET", "/readyz", Callers::Anybody, Decision::Nothing),
    rule("GET", "/metrics", Callers::Anybody, Decision::Nothing),
    rule("GET", "/openapi.json", Callers::Anybody, Decision::Nothing),
    rule("GET", "/docs", Callers::Anybody, Decision::Nothing),
    rule("GET", "/docs/try.js", Callers::Anybody, Decision::Nothing),
    rule("GET", "/docs/try.css", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/public-keys", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/receipts/{receipt}", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/receipts/{receipt}/documents/{file}", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/consent-text", Callers::Anybody, Decision::Nothing),
    // Signing in.
    rule("POST", "/api/v1/sessions", Callers::Anybody, Decision::Nothing),
    rule("POST", "/api/v1/sessions/second-factor", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/sessions/current", Callers::SignedIn, Decision::Own),
    rule("POST", "/api/v1/sessions/current/rotation", Callers::SignedIn, Decision::Own),
    rule("DELETE", "/api/v1/sessions/current", Callers::SignedIn, Decision::Own),
    rule("POST", "/api/v1/links/spend", Callers::Anybody, Decision::Nothing),
    rule("POST", "/api/v1/links", Callers::Anybody, Decision::Nothing),
    rule("PUT", "/api/v1/me/passphrase", Callers::SignedIn, Decision::Own),
    // By a session that still lacks its second factor.
    rule("POST", "/api/v1/me/second-factor", Callers::Anybody, Decision::Nothing),
    rule("POST", "/api/v1/me/reset/recovery-code", Callers::SignedIn, Decision::Own),
    // Houses and people, for administrators.
    rule("GET", "/api/v1/tenants", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/tenants", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/users", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/users", ADMINISTRATOR, Decision::Nothing),
    rule("DELETE", "/api/v1/users/{user}", ADMINISTRATOR, Decision::Nothing),
    rule("PUT", "/api/v1/users/{user}/qualifications", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/users/{user}/reset", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/users/{user}/reset/confirmation", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/tokens", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/tokens", ADMINISTRATOR, Decision::Nothing),
    rule("DELETE", "/api/v1/tokens/{token}", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/retention", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/audit", ADMINISTRATOR, Decision::Nothing),
    rule("POST", "/api/v1/master-key/rotation", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/processing-register", ADMINISTRATOR, Decision::Nothing),
    rule("GET", "/api/v1/dpia", ADMINISTRATOR, Decision::Nothing),
    // Instruments.
    rule("GET", "/api/v1/instruments", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/instruments/{instrument}", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/instruments/{instrument}/preview", STAFF_OF_A_BILAN, Decision::Nothing),
    // A bilan and its life.
    rule("GET", "/api/v1/bilans", Callers::Roles(&[Beneficiary, Consultant, Employer]), Decision::Grant),
    rule("POST", "/api/v1/bilans", STAFF_OF_A_BILAN, Decision::House),
    rule("GET", "/api/v1/bilans/{bilan}", Callers::Roles(&[Beneficiary, Consultant, Employer]), Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/invitation", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/sign-in-link", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/consent", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/refusal", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/phase", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/end", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/bilans/{bilan}/ending", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/release", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/access-request", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/transfer", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/transfer/agreement", BENEFICIARY, Decision::Own),
    rule("GET", "/api/v1/bilans/{bilan}/attendance", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/attendance", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/attendance/{entry}/withdrawal", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/bilans/{bilan}/salt", BENEFICIARY, Decision::Own),
    rule("GET", "/api/v1/bilans/{bilan}/accesses", BENEFICIARY, Decision::Own),
    // Questionnaires.
    rule("GET", "/api/v1/bilans/{bilan}/assignments", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/assignments", STAFF_OF_A_BILAN, Decision::Grant),
    rule("DELETE", "/api/v1/assignments/{assignment}", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/assignments/{assignment}/accommodations", STAFF_OF_A_BILAN, Decision::Grant),
    rule("PUT", "/api/v1/assignments/{assignment}/paper", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/assignments", ANSWERING, Decision::Own),
    rule("GET", "/api/v1/assignments/{assignment}", ANSWERING, Decision::Own),
    rule("POST", "/api/v1/assignments/{assignment}/start", ANSWERING, Decision::Own),
    rule("GET", "/api/v1/assignments/{assignment}/page", ANSWERING, Decision::Own),
    rule("PUT", "/api/v1/assignments/{assignment}/answers/{position}", ANSWERING, Decision::Own),
    rule(
        "GET",
        "/api/v1/assignments/{assignment}/answers",
        Callers::Roles(&[Beneficiary, Consultant]),
        Decision::Grant,
    ),
    rule("POST", "/api/v1/assignments/{assignment}/submission", ANSWERING, Decision::Own),
    // Results.
    rule("GET", "/api/v1/bilans/{bilan}/results", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/restitution", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/charts/{chart}", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/profile", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/verify", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/comparison", READERS, Decision::Grant),
    rule("GET", "/api/v1/results/{result}/comparison/{file}", READERS, Decision::Grant),
    // The technical profile is told to the consultant in charge alone.
    rule("GET", "/api/v1/results/{result}/documents/{file}", READERS, Decision::Grant),
    rule("PUT", "/api/v1/results/{result}/not-me", BENEFICIARY, Decision::Own),
    // 360°.
    rule("POST", "/api/v1/bilans/{bilan}/rounds", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/rounds/{round}", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/rounds/{round}/raters", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/rounds/{round}/release", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/rounds/{round}/feedback", READERS, Decision::Grant),
    rule("GET", "/api/v1/rounds/{round}/documents/{file}", READERS, Decision::Grant),
    // Writing.
    rule("GET", "/api/v1/bilans/{bilan}/notes", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/notes", STAFF_OF_A_BILAN, Decision::Grant),
    rule("PUT", "/api/v1/notes/{note}", STAFF_OF_A_BILAN, Decision::Grant),
    rule("DELETE", "/api/v1/notes/{note}", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/bilans/{bilan}/documents/{file}", READERS, Decision::Grant),
    rule("GET", "/api/v1/bilans/{bilan}/synthesis", READERS, Decision::Grant),
    rule("PUT", "/api/v1/bilans/{bilan}/synthesis", STAFF_OF_A_BILAN, Decision::Grant),
    rule("PUT", "/api/v1/bilans/{bilan}/synthesis/remarks", BENEFICIARY, Decision::Own),
    // Grants, agreements, what the beneficiary takes away.
    rule("GET", "/api/v1/bilans/{bilan}/grants", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/grants", BENEFICIARY, Decision::Own),
    rule("DELETE", "/api/v1/grants/{grant}", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/shares/code", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/shared", Callers::Roles(&[Recipient]), Decision::Own),
    rule("GET", "/api/v1/bilans/{bilan}/agreements", Callers::Roles(&[Beneficiary, Consultant]), Decision::Grant),
    rule("POST", "/api/v1/bilans/{bilan}/agreements", BENEFICIARY, Decision::Own),
    rule("DELETE", "/api/v1/agreements/{agreement}", BENEFICIARY, Decision::Own),
    rule("GET", "/api/v1/bilans/{bilan}/follow-up", BENEFICIARY, Decision::Own),
    rule("PUT", "/api/v1/bilans/{bilan}/follow-up", BENEFICIARY, Decision::Own),
    rule("DELETE", "/api/v1/bilans/{bilan}/follow-up", BENEFICIARY, Decision::Own),
    rule("GET", "/api/v1/follow-ups", STAFF_OF_A_BILAN, Decision::Grant),
    rule("GET", "/api/v1/follow-ups/{follow_up}", STAFF_OF_A_BILAN, Decision::Grant),
    rule("POST", "/api/v1/follow-ups/{follow_up}/link", STAFF_OF_A_BILAN, Decision::Grant),
    // By a link whose secret is in the body, without signing in.
    rule("POST", "/api/v1/follow-up-links/questions", Callers::Anybody, Decision::Nothing),
    rule("POST", "/api/v1/follow-up-links/answers", Callers::Anybody, Decision::Nothing),
    rule("POST", "/api/v1/follow-up-links/withdrawal", Callers::Anybody, Decision::Nothing),
    rule("GET", "/api/v1/bilans/{bilan}/export", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/brought", BENEFICIARY, Decision::Own),
    rule("POST", "/api/v1/bilans/{bilan}/erasure", BENEFICIARY, Decision::Own),
    // Bulk.
    rule("POST", "/api/v1/declarations", BULK, Decision::House),
    rule("POST", "/api/v1/scores", BULK, Decision::House),
    rule("GET", "/api/v1/provenance/{provenance}", BULK, Decision::House),
    rule("GET", "/api/v1/jobs", BULK, Decision::House),
    rule("POST", "/api/v1/jobs", BULK, Decision::House),
    rule("GET", "/api/v1/jobs/{job}", BULK, Decision::House),
    rule("PATCH", "/api/v1/jobs/{job}/input", BULK, Decision::House),
    rule("PUT", "/api/v1/jobs/{job}/query", BULK, Decision::House),
    rule("POST", "/api/v1/jobs/{job}/start", BULK, Decision::House),
    rule("GET", "/api/v1/jobs/{job}/output", BULK, Decision::House),
    rule("DELETE", "/api/v1/jobs/{job}", BULK, Decision::House),
];

/// The rule of an address of the API; `None` where there is none, which is a refusal.
#[must_use]
pub fn rule_for(method: &str, path: &str) -> Option<&'static Rule> {
    matching(RULES, method, path)
}

/// The rule of an address in a table of them.
#[must_use]
pub fn matching(rules: &'static [Rule], method: &str, path: &str) -> Option<&'static Rule> {
    // HEAD asks for what GET would say.
    let method = if method == "HEAD" { "GET" } else { method };
    rules.iter().find(|rule| rule.method == method && rule.path == path)
}

impl Rule {
    /// The rule of a page: what it shows of one document is decided by the services behind it.
    #[must_use]
    pub const fn page(method: &'static str, path: &'static str, callers: Callers) -> Self {
        Self { method, path, callers, decision: Decision::Grant }
    }

    /// Whether a role may call it.
    #[must_use]
    pub fn admits(&self, role: Option<Role>) -> bool {
        match (self.callers, role) {
            (Callers::Anybody, _) | (Callers::SignedIn, Some(_)) => true,
            (Callers::Roles(roles), Some(role)) => roles.contains(&role),
            (_, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_has_two_rules() {
        for (idx, rule) in RULES.iter().enumerate() {
            let twin = RULES[..idx].iter().find(|other| (other.method, other.path) == (rule.method, rule.path));
            assert_eq!(twin, None);
        }
    }

    #[test]
    fn ct_5_administrators_reach_no_content() {
        let content = [Decision::Grant, Decision::Own, Decision::House];
        for rule in RULES.iter().filter(|rule| content.contains(&rule.decision)) {
            if let Callers::Roles(roles) = rule.callers {
                assert!(!roles.contains(&Administrator), "{} {}", rule.method, rule.path);
            }
        }
    }

    #[test]
    fn ct_12_employers_reach_the_list_and_the_dates_only() {
        let open: Vec<&str> = RULES
            .iter()
            .filter(|rule| matches!(rule.callers, Callers::Roles(roles) if roles.contains(&Employer)))
            .map(|rule| rule.path)
            .collect();
        assert_eq!(open, ["/api/v1/bilans", "/api/v1/bilans/{bilan}"]);
    }
}
