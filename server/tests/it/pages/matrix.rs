//! Who may open which page: every rule, every role, and nobody.

use axum::http::StatusCode;
use server::access::policy::{Callers, Rule};
use server::pages::guard::PAGES;
use server::records::account::Role;

use super::browser::Browser;
use super::under_way;
use crate::support::TestService;

/// An address of a rule with identifiers that nobody has.
fn address(rule: &Rule) -> String {
    let unknown = "0".repeat(32);
    let tag = rule.path.replace("{tag}", "fr");
    let names = [
        "{assignment}",
        "{result}",
        "{grant}",
        "{token}",
        "{bilan}",
        "{note}",
        "{round}",
        "{entry}",
        "{receipt}",
        "{job}",
        "{instrument}",
        "{norm}",
        "{program}",
        "{follow_up}",
        "{house}",
        "{user}",
        "{paper}",
    ];
    let path = names.iter().fold(tag, |path, name| path.replace(name, &unknown));
    assert!(!path.contains('{'), "nothing is known to stand behind {path}");
    path
}

#[tokio::test]
async fn every_page_refuses_whom_its_rule_does_not_name() {
    let service = TestService::start().await;
    let (consultant, bea) = under_way(&service).await;
    let clerk = service.clerk().await;
    let employer = service.employer_person().await;
    let people = [
        (Some(Role::Beneficiary), bea.token.as_str()),
        (Some(Role::Consultant), consultant.token.as_str()),
        (Some(Role::Clerk), clerk.token.as_str()),
        (Some(Role::Administrator), service.administrator.token.as_str()),
        (Some(Role::Employer), employer.token.as_str()),
        (None, ""),
    ];
    let mut refused = 0;
    for rule in PAGES {
        // Signing out and erasing are played elsewhere.
        if matches!(rule.path, "/sign-out" | "/erasure" | "/refusal") {
            continue;
        }
        for (role, token) in people {
            let mut browser = role.map_or_else(|| Browser::new(&service), |_| Browser::with_session(&service, token));
            let path = address(rule);
            let page = match rule.method {
                "GET" => browser.get(&path).await,
                _ => browser.post(&path, &[]).await,
            };
            let admitted = match rule.callers {
                Callers::Anybody => true,
                Callers::SignedIn => role.is_some(),
                Callers::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
            };
            let (status, about) = (page.status(), format!("{} {} as {role:?}", rule.method, rule.path));
            if admitted {
                assert_ne!(status, StatusCode::FORBIDDEN.as_u16(), "{about}");
                assert!(status < 500, "{about}: {status}");
                continue;
            }
            refused += 1;
            match (role, rule.method) {
                // Somebody with a share has nothing to sign in with.
                (None, "GET") if path.starts_with("/shared/") => assert_eq!(page.location(), "/share-over", "{about}"),
                (None, "GET") => assert!(page.location().starts_with("/sign-in?to="), "{about}"),
                (None, _) => assert_eq!(status, 401, "{about}"),
                (Some(_), _) => assert_eq!(status, 403, "{about}"),
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[tokio::test]
async fn every_page_has_one_title_one_main_heading_and_its_language() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    for tag in ["fr", "en"] {
        for path in [
            "/",
            "/help",
            "/rights",
            "/accessibility",
            "/sign-in",
            "/sign-in/link",
            "/sharing",
            "/data",
            "/account",
            "/erasure",
            "/nothing/here",
        ] {
            let mut browser = Browser::with_session(&service, &bea.token);
            browser.speak(tag);
            let page = browser.get(path).await;
            if path == "/nothing/here" {
                assert_eq!(page.status(), 404);
                continue;
            }
            let page = page.expect(200);
            assert_eq!(page.count("<h1>"), 1, "{path}");
            assert_eq!(page.count("<title>"), 1, "{path}");
            assert!(page.text().contains(&format!("<html lang=\"{tag}\">")), "{path}");
            assert_eq!(page.count("style=\""), 0, "{path}: the policy allows no inline style");
        }
    }
}
