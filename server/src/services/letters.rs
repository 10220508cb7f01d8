//! The words of messages to people, in their language: who writes, why, what to do, until when, and how to have no more of it.
//!
//! The subject names nobody and no bilan: it is shown on locked telephones. No message says anything about answers or results, and
//! nothing is decided by opening a link. Where there is no way to send, the same words are shown to whoever hands them over.

use reports::text::{Language, date, typeset};

use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::tenant::Tenant;
use crate::services::error::Result;
use crate::services::outbox::Message;
use crate::services::papers;
use crate::services::results::language_of;

/// Who writes: the house, and where somebody in it writes, her name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name of the person.
    pub person: Option<String>,
    /// Name of the house.
    pub house: String,
}

impl Sender {
    /// Somebody of a house, or the house itself.
    ///
    /// # Errors
    /// What store and vault say.
    pub async fn of(app: &App, house: Id, person: Option<String>) -> Result<Self> {
        let house: Stored<Tenant> = app.documents().load(house).await?;
        Ok(Self { person, house: house.content.name })
    }

    /// "Camille Laurent (Centre)".
    fn in_full(&self) -> String {
        match &self.person {
            Some(person) => format!("{person} ({})", self.house),
            None => self.house.clone(),
        }
    }

    /// Whom to turn to.
    fn name(&self) -> &str {
        self.person.as_deref().unwrap_or(&self.house)
    }
}

/// A letter that is being written: paragraphs in one language, links as they are.
struct Draft {
    language: Language,
    text: String,
}

impl Draft {
    fn to_somebody(tag: &str) -> Self {
        let language = language_of(tag);
        Self { language, text: String::new() }.say("Bonjour,", "Hello,")
    }

    fn say(mut self, french: &str, english: &str) -> Self {
        let paragraph = match self.language {
            Language::French => french,
            Language::English => english,
        };
        self.text.push_str(&typeset(self.language, paragraph));
        self.text.push_str("\n\n");
        self
    }

    fn link(mut self, url: &str) -> Self {
        self.text.push_str(url);
        self.text.push_str("\n\n");
        self
    }

    /// Signed, under a subject.
    fn signed(self, sender: &Sender, french: &str, english: &str) -> Message {
        let subject = match self.language {
            Language::French => french,
            Language::English => english,
        };
        let name = match &sender.person {
            Some(person) => format!("{person}\n{}", sender.house),
            None => sender.house.clone(),
        };
        let name = typeset(self.language, &name);
        Message { subject: typeset(self.language, subject), text: format!("{}{name}\n", self.text) }
    }
}

/// Day and hour in words.
fn moment(tag: &str, at: Timestamp) -> String {
    let language = language_of(tag);
    let (day, time) = (date::day(language, papers::day(at)), date::time(language, papers::moment(at)));
    match language {
        Language::French => format!("{day} à {time}"),
        Language::English => format!("{day} at {time}"),
    }
}

fn day(tag: &str, at: Timestamp) -> String {
    date::day(language_of(tag), papers::day(at))
}

/// The first link to somebody to whom a bilan is proposed.
#[must_use]
pub fn invitation(tag: &str, sender: &Sender, url: &str, ends: Timestamp) -> Message {
    let (who, name, ends) = (sender.in_full(), sender.name(), moment(tag, ends));
    Draft::to_somebody(tag)
        .say(
            &format!("{who} vous propose un bilan de compétences et vous ouvre pour cela un espace personnel."),
            &format!("{who} proposes a skills assessment to you, and opens a personal space for it."),
        )
        .say(
            &format!("Pour lire de quoi il s'agit, ouvrez ce lien. Il sert une seule fois, jusqu'au {ends} :"),
            &format!("To read what it is about, open this link. It works once, until {ends}:"),
        )
        .link(url)
        .say(
            "L'ouvrir ne vous engage à rien. Vous lirez d'abord ce qu'est un bilan et qui voit quoi ; vous décidez ensuite. \
             Rien ne vous est demandé avant votre accord, et un refus ne laisse pas de trace.",
            "Opening it commits you to nothing. You first read what a bilan is and who sees what; then you decide. Nothing is \
             asked before you agree, and a refusal leaves no trace.",
        )
        .say(
            &format!("Si vous ne voulez ni de ce bilan ni de rappel, dites-le sur cette page ou à {name}, ou ne faites rien."),
            &format!("If you want neither this bilan nor a reminder, say so on that page or to {name}, or do nothing."),
        )
        .signed(sender, "Votre invitation", "Your invitation")
}

