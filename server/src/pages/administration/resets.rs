//! New credentials for somebody of staff, and the second administrator who confirms them.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;

use super::look::{Step, is_agreed, link_page, not_agreed, staff_name, step_page};
use super::people::{crumbs_below, path_of};
use crate::api::caller::Signed;
use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::PageResult;
use crate::pages::visit::Visit;
use crate::records::account::Account;
use crate::services::{people, resets};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/administration/people/{user}/reset", get(ask_to_reset).post(reset))
        .route("/administration/people/{user}/confirmation", get(ask_to_confirm).post(confirm))
}

/// Whether somebody has set up a second factor: only then do both have to confirm.
fn needs_both(account: &Stored<Account>) -> bool {
    account.content.credentials.totp_confirmed || account.content.reset.is_some()
}

async fn resetting(app: &App, visit: &Visit, user: Id) -> Result<Step, PageError> {
    let account = people::staff(app, user).await?;
    let mut follows = vec![if !needs_both(&account) {
        visit.t(
            "Le lien d’avant ne s’ouvre plus. Vous recevez un lien à remettre à la personne.",
            "The earlier link does not open any more. You get a link to hand over.",
        )
    } else {
        visit.t(
            "Mot de passe, second facteur et codes de secours sont oubliés ; la personne est déconnectée. Vous recevez un lien à lui remettre.",
            "Password, second factor and recovery codes are forgotten; the person is signed out. You get a link to hand over.",
        )
    }];
    if needs_both(&account) {
        follows.extend([
            visit.t(
                "Avec ce lien la personne entre, mais tout ce qu’elle pouvait lire des bilans reste fermé jusqu’à deux confirmations.",
                "By this link the person comes in, but everything they could read of bilans stays closed until two confirmations.",
            ),
            visit.t(
                "L’une vient d’un autre administrateur, qui s’est assuré de son identité ; l’autre d’elle-même, par un de ses anciens codes de secours.",
                "One comes from another administrator, who has made sure who it is; the other from the person, by one of the earlier recovery codes.",
            ),
            visit.t(
                "Les bénéficiaires concernés le voient dans leur journal.",
                "The beneficiaries concerned see it in their log.",
            ),
        ]);
    }
    Ok(Step {
        crumbs: crumbs_below(app, visit, &account).await?,
        title: if needs_both(&account) {
            visit.t("Réinitialiser cet accès", "Reset this access")
        } else {
            visit.t("Préparer un nouveau lien", "Make a new link")
        },
        who: staff_name(visit, &account.content.name),
        follows,
        agreed: visit.t(
            "Je me suis assuré de l’identité de la personne qui le demande",
            "I have made sure who the person is that asks for it",
        ),
        button: visit.t("Préparer le lien", "Make the link"),
        action: format!("{}/reset", path_of(user)),
        back: path_of(user),
    })
}

async fn ask_to_reset(State(app): State<App>, visit: Visit, At(user): At<Id>) -> PageResult {
    let step = resetting(&app, &visit, user).await?;
    step_page(visit, step)
}

async fn reset(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(user): At<Id>,
    fields: Fields,
) -> PageResult {
    if !is_agreed(&fields) {
        let step = resetting(&app, &visit, user).await?;
        return not_agreed(visit, step);
    }
    let account = people::staff(&app, user).await?;
    let crumbs = crumbs_below(&app, &visit, &account).await?;
    let link = resets::reset(&app, &caller, user).await?;
    let after = if needs_both(&account) {
        vec![
            visit
                .t(
                    "Demandez maintenant à un autre administrateur de confirmer, sur la page de cette personne.",
                    "Now ask another administrator to confirm, on the page of this person.",
                )
                .to_owned(),
        ]
    } else {
        Vec::new()
    };
    Ok(link_page(&app, visit, crumbs, &account.content.name, &link, after, path_of(user)))
}

async fn confirming(app: &App, visit: &Visit, user: Id) -> Result<Step, PageError> {
    let account = people::staff(app, user).await?;
    Ok(Step {
        crumbs: crumbs_below(app, visit, &account).await?,
        title: visit.t("Confirmer une réinitialisation", "Confirm a reset"),
        who: staff_name(visit, &account.content.name),
        follows: vec![
            visit.t(
                "Un autre administrateur a réinitialisé cet accès. Vous êtes le second regard : sans vous, les bilans restent fermés à cette personne.",
                "Another administrator has reset this access. You are the second pair of eyes: without you, bilans stay closed to this person.",
            ),
            visit.t(
                "Joignez-la vous-même, par un numéro que vous connaissiez avant, et demandez-lui si c’est bien elle.",
                "Reach the person yourself, by a number that you knew before, and ask whether it is they.",
            ),
            visit.t(
                "Elle donne de son côté un de ses anciens codes de secours. Quand les deux sont faits, ce qu’elle pouvait lire s’ouvre de nouveau, et chaque bénéficiaire concerné le voit.",
                "They give one of the earlier recovery codes on their side. When both are done, what they could read opens again, and each beneficiary concerned sees it.",
            ),
        ],
        agreed: visit.t("J’ai joint cette personne et je l’ai reconnue", "I have reached this person and recognised them"),
        button: visit.t("Confirmer", "Confirm"),
        action: format!("{}/confirmation", path_of(user)),
        back: path_of(user),
    })
}

async fn ask_to_confirm(State(app): State<App>, visit: Visit, At(user): At<Id>) -> PageResult {
    let step = confirming(&app, &visit, user).await?;
    step_page(visit, step)
}

async fn confirm(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(user): At<Id>,
    fields: Fields,
) -> PageResult {
    if !is_agreed(&fields) {
        let step = confirming(&app, &visit, user).await?;
        return not_agreed(visit, step);
    }
    resets::confirm(&app, &caller, user).await?;
    Ok(Redirect::to(&path_of(user)).into_response())
}
