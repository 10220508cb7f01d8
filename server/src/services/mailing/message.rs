//! What messages say, in French and in English: short, plain text, no images and no HTML.

use jiff::civil::Date;
use reports::text::{Language, NO_BREAK, typeset};

/// A text that a message cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Not an address of a page.
    #[error("a link begins with https:// or http://, without spaces, and has at most {LONGEST_LINK} characters")]
    Link,
    /// Not a code.
    #[error("a code has 4 to 12 digits or capital letters")]
    Code,
}

const LONGEST_LINK: usize = 500;
const LONGEST_NAME: usize = 60;

/// The name by which a recipient chose to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenName(String);

impl ChosenName {
    /// Takes a name. `None` for a text that is no name to write in a message: empty, too long, or with signs that could
    /// make it an address, a link or a line of its own.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_of_a_name = |letter: char| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '\'' | '’');
        // An initial or "Dr." may end in a full stop; a site's name has letters right behind one.
        let mut rest = text.chars().peekable();
        let mut sound = !text.is_empty() && text.chars().count() <= LONGEST_NAME;
        while let Some(letter) = rest.next() {
            sound &= is_of_a_name(letter) || (letter == '.' && rest.peek().is_none_or(|next| *next == ' '));
        }
        sound.then(|| Self(text.to_owned()))
    }
}

/// The address of a page of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Takes an address.
    ///
    /// # Errors
    /// [`TextError::Link`].
    pub fn new(address: &str) -> Result<Self, TextError> {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let is_sound = rest.is_some_and(|rest| !rest.is_empty())
            && address.len() <= LONGEST_LINK
            && address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\''));
        if is_sound { Ok(Self(address.to_owned())) } else { Err(TextError::Link) }
    }
}

/// The code by which the recipient of a share confirms who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareCode(String);

impl ShareCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`TextError::Code`].
    pub fn new(code: &str) -> Result<Self, TextError> {
        let is_sound = (4..=12).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        if is_sound { Ok(Self(code.to_owned())) } else { Err(TextError::Code) }
    }
}

impl std::fmt::Debug for ShareCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShareCode(…)")
    }
}

/// How long before a destruction it is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// 14 days before.
    FourteenDays,
    /// 3 days before.
    ThreeDays,
}

impl Notice {
    /// Days before the destruction.
    #[must_use]
    pub fn days(self) -> u32 {
        match self {
            Self::FourteenDays => 14,
            Self::ThreeDays => 3,
        }
    }
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A first way into one's own space.
    Invitation {
        /// Where to.
        link: Link,
        /// The last day of the link.
        until: Date,
    },
    /// A new way into one's own space.
    SignIn {
        /// Where to.
        link: Link,
        /// How long it serves.
        minutes: u32,
    },
    /// Something waits to be finished.
    Reminder {
        /// Where to.
        link: Link,
    },
    /// What the space holds will be destroyed unless its owner comes back.
    Destruction {
        /// How long before.
        notice: Notice,
        /// The day.
        on: Date,
        /// Where to.
        link: Link,
    },
    /// The questions agreed for later.
    FollowUp {
        /// Where to.
        link: Link,
    },
    /// The code that opens a shared document.
    ShareCode {
        /// The code.
        code: ShareCode,
        /// How long it serves.
        minutes: u32,
    },
    /// One's document can be read.
    Released {
        /// Where to.
        link: Link,
    },
}

/// A message in words.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl std::fmt::Debug for MessageText {
    /// Links and codes in a message open doors, so that it is not printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MessageText(…)")
    }
}

/// Subject and paragraphs; `{link}`, `{code}`, `{date}`, `{minutes}` and `{days}` are filled in after typesetting.
struct Words {
    subject: &'static str,
    before: &'static str,
    after: &'static str,
}

impl Message {
    /// The words of a message.
    #[must_use]
    pub fn text(&self, language: Language, name: Option<&ChosenName>) -> MessageText {
        let words = self.words(language);
        let fill = |text: &str| self.fill(language, &typeset(language, text));
        let greeting = match (language, name) {
            (Language::French, Some(ChosenName(name))) => format!("Bonjour {name},"),
            (Language::French, None) => "Bonjour,".to_owned(),
            (Language::English, Some(ChosenName(name))) => format!("Hello {name},"),
            (Language::English, None) => "Hello,".to_owned(),
        };
        let closing = match language {
            Language::French => "Ce message est envoyé automatiquement ; il n'est pas nécessaire d'y répondre.",
            Language::English => "This message is sent automatically; there is no need to answer it.",
        };
        let key = match self {
            Self::ShareCode { code, .. } => code.0.as_str(),
            Self::Invitation { link, .. }
            | Self::SignIn { link, .. }
            | Self::Reminder { link }
            | Self::Destruction { link, .. }
            | Self::FollowUp { link }
            | Self::Released { link } => link.0.as_str(),
        };
        let paragraphs = [greeting, fill(words.before), key.to_owned(), fill(words.after), typeset(language, closing)];
        MessageText { subject: fill(words.subject), body: paragraphs.join("\n\n") + "\n" }
    }

