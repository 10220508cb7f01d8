//! Words of the charts of a study, for psychometricians.

use super::{Language, number};

words! {
    /// Title of the scree chart.
    scree_title: "Valeurs propres et analyse parallèle", "Eigenvalues and parallel analysis";
    /// Label of the observed eigenvalues.
    observed: "observées", "observed";
    /// Label of the mean of random eigenvalues.
    random_mean: "au hasard, moyenne", "random, mean";
    /// Label of the upper quantile of random eigenvalues.
    random_upper: "au hasard, 95ᵉ centile", "random, 95th percentile";
    /// Name of the horizontal axis of the scree chart.
    factor_number: "numéro du facteur", "number of the factor";
    /// Name of the vertical axis of the scree chart.
    eigenvalue: "valeur propre", "eigenvalue";
    /// How to read the scree chart.
    scree_caption: "Un facteur compte tant que sa valeur propre dépasse celle que le hasard donne à autant d'items et de personnes.",
        "A factor counts as long as its eigenvalue is above the one that chance gives to as many items and people.";
    /// Title of the loadings chart.
    loadings_title: "Saturations", "Loadings";
    /// How to read the loadings chart.
    loadings_caption: "Chaque point est une saturation, de −1 à 1 ; le trait part de zéro. Les valeurs d'au moins 0,3 sont écrites.",
        "Each point is a loading, from −1 to 1; its line starts at zero. Values of 0.3 or more are written.";
    /// Title of the distributions chart.
    distributions_title: "Répartition des réponses", "Distribution of answers";
    /// How to read the distributions chart.
    distributions_caption: "Part de chaque réponse parmi les réponses données, après retournement des items inversés. Dans chaque barre, du plus pâle au plus foncé : les points de la réponse, puis sa part, quand la place suffit.",
        "Share of each answer among the answers given, after reversed items are turned. In each bar, from pale to dark: the points of the answer, then its share, where there is room.";
    /// Title of the chart of alpha without each item.
    without_item_title: "Alpha sans l'item", "Alpha without the item";
    /// Head of the column of item-rest correlations.
    item_rest: "r item-reste", "item-rest r";
    /// How to read the chart of alpha without each item.
    without_item_caption: "Un point à droite de la ligne : sans cet item, l'alpha de l'échelle serait plus élevé. Cela ne suffit pas pour l'ôter : il peut porter une part du contenu que les autres ne portent pas.",
        "A point right of the line: without this item the alpha of the scale would be higher. That is no reason to drop it by itself: it may carry content that the others do not.";
    /// What a mark of no value says.
    not_defined: "non défini", "not defined";
}

/// How many factors parallel analysis suggests.
#[must_use]
pub fn suggested(language: Language, n_factors: usize) -> String {
    match n_factors {
        0 => language.say("aucun facteur ne dépasse le hasard", "no factor is above chance"),
        1 => language.say("1 facteur dépasse le hasard", "1 factor is above chance"),
        n => language.say(&format!("{n} facteurs dépassent le hasard"), &format!("{n} factors are above chance")),
    }
}

/// The alpha of the scale, beside its line.
#[must_use]
pub fn alpha_of_scale(language: Language, alpha: f64) -> String {
    let value = number::decimal(language, alpha, 3);
    language.say(&format!("alpha de l'échelle {value}"), &format!("alpha of the scale {value}"))
}

/// A factor by its number.
#[must_use]
pub fn factor(language: Language, number: usize) -> String {
    language.say(&format!("facteur {number}"), &format!("factor {number}"))
}
