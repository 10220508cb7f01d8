//! SVG that a parser accepts and assistive technology can read; PNG that shows the same.

use reports::chart::{self, ChartKind, Framing, Resolution, Width};
use reports::text::Language;
use reports::theme::{Role, Theme};
use reports::view::{Restitution, sample};

fn every_chart() -> Vec<chart::Chart> {
    let mut charts = Vec::new();
    for language in [Language::French, Language::English] {
        for view in sample::all(language) {
            let restitution = Restitution::new(view).unwrap();
            for kind in chart::kinds(&restitution) {
                for width in [Width::Wide, Width::Narrow] {
                    for framing in [Framing::Inline, Framing::Standalone] {
                        charts.push(chart::lay_out(&restitution, kind, width, framing).unwrap());
                    }
                }
            }
        }
    }
    charts
}

#[test]
fn every_svg_is_well_formed_and_says_what_it_shows() {
    for chart in every_chart() {
        for svg in [chart.svg(&Theme::light(), "a b\"<").unwrap(), chart.inline_svg("x").unwrap()] {
            let document = roxmltree::Document::parse(&svg).unwrap();
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            assert_eq!(root.attribute("lang"), Some(chart.language().code()));
            let labelled: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
            let by_id = |id: &str| document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
            assert_eq!(by_id(labelled[0]).text(), Some(chart.title()));
            assert_eq!(by_id(labelled[1]).text(), Some(chart.description()));
            assert!(by_id(labelled[1]).text().unwrap().chars().any(|character| character.is_ascii_digit()));
            let texts = document.descendants().filter(|node| node.has_tag_name("text")).count();
            assert_eq!(texts, chart.scene().labels().count(), "text stays text");
            for node in document.descendants().filter(|node| node.has_tag_name("text")) {
                assert!(node.attribute("font-size").unwrap().parse::<f64>().unwrap() >= 13.0);
            }
            assert!(!svg.contains("style=") && !svg.contains("NaN"));
        }
    }
}

#[test]
fn the_average_band_survives_black_and_white() {
    let restitution = Restitution::new(sample::thirty_five_scales(Language::French)).unwrap();
    let chart = chart::lay_out(&restitution, ChartKind::Profile, Width::Wide, Framing::Inline).unwrap();
    let svg = chart.inline_svg("p").unwrap();
    assert_eq!(svg.matches("stroke-dasharray").count(), 2, "two dotted edges");
    assert!(svg.contains("zone moyenne"), "and a name");
}

#[test]
fn a_png_has_the_point_where_the_svg_has_it() {
    let restitution = Restitution::new(sample::two_scales(Language::French)).unwrap();
    let chart = chart::lay_out(&restitution, ChartKind::Profile, Width::Wide, Framing::Standalone).unwrap();
    let centers: Vec<(f64, f64)> = chart
        .scene()
        .marks
        .iter()
        .filter_map(|mark| match mark {
            chart::scene::Mark::Dot { center, role: Role::Own, .. } => Some(*center),
            _ => None,
        })
        .collect();
    assert_eq!(centers.len(), 2);
    for theme in [Theme::light(), Theme::dark()] {
        let file = chart.png(&theme, Resolution::Double).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(f64::from(info.width), chart.scene().width * 2.0);
        let own = theme.color(Role::Own);
        for (x, y) in &centers {
            let offset = ((y * 2.0) as usize * info.width as usize + (x * 2.0) as usize) * 3;
            assert_eq!(pixels[offset..offset + 3], [own.0, own.1, own.2]);
        }
        let titles = &reader.info().utf8_text;
        assert!(titles.iter().any(|chunk| chunk.keyword == "Title" && chunk.get_text().unwrap() == chart.title()));
    }
}