    fn fill(&self, language: Language, text: &str) -> String {
        match self {
            Self::Invitation { until: date, .. } => text.replace("{date}", &date_in_words(language, *date)),
            Self::SignIn { minutes, .. } | Self::ShareCode { minutes, .. } => {
                text.replace("{minutes}", &format!("{minutes}{NO_BREAK}minutes"))
            }
            Self::Destruction { notice, on, .. } => {
                let days = match language {
                    Language::French => format!("{}{NO_BREAK}jours", notice.days()),
                    Language::English => format!("{}{NO_BREAK}days", notice.days()),
                };
                text.replace("{date}", &date_in_words(language, *on)).replace("{days}", &days)
            }
            Self::Reminder { .. } | Self::FollowUp { .. } | Self::Released { .. } => text.to_owned(),
        }
    }

    fn words(&self, language: Language) -> Words {
        match language {
            Language::French => self.french(),
            Language::English => self.english(),
        }
    }

    fn french(&self) -> Words {
        match self {
            Self::Invitation { .. } => Words {
                subject: "Votre espace personnel est prêt",
                before: "Votre espace personnel est prêt. Pour l'ouvrir, suivez ce lien puis appuyez sur le bouton « Entrer » :",
                after: "Ce lien sert une seule fois, jusqu'au {date}. Vous n'attendiez pas ce message ? Ignorez-le : rien ne sera ouvert.",
            },
            Self::SignIn { .. } => Words {
                subject: "Votre lien de connexion",
                before: "Voici le lien demandé pour revenir dans votre espace personnel :",
                after: "Ce lien sert une seule fois, pendant {minutes}. Vous n'avez rien demandé ? Ignorez ce message : votre espace reste fermé.",
            },
            Self::Reminder { .. } => Words {
                subject: "Votre espace personnel vous attend",
                before: "Vous pouvez reprendre au point où vous en étiez ; ce que vous avez déjà saisi a été gardé :",
                after: "Vous pouvez aussi ne pas continuer : rien ne vous y oblige.",
            },
            Self::Destruction { .. } => Words {
                subject: "Destruction de vos données le {date}",
                before: "Sans nouvelle de votre part, tout ce que contient votre espace personnel sera détruit dans {days}, le {date}. Pour continuer, ou pour emporter une copie, ouvrez votre espace :",
                after: "Si vous ne faites rien, la destruction aura lieu à cette date ; elle est définitive.",
            },
            Self::FollowUp { .. } => Words {
                subject: "Quelques nouvelles, comme convenu",
                before: "Comme convenu, quelques questions vous attendent dans votre espace personnel :",
                after: "Y répondre reste libre. Vous pouvez aussi y demander que l'on ne vous écrive plus.",
            },
            Self::ShareCode { .. } => Words {
                subject: "Votre code de confirmation",
                before: "Un document est partagé avec vous. Pour l'ouvrir, recopiez ce code sur la page où il vous est demandé :",
                after: "Ce code sert une seule fois, pendant {minutes}. Ne le transmettez à personne : il vous est réservé.",
            },
            Self::Released { .. } => Words {
                subject: "Un document est disponible",
                before: "Un document est maintenant disponible dans votre espace personnel :",
                after: "Il n'appartient qu'à vous : personne d'autre ne le reçoit sans votre accord.",
            },
        }
    }

    fn english(&self) -> Words {
        match self {
            Self::Invitation { .. } => Words {
                subject: "Your personal space is ready",
                before: "Your personal space is ready. To open it, follow this link, then press the button “Enter”:",
                after: "This link serves once, until {date}. You did not expect this message? Ignore it: nothing will be opened.",
            },
            Self::SignIn { .. } => Words {
                subject: "Your sign-in link",
                before: "Here is the link you asked for, to return to your personal space:",
                after: "This link serves once, for {minutes}. You did not ask for it? Ignore this message: your space stays closed.",
            },
            Self::Reminder { .. } => Words {
                subject: "Your personal space awaits you",
                before: "You can go on from where you stopped; what you entered has been kept:",
                after: "You may also leave it there: nothing obliges you to go on.",
            },
            Self::Destruction { .. } => Words {
                subject: "Your data will be destroyed on {date}",
                before: "Unless we hear from you, everything in your personal space will be destroyed in {days}, on {date}. To go on, or to take a copy with you, open your space:",
                after: "If you do nothing, the destruction takes place on that day; it is final.",
            },
            Self::FollowUp { .. } => Words {
                subject: "A few questions, as agreed",
                before: "As agreed, a few questions await you in your personal space:",
                after: "You are free not to answer. There you can also ask not to be written to any more.",
            },
            Self::ShareCode { .. } => Words {
                subject: "Your confirmation code",
                before: "A document is shared with you. To open it, copy this code to the page that asks for it:",
                after: "This code serves once, for {minutes}. Do not pass it on to anybody: it is for you alone.",
            },
            Self::Released { .. } => Words {
                subject: "A document is available",
                before: "A document is now available in your personal space:",
                after: "It belongs to you alone: nobody else receives it without your agreement.",
            },
        }
    }
}