/// The first link to somebody of staff.
#[must_use]
pub fn staff_invitation(tag: &str, sender: &Sender, url: &str, ends: Timestamp) -> Message {
    let (who, ends) = (sender.in_full(), moment(tag, ends));
    Draft::to_somebody(tag)
        .say(
            &format!("{who} vous ouvre un accès professionnel à son service de bilans de compétences."),
            &format!("{who} opens professional access to their service for skills assessments to you."),
        )
        .say(
            &format!("Ouvrez ce lien pour choisir un mot de passe et un second facteur. Il sert une seule fois, jusqu'au {ends} :"),
            &format!("Open this link to choose a password and a second factor. It works once, until {ends}:"),
        )
        .link(url)
        .say(
            "L'ouvrir ne décide de rien tant que vous n'avez pas choisi de mot de passe.",
            "Opening it decides nothing until you have chosen a password.",
        )
        .say(
            "Si vous n'attendiez pas ce message, ne faites rien : le lien s'éteint de lui-même, et aucun rappel ne suit.",
            "If you did not expect this message, do nothing: the link ends by itself, and no reminder follows.",
        )
        .signed(sender, "Votre accès", "Your access")
}

/// Whom somebody of the entourage is asked about.
#[derive(Debug, Clone, Copy)]
pub struct AskedAbout<'a> {
    /// The person whose bilan it is.
    pub person: &'a str,
    /// Why it is asked.
    pub purpose: &'a str,
}

/// The link to somebody of the entourage who is asked for her view.
#[must_use]
pub fn rating(tag: &str, sender: &Sender, asked: AskedAbout<'_>, url: &str, ends: Timestamp) -> Message {
    let (who, name, ends) = (sender.in_full(), sender.name(), moment(tag, ends));
    let AskedAbout { person, purpose } = asked;
    Draft::to_somebody(tag)
        .say(
            &format!(
                "{person} fait un bilan de compétences et souhaite savoir comment son entourage voit sa façon de travailler. \
                 {who} conduit ce bilan et vous demande de répondre à un questionnaire."
            ),
            &format!(
                "{person} is doing a skills assessment and would like to know how others see the way they work. {who} \
                 carries it out and asks you to answer a questionnaire."
            ),
        )
        .say(&format!("Pourquoi : {purpose}"), &format!("Why: {purpose}"))
        .say(
            &format!("Ce lien vous est réservé. Il sert une seule fois, jusqu'au {ends} :"),
            &format!("This link is for you alone. It works once, until {ends}:"),
        )
        .link(url)
        .say(
            "L'ouvrir ne vous engage à rien : vous lisez d'abord comment vos réponses sont protégées, puis vous répondez ou non. \
             Personne ne lit vos réponses seules, et personne n'apprend si vous avez répondu.",
            "Opening it commits you to nothing: you first read how your answers are protected, then you answer or not. Nobody \
             reads your answers alone, and nobody learns whether you answered.",
        )
        .say(
            &format!("Ce message est le seul ; il n'y a pas de rappel. Pour toute question, adressez-vous à {name}."),
            &format!("This message is the only one; there is no reminder. If you have a question, turn to {name}."),
        )
        .signed(sender, "Votre regard est demandé", "Your view is asked for")
}

/// A new link to sign in with, which somebody asked for or is handed.
#[must_use]
pub fn sign_in_link(tag: &str, sender: &Sender, url: &str, ends: Timestamp) -> Message {
    let (who, ends) = (sender.in_full(), moment(tag, ends));
    Draft::to_somebody(tag)
        .say(
            &format!("{who} vous envoie le lien de connexion qui a été demandé pour votre espace personnel."),
            &format!("{who} sends you the sign-in link that was asked for your personal space."),
        )
        .say(
            &format!("Ouvrez-le pour entrer. Il sert une seule fois, jusqu'au {ends} :"),
            &format!("Open it to come in. It works once, until {ends}:"),
        )
        .link(url)
        .say(
            "L'ouvrir ne décide de rien : vous retrouvez vos pages telles que vous les avez laissées.",
            "Opening it decides nothing: you find your pages as you left them.",
        )
        .say(
            "Si vous n'avez rien demandé, ne faites rien : sans le lien, personne n'entre. Aucun rappel ne suit.",
            "If you asked for nothing, do nothing: without the link nobody comes in. No reminder follows.",
        )
        .signed(sender, "Votre lien de connexion", "Your sign-in link")
}

