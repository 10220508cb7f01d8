//! Page, data and charts of one restitution, all from the same material.

use reports::chart::{self, Chart, ChartKind, Framing, Resolution, Width};
use reports::document::Document;
use reports::document::data::RestitutionData;
use reports::theme::Theme;
use reports::view::Restitution;

use crate::error::{Error, Result};
use crate::material::Material;

/// Which chart is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartChoice {
    /// The first that the page shows: the hexagon of interests, the circle of values, preferences, the profile, or bars.
    Main,
    /// The profile: on the norm where there is one, else bars of raw scores.
    Profile,
    /// The hexagon.
    Hexagon,
}

impl ChartChoice {
    /// The kind of chart that is drawn for a restitution.
    ///
    /// # Errors
    /// [`Error::NoCircle`] when a hexagon is asked for and the scales have no circular order.
    pub fn kind_for(self, restitution: &Restitution) -> Result<ChartKind> {
        let has_circle = restitution.view().circle.is_some();
        match self {
            Self::Hexagon if !has_circle => Err(Error::NoCircle),
            Self::Hexagon => Ok(ChartKind::Hexagon),
            Self::Main => Ok(chart::kinds(restitution).first().copied().unwrap_or(ChartKind::Bars)),
            Self::Profile if restitution.is_normed() => Ok(ChartKind::Profile),
            Self::Profile => Ok(ChartKind::Bars),
        }
    }
}

/// The whole restitution, before it is a page or a PDF.
///
/// # Errors
/// As [`Material::restitution`], or when drawing fails.
pub fn document(material: &Material) -> Result<Document> {
    Ok(reports::document::restitution::document(&material.restitution()?)?)
}

/// The whole restitution as one self-contained page.
///
/// # Errors
/// As [`Material::restitution`], or when drawing fails.
pub fn html(material: &Material) -> Result<String> {
    Ok(document(material)?.html()?)
}

/// The same content as data.
///
/// # Errors
/// As [`Material::restitution`].
pub fn data(material: &Material) -> Result<RestitutionData> {
    Ok(reports::document::data::data(&material.restitution()?))
}

/// One chart, laid out, for a page that brings its own frame, theme and width.
///
/// # Errors
/// As [`Material::restitution`]; [`Error::NoCircle`]; or when drawing fails.
pub fn chart(material: &Material, choice: ChartChoice, width: Width, framing: Framing) -> Result<Chart> {
    let restitution = material.restitution()?;
    Ok(chart::lay_out(&restitution, choice.kind_for(&restitution)?, width, framing)?)
}

/// One chart as SVG that stands alone.
///
/// # Errors
/// As [`chart`](fn@chart).
pub fn svg(material: &Material, choice: ChartChoice) -> Result<String> {
    Ok(chart(material, choice, Width::Wide, Framing::Standalone)?.svg(&Theme::light(), "chart")?)
}

/// One chart as PNG that stands alone.
///
/// # Errors
/// As [`chart`](fn@chart).
pub fn png(material: &Material, choice: ChartChoice) -> Result<Vec<u8>> {
    Ok(chart(material, choice, Width::Wide, Framing::Standalone)?.png(&Theme::light(), Resolution::Double)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{bundled, coded, material, observed, scored, tiny, young_woman};
    use crate::{NormRequest, PersonResults};

    #[test]
    fn page_and_charts_come_from_one_material() {
        let tiny = tiny();
        let person = scored(&tiny, &[5, 1, 4, 4, 4, 3], Some(young_woman()));
        let material = Material { occasion: Some("Handed over today"), ..material(&tiny, &person, Some("invented")) };
        let page = html(&material).unwrap();
        assert!(page.contains("Calm") && page.contains("Handed over today") && page.contains("Invented values"));
        assert!(svg(&material, ChartChoice::Main).unwrap().contains("role=\"img\""));
        assert!(png(&material, ChartChoice::Profile).unwrap().starts_with(b"\x89PNG"));
        assert_eq!(svg(&material, ChartChoice::Hexagon), Err(Error::NoCircle));
        let narrow = chart(&material, ChartChoice::Main, Width::Narrow, Framing::Inline).unwrap();
        assert!(narrow.inline_svg("c").unwrap().contains("<svg"));
    }

    #[test]
    fn the_kind_of_chart_follows_the_instrument_and_the_norm() {
        let kind = |material: &Material, choice: ChartChoice| choice.kind_for(&material.restitution().unwrap());
        let (tiny, interests) = (tiny(), bundled("interests-60"));
        let (plain, normed) = (scored(&tiny, &[3; 6], None), scored(&tiny, &[3; 6], Some(young_woman())));
        assert_eq!(kind(&material(&tiny, &plain, None), ChartChoice::Main), Ok(ChartKind::Bars));
        assert_eq!(kind(&material(&tiny, &normed, Some("invented")), ChartChoice::Main), Ok(ChartKind::Profile));
        let person = PersonResults::of_answers(&interests, &coded(0, &[1; 60]), None, observed()).unwrap();
        assert_eq!(kind(&material(&interests, &person, None), ChartChoice::Main), Ok(ChartKind::Hexagon));
        assert_eq!(kind(&material(&interests, &person, None), ChartChoice::Profile), Ok(ChartKind::Bars));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let tiny = tiny();
        let person = scored(&tiny, &[3; 6], None);
        let refused = html(&material(&tiny, &person, Some("invneted")));
        assert!(matches!(refused, Err(Error::UnknownNorm { known, .. }) if known == ["invented"]));
        let stray = PersonResults { results: person.results[..3].to_vec(), ..person.clone() };
        assert!(matches!(
            html(&material(&tiny, &stray, None)),
            Err(Error::OtherInstrument { given: 3, expected: 4, .. })
        ));
        let unknown = NormRequest { id: "nobody", ..young_woman() };
        let refused = PersonResults::of_answers(&tiny, &coded(1, &[3; 6]), Some(unknown), observed());
        assert!(matches!(refused, Err(Error::UnknownNorm { .. })));
        let short = PersonResults::of_answers(&tiny, &coded(1, &[3; 5]), None, observed());
        assert!(matches!(short, Err(Error::AnswersOfItems { given: 5, expected: 6, .. })));
    }
}