/// A day in words, such as « 1er janvier 2027 ».
fn date_in_words(language: Language, date: Date) -> String {
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names = match language {
        Language::French => FRENCH,
        Language::English => ENGLISH,
    };
    let month = usize::try_from(date.month()).ok().and_then(|month| names.get(month.checked_sub(1)?));
    let day = match (language, date.day()) {
        (Language::French, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day}{NO_BREAK}{} {}", month.unwrap_or(&""), date.year())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn all_messages() -> Vec<Message> {
        let link = || Link::new("https://exemple.fr/entrer#0123456789abcdef").unwrap();
        let day = jiff::civil::date(2027, 1, 1);
        vec![
            Message::Invitation { link: link(), until: day },
            Message::SignIn { link: link(), minutes: 15 },
            Message::Reminder { link: link() },
            Message::Destruction { notice: Notice::FourteenDays, on: day, link: link() },
            Message::Destruction { notice: Notice::ThreeDays, on: day, link: link() },
            Message::FollowUp { link: link() },
            Message::ShareCode { code: ShareCode::new("482913").unwrap(), minutes: 10 },
            Message::Released { link: link() },
        ]
    }

    const LANGUAGES: [Language; 2] = [Language::French, Language::English];

    #[test]
    fn a_message_says_what_it_must_and_is_short() {
        for message in all_messages() {
            for language in LANGUAGES {
                let MessageText { subject, body } = message.text(language, ChosenName::new("Léa").as_ref());
                assert!(subject.chars().count() <= 60 && !subject.contains('\n'), "{subject}");
                assert!(body.chars().count() <= 700, "{body}");
                assert!(
                    body.contains("https://exemple.fr/entrer#0123456789abcdef\n") || body.contains("\n482913\n"),
                    "{body}"
                );
                assert!(!format!("{subject}{body}").contains(['{', '}']), "{body}");
                assert!(body.contains("Léa") && !subject.contains("Léa"));
            }
        }
    }

    #[test]
    fn the_day_and_the_notice_of_a_destruction_are_told() {
        let [_, _, _, fourteen, three, ..] = &all_messages()[..] else { panic!("messages are missing") };
        let text = fourteen.text(Language::French, None);
        assert_eq!(text.subject, "Destruction de vos données le 1er\u{a0}janvier 2027");
        assert!(text.body.contains("dans 14\u{a0}jours, le 1er\u{a0}janvier 2027"), "{}", text.body);
        assert!(three.text(Language::English, None).body.contains("in 3\u{a0}days, on 1\u{a0}January 2027"));
    }

    #[test]
    fn nothing_tells_a_bystander_what_the_service_is_for() {
        let catalog = instruments::Catalog::bundled();
        let ids: Vec<String> = catalog.list().iter().map(|entry| entry.id.to_string()).collect();
        for message in all_messages() {
            for language in LANGUAGES {
                let text = message.text(language, None);
                let all = format!("{} {}", text.subject, text.body).to_lowercase();
                for word in [
                    "bilan",
                    "compétence",
                    "skill",
                    "test",
                    "questionnaire",
                    "score",
                    "résultat",
                    "result",
                    "profil",
                    "employeur",
                    "employer",
                ] {
                    assert!(!all.contains(word), "`{word}` is in: {all}");
                }
                assert!(ids.iter().all(|id| !all.contains(id.as_str())));
            }
        }
    }

    #[test]
    fn french_is_set_as_french_is() {
        for message in all_messages() {
            let MessageText { subject, body } = message.text(Language::French, None);
            let text = format!("{subject}\n{body}").replace("https://", "");
            let letters: Vec<char> = text.chars().collect();
            for (at, letter) in letters.iter().enumerate() {
                let before = at.checked_sub(1).map(|before| letters[before]);
                match letter {
                    ';' | '!' | '?' => assert_eq!(before, Some('\u{202f}'), "{text}"),
                    ':' | '»' => assert_eq!(before, Some('\u{a0}'), "{text}"),
                    '«' => assert_eq!(letters.get(at + 1), Some(&'\u{a0}'), "{text}"),
                    '\'' => panic!("a straight apostrophe: {text}"),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn names_links_and_codes_are_what_they_say() {
        for name in ["Léa", "Jean-Luc", "Mme N’Diaye", "Dr. Ana", "J. P.", "李"] {
            assert!(ChosenName::new(name).is_some(), "{name}");
        }
        let long = "a".repeat(61);
        for name in
            ["", " ", "a\nBcc: x", "gagnez sur evil.example", "http://x", "a@b", "{link}", "<b>", "x/y", long.as_str()]
        {
            assert!(ChosenName::new(name).is_none(), "{name}");
        }
        for link in ["", "ftp://a", "https://", "https://a b", "javascript:x", "https://a\nb", "https://é"] {
            assert!(Link::new(link).is_err(), "{link}");
        }
        for code in ["", "123", "12 45", "abcdef", "1234567890123"] {
            assert!(ShareCode::new(code).is_err(), "{code}");
        }
        let message = all_messages().remove(6);
        assert!(!format!("{message:?}").contains("482913"), "a code is printed");
    }
}