/// The reminder that a bilan has not moved and will be closed.
#[must_use]
pub fn reminder(tag: &str, sender: &Sender, url: &str, ends: Timestamp) -> Message {
    let (who, ends) = (sender.in_full(), day(tag, ends));
    Draft::to_somebody(tag)
        .say(
            &format!(
                "Votre bilan, conduit par {who}, n'a pas avancé depuis quelque temps. Sans signe de votre part, il sera clos le \
                 {ends}, et tout ce qu'il contient sera détruit."
            ),
            &format!(
                "Your bilan, carried out by {who}, has not moved for a while. Without a sign from you it will be closed on \
                 {ends}, and everything in it will be destroyed."
            ),
        )
        .say(
            &format!("Pour continuer, connectez-vous avant le {ends} :"),
            &format!("To go on, sign in before {ends}:"),
        )
        .link(url)
        .say(
            "Ouvrir ce lien ne décide de rien : la page demande d'abord qui vous êtes, et vous choisissez ensuite.",
            "Opening this link decides nothing: the page first asks who you are, and you choose afterwards.",
        )
        .say(
            "Si vous ne souhaitez pas continuer, vous n'avez rien à faire. Pour ne plus recevoir de rappel, dites-le à la \
             personne qui conduit votre bilan, ou faites tout effacer depuis vos pages.",
            "If you do not wish to go on, there is nothing to do. To get no more reminders, tell your consultant, or have \
             everything erased on your pages.",
        )
        .signed(sender, "Votre espace se fermera bientôt", "Your space will close soon")
}

/// The link to a questionnaire of the follow-up, and its code for a browser that runs no script.
#[must_use]
pub fn follow_up(tag: &str, sender: &Sender, url: &str, code: &str, ends: Option<Timestamp>) -> Message {
    let who = sender.in_full();
    let ends = ends.map(|ends| day(tag, ends));
    let until = |french: &str, english: &str| match (&ends, language_of(tag)) {
        (Some(ends), Language::French) => format!("{french}, jusqu'au {ends} :"),
        (Some(ends), Language::English) => format!("{english}, until {ends}:"),
        (None, Language::French) => format!("{french}, jusqu'à la fin du suivi convenu :"),
        (None, Language::English) => format!("{english}, until the end of the follow-up agreed upon:"),
    };
    Draft::to_somebody(tag)
        .say(
            &format!("Comme vous en avez convenu, {who} prend de vos nouvelles : quelques questions sur la suite de votre bilan."),
            &format!("As you agreed, {who} asks how you are getting on: a few questions about what followed your bilan."),
        )
        .say(
            &until("Ce lien les ouvre", "This link opens them"),
            &until("Ce lien les ouvre", "This link opens them"),
        )
        .link(url)
        .say("Si la page demande le code de la lettre, le voici :", "If the page asks for the code of the letter, it is:")
        .link(code)
        .say(
            "L'ouvrir ne vous engage à rien : vous répondez à ce que vous voulez, ou pas du tout.",
            "Opening it commits you to nothing: you answer what you like, or nothing at all.",
        )
        .say(
            "La même page permet de retirer votre accord : plus aucun message ne vient, et ce qui est gardé pour le suivi est \
             détruit aussitôt.",
            "The same page lets you take back your agreement: no more messages come, and what is kept for the follow-up is \
             destroyed at once.",
        )
        .signed(sender, "Quelques questions, comme convenu", "A few questions, as agreed")
}

/// The words that go with a link by which somebody shares a part of a bilan: she sends them herself.
#[must_use]
pub fn sharing(tag: &str, sharer: &str, url: &str, ends: Timestamp) -> Message {
    let ends = day(tag, ends);
    let sender = Sender { person: None, house: sharer.to_owned() };
    Draft::to_somebody(tag)
        .say(
            &format!("{sharer} vous ouvre une partie de son bilan de compétences, à lire et à ne pas transmettre."),
            &format!("{sharer} opens a part of a skills assessment to you, to read and not to pass on."),
        )
        .say(&format!("Ouvrez ce lien, jusqu'au {ends} :"), &format!("Open this link, until {ends}:"))
        .link(url)
        .say(
            "La page demande un code à six chiffres, que je vous donne par un autre moyen. L'ouvrir ne vous engage à rien.",
            "The page asks for a code of six digits, which I give you another way. Opening it commits you to nothing.",
        )
        .say(
            "Aucun rappel ne suit. Si ce message ne vous est pas destiné, ne faites rien.",
            "No reminder follows. If this message is not meant for you, do nothing.",
        )
        .signed(&sender, "Un lien pour vous", "A link for you")
}

