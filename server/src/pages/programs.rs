//! Programs of a house on the pages of whoever looks after them: the lines of a list, and what a program may do, as boxes to tick.

use super::visit::Visit;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{Account, Scope};

/// What a program may do: value of the box, scope, words in both languages.
const SCOPES: [(&str, Scope, &str, &str); 3] = [
    ("score", Scope::Score, "faire calculer les notes d’un flux de lignes", "score a stream of rows"),
    (
        "jobs",
        Scope::Jobs,
        "envoyer de grands fichiers et prendre leurs notes",
        "send large files and fetch their scores",
    ),
    ("instruments", Scope::Instruments, "lire la liste des questionnaires", "read the list of questionnaires"),
];

/// A token in a list.
pub(super) struct TokenLine {
    pub id: Id,
    pub label: String,
    pub scopes: Vec<&'static str>,
    pub since: String,
}

impl TokenLine {
    /// The line of a program.
    pub(super) fn of(visit: &Visit, program: Stored<Account>) -> Self {
        Self {
            id: program.record.id,
            scopes: program.content.scopes.iter().map(|scope| in_words(visit, *scope)).collect(),
            since: visit.day(program.content.created),
            label: program.content.name,
        }
    }
}

/// What a program may do, as a box to tick.
pub(super) struct ScopeBox {
    pub value: &'static str,
    pub name: &'static str,
    pub is_ticked: bool,
}

/// Every box, ticked as it was sent.
pub(super) fn boxes(visit: &Visit, ticked: &[String]) -> Vec<ScopeBox> {
    let of = |(value, scope, ..): &(&'static str, Scope, &'static str, &'static str)| ScopeBox {
        value,
        name: in_words(visit, *scope),
        is_ticked: ticked.iter().any(|one| one == value),
    };
    SCOPES.iter().map(of).collect()
}

/// What the boxes that were ticked allow.
pub(super) fn chosen(ticked: &[String]) -> Vec<Scope> {
    let chosen = SCOPES.iter().filter(|(value, ..)| ticked.iter().any(|one| one == value));
    chosen.map(|(_, scope, ..)| *scope).collect()
}

fn in_words(visit: &Visit, scope: Scope) -> &'static str {
    let found = SCOPES.iter().find(|(_, known, ..)| *known == scope);
    found.map_or("", |(_, _, french, english)| visit.t(french, english))
}
