//! Grants that are over, asleep or taken back open nothing: whoever has one meets what a stranger meets. And a program's token opens
//! what its scopes say.

use serde_json::{Value, json};
use server::access::policy::Callers;
use server::records::account::{Role, Scope};

use super::world::{World, call};
use super::{has_a_document, rules_by_role, what_a_stranger_finds, where_nobody_gets_in};
use crate::support::TestService;

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_over_opens_nothing() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let (recipient, token) = &world.recipient;
    // On the last day it opens what it opened before.
    service.advance(30);
    service.advance_minutes(-1);
    let roles = [(Role::Recipient, *recipient), (Role::Employer, world.employer.id)];
    for (role, account) in roles {
        let path = if role == Role::Employer { world.bea.path("") } else { world.bea.path("/results") };
        service.get(&path, &service.session(account).await).await.expect(200);
    }
    service.advance_minutes(1);
    service.get("/api/v1/shared", token).await.expect(401);
    for (role, account) in roles {
        // A session that has just begun: it is the grant that is over.
        let token = service.session(account).await;
        let wrong = what_a_stranger_finds(&service, &world.ids, role, &token).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_was_taken_back_opens_nothing() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let (recipient, before) = &world.recipient;
    for grant in [world.ids.get("grant"), &world.employers_grant] {
        let path = format!("/api/v1/grants/{grant}");
        service.call("DELETE", &path, Some(&world.bea.token), Value::Null).await.expect(204);
    }
    // Whoever came by the grant is signed out; the employer's people may have others.
    service.get("/api/v1/sessions/current", before).await.expect(401);
    let again = service.session(*recipient).await;
    for (role, token) in [(Role::Recipient, &again), (Role::Employer, &world.employer.token)] {
        let wrong = what_a_stranger_finds(&service, &world.ids, role, token).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    // The consultant's own goes when a colleague takes over.
    let colleague = json!({"consultant": world.ids.get("colleague")});
    service.post(&world.bea.path("/transfer"), &world.consultant.token, colleague.clone()).await.expect(204);
    service.post(&world.bea.path("/transfer/agreement"), &world.bea.token, colleague).await.expect(200);
    let wrong = what_a_stranger_finds(&service, &world.ids, Role::Consultant, &world.consultant.token).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consultants_grants_sleep_from_a_reset_until_a_second_administrator_and_her_code_confirm() {
    let service = TestService::start().await;
    let mut world = World::new(&service).await;
    let second = service.another_administrator().await;
    let path = format!("/api/v1/users/{}/reset", world.consultant.id);
    let link = service.post(&path, &service.administrator.token, Value::Null).await.expect(201).text("/token");
    for rule in rules_by_role(&service).filter(|rule| rule.admits(Some(Role::Consultant))) {
        // Her session from before is none.
        call(&service, rule, &world.ids, Some(&world.consultant.token)).await.expect(401);
    }
    world.consultant.token = service.enter(&link, "agrafe pile correct cheval").await.1;
    let asleep = async |when: &str| {
        let wrong = what_a_stranger_finds(&service, &world.ids, Role::Consultant, &world.consultant.token).await;
        assert!(wrong.is_empty(), "{when}: {wrong:#?}");
    };
    asleep("after the reset").await;
    service.post(&format!("{path}/confirmation"), &second.token, Value::Null).await.expect(200);
    asleep("confirmed by an administrator alone").await;
    let code = json!({"code": world.codes[0]});
    service.post("/api/v1/me/reset/recovery-code", &world.consultant.token, code).await.expect(204);
    let wrong = where_nobody_gets_in(&service, &world, &[Role::Consultant]).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The scopes by which a program reaches an address of bulk scoring.
fn scopes_of(path: &str) -> &'static [Scope] {
    match path {
        "/api/v1/declarations" => &[Scope::Score, Scope::Jobs],
        "/api/v1/scores" | "/api/v1/provenance/{provenance}" => &[Scope::Score],
        path if path.starts_with("/api/v1/jobs") => &[Scope::Jobs],
        other => panic!("which scopes open {other}? say it here"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_the_house_reaches_what_its_scopes_say_and_gets_403_elsewhere() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let mut wrong = Vec::new();
    for scope in [Scope::Score, Scope::Jobs, Scope::Instruments] {
        let program = service.program(&[scope]).await;
        for rule in rules_by_role(&service) {
            let Callers::Roles(roles) = rule.callers else { continue };
            let bulk = roles.contains(&Role::Program);
            let inside = bulk && scopes_of(rule.path).contains(&scope);
            if inside && rule.method == "DELETE" {
                // The other scopes would find nothing.
                continue;
            }
            let known = call(&service, rule, &world.ids, Some(&program.token)).await;
            let unknown = call(&service, rule, &world.ids.unknown(), Some(&program.token)).await;
            let place = format!("{} {} {scope:?}: {}", rule.method, rule.path, known.status);
            let expected = match (inside, has_a_document(rule)) {
                (true, true) => ![401, 403, 404].contains(&known.status.as_u16()) && unknown.status.as_u16() == 404,
                (true, false) => known.status.is_success(),
                (false, _) => known.status.as_u16() == 403 && known == unknown,
            };
            if !expected {
                wrong.push(place);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