/// The words that go with the code of a share, another way than the link.
#[must_use]
pub fn sharing_code(tag: &str, sharer: &str, code: &str, ends: Timestamp) -> Message {
    let ends = day(tag, ends);
    let sender = Sender { person: None, house: sharer.to_owned() };
    Draft::to_somebody(tag)
        .say(
            &format!("Voici le code qui va avec le lien de {sharer}, jusqu'au {ends} :"),
            &format!("Here is the code that goes with the link from {sharer}, until {ends}:"),
        )
        .link(code)
        .say(
            "Tapez-le sur la page du lien. Il ne décide de rien et n'ouvre rien seul ; aucun rappel ne suit.",
            "Type it on the page of the link. It decides nothing and opens nothing alone; no reminder follows.",
        )
        .signed(&sender, "Un code pour vous", "A code for you")
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://bilan.example/enter/bii_0123456789";
    const CODE: &str = "123456";

    /// Every letter in a language, with what must stand in it on a line of its own.
    fn letters(tag: &str) -> Vec<(&'static str, Message)> {
        let sender = Sender { person: Some("Camille Laurent".to_owned()), house: "Centre de l'Été".to_owned() };
        let ends = Timestamp::from_millis(1_800_000_000_000);
        let asked = AskedAbout { person: "Dominique Petit", purpose: "Comparer les regards" };
        vec![
            (URL, invitation(tag, &sender, URL, ends)),
            (URL, staff_invitation(tag, &sender, URL, ends)),
            (URL, rating(tag, &sender, asked, URL, ends)),
            (URL, sign_in_link(tag, &sender, URL, ends)),
            (URL, reminder(tag, &sender, URL, ends)),
            (URL, follow_up(tag, &sender, URL, CODE, Some(ends))),
            (URL, follow_up(tag, &sender, URL, CODE, None)),
            (URL, sharing(tag, "Dominique Petit", URL, ends)),
            (CODE, sharing_code(tag, "Dominique Petit", CODE, ends)),
        ]
    }

    #[test]
    fn every_letter_holds_its_link_once_on_a_line_of_its_own() {
        for (what, letter) in ["fr", "en"].iter().flat_map(|tag| letters(tag)) {
            assert_eq!(letter.text.lines().filter(|line| *line == what).count(), 1, "{}", letter.text);
            assert_eq!(letter.text.matches(what).count(), 1, "{}", letter.text);
            assert!(letter.text.ends_with('\n') && !letter.text.contains("\n\n\n"), "{:?}", letter.text);
        }
    }

    #[test]
    fn subjects_are_short_and_name_nobody_and_no_bilan() {
        for (_, letter) in ["fr", "en"].iter().flat_map(|tag| letters(tag)) {
            let subject = letter.subject.to_lowercase();
            assert!((8..=40).contains(&subject.chars().count()), "{subject}");
            for word in ["bilan", "camille", "dominique", "petit", "centre", "assessment"] {
                assert!(!subject.split_whitespace().any(|known| known == word), "{subject}");
            }
        }
    }

    #[test]
    fn typography_is_that_of_the_language() {
        for tag in ["fr", "en"] {
            for (what, letter) in letters(tag) {
                let said = format!("{}\n{}", letter.subject, letter.text.replace(what, ""));
                assert!(!said.contains(['\'', '"', '\t']) && !said.contains("  "), "{said}");
                // A form for every gender at once is no word.
                assert!(!said.contains("(e)") && !said.contains('·'), "{said}");
                if tag == "en" {
                    assert!(!said.contains(['\u{202f}', '«']) && !said.contains("\u{a0}:"), "{said}");
                    continue;
                }
                let characters: Vec<char> = said.chars().collect();
                for pair in characters.windows(2) {
                    match pair[1] {
                        ';' | '!' | '?' => assert_eq!(pair[0], '\u{202f}', "{said}"),
                        ':' | '»' => assert_eq!(pair[0], '\u{a0}', "{said}"),
                        _ => {}
                    }
                }
            }
        }
    }

    #[test]
    fn every_letter_says_who_writes_until_when_and_that_nothing_is_decided() {
        for (tag, year, decided, refused) in [
            ("fr", "2027", ["n’engage", "vous engage à rien", "décide de rien"], ["rappel", "plus aucun message"]),
            (
                "en",
                "2027",
                ["commits you to nothing", "decides nothing", "decide nothing"],
                ["reminder", "no more messages"],
            ),
        ] {
            for (_, letter) in letters(tag) {
                let text = letter.text;
                assert!(
                    text.contains("Camille Laurent (Centre de l’Été)") || text.contains("Dominique Petit"),
                    "{text}"
                );
                assert!(
                    text.contains(year) || text.contains("suivi convenu") || text.contains("agreed upon"),
                    "{text}"
                );
                assert!(decided.iter().any(|words| text.contains(words)), "{text}");
                assert!(refused.iter().any(|words| text.contains(words)), "{text}");
            }
        }
    }

    #[test]
    fn no_letter_says_anything_about_results() {
        for (_, letter) in ["fr", "en"].iter().flat_map(|tag| letters(tag)) {
            let said = format!("{} {}", letter.subject, letter.text).to_lowercase();
            for word in ["résultat", "result", "score", "profil", "synthèse", "synthesis"] {
                assert!(!said.contains(word), "{word}: {said}");
            }
        }
    }
}
