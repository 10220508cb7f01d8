//! People on a running service, by its addresses: the first administrator, houses, staff, beneficiaries with questionnaires.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Connection, Failure};

/// The password of everybody of staff.
const PASSWORD: &str = "a password of the bench";

/// Language of people and questionnaires.
const LANGUAGE: &str = "en";

/// Somebody of staff who is signed in with her second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The token of her session.
    pub token: String,
}

/// Somebody who does a bilan, has consented and is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiary {
    /// Her bilan.
    pub bilan: String,
    /// The token of her session.
    pub token: String,
}

/// The first administrator comes in by the link in the log, see [`crate::ServeProcess::first_link`].
///
/// # Errors
/// [`Failure`] when an answer is not as it should be.
pub async fn first_administrator(connection: &mut Connection, link: &str) -> Result<Staff, Failure> {
    enrol(connection, json!({"token": link, "password": PASSWORD, "email": "first@bench.example"})).await
}

/// Makes a house: `centre`, `organisation` or `employer`. Returns its identifier.
///
/// # Errors
/// As [`first_administrator`].
pub async fn house(
    connection: &mut Connection,
    administrator: &Staff,
    kind: &str,
    name: &str,
) -> Result<String, Failure> {
    let body = json!({"kind": kind, "name": name});
    connection.post("/api/v1/tenants", &administrator.token, &body).await?.expect(201)?.text_at("/id")
}

/// Invites a consultant, who signs in and is qualified for instruments.
///
/// # Errors
/// As [`first_administrator`].
pub async fn consultant(
    connection: &mut Connection,
    administrator: &Staff,
    centre: &str,
    email: &str,
    instruments: &[&str],
) -> Result<Staff, Failure> {
    let user =
        json!({"tenant": centre, "role": "consultant", "name": "Consultant", "email": email, "language": LANGUAGE});
    let invited = connection.post("/api/v1/users", &administrator.token, &user).await?.expect(201)?;
    let spend = json!({"token": invited.text_at("/link/token")?, "password": PASSWORD});
    let consultant = enrol(connection, spend).await?;
    let certified = |id: &&str| json!({"instrument": id, "evidence": "certificate"});
    let body = json!({"qualifications": instruments.iter().map(certified).collect::<Vec<_>>()});
    let path = format!("/api/v1/users/{}/qualifications", invited.text_at("/user/id")?);
    connection.call("PUT", &path, Some(&administrator.token), Some(&body)).await?.expect(200)?;
    Ok(consultant)
}

/// Spends a link of staff: password, then the second factor.
async fn enrol(connection: &mut Connection, spend: Value) -> Result<Staff, Failure> {
    let entered = connection.call("POST", "/api/v1/links/spend", None, Some(&spend)).await?.expect(201)?;
    let code = json!({"code": code(&entered.text_at("/enrolment/secret")?)});
    let open = connection.post("/api/v1/me/second-factor", &entered.text_at("/token")?, &code).await?.expect(201)?;
    Ok(Staff { token: open.text_at("/token")? })
}

/// The code that an authenticator application shows now; empty for a secret that is none.
fn code(secret: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the service runs on the clock of this machine, so its client does")]
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap_or_default();
    let totp = totp_rs::Builder::new().with_algorithm(totp_rs::Algorithm::SHA1).with_digits(6).with_step_duration(30);
    totp.with_secret(secret).build_noncompliant().generate(seconds).to_string()
}

/// Proposes a bilan to somebody, who comes in by a link and consents.
///
/// # Errors
/// As [`first_administrator`].
pub async fn beneficiary(connection: &mut Connection, consultant: &Staff, name: &str) -> Result<Beneficiary, Failure> {
    let body = json!({"name": name, "language": LANGUAGE, "funding": {"by": "beneficiary"}});
    let bilan = connection.post("/api/v1/bilans", &consultant.token, &body).await?.expect(201)?.text_at("/id")?;
    let path = format!("/api/v1/bilans/{bilan}");
    let link = connection.post(&format!("{path}/sign-in-link"), &consultant.token, &Value::Null).await?.expect(201)?;
    let spend = json!({"token": link.text_at("/token")?});
    let entered = connection.call("POST", "/api/v1/links/spend", None, Some(&spend)).await?.expect(201)?;
    let token = entered.text_at("/token")?;
    let text = connection.call("GET", &format!("/api/v1/consent-text?lang={LANGUAGE}"), None, None).await?;
    let consent = json!({"language": LANGUAGE, "hash": text.expect(200)?.text_at("/hash")?});
    connection.post(&format!("{path}/consent"), &token, &consent).await?.expect(200)?;
    Ok(Beneficiary { bilan, token })
}

/// Gives a questionnaire to somebody, who begins it and is shown its first fifty steps. Returns its identifier.
///
/// # Errors
/// As [`first_administrator`].
pub async fn begun(
    connection: &mut Connection,
    consultant: &Staff,
    beneficiary: &Beneficiary,
    instrument: &str,
) -> Result<String, Failure> {
    let body = json!({"instrument": instrument, "language": LANGUAGE, "purpose": "To measure"});
    let path = format!("/api/v1/bilans/{}/assignments", beneficiary.bilan);
    let given = connection.post(&path, &consultant.token, &body).await?.expect(201)?.text_at("/id")?;
    let path = format!("/api/v1/assignments/{given}");
    connection.post(&format!("{path}/start"), &beneficiary.token, &json!({})).await?.expect(200)?;
    let page = format!("{path}/page?from=1&n=50");
    connection.call("GET", &page, Some(&beneficiary.token), None).await?.expect(200)?;
    Ok(given)
}
