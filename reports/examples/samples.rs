//! Writes every kind of chart and document from invented results: `cargo run -p reports --example samples -- DIR`.

use std::error::Error;
use std::path::PathBuf;

use reports::chart::{self, Framing, Resolution, Width};
use reports::document::restitution;
use reports::text::Language;
use reports::theme::Theme;
use reports::view::{Restitution, sample};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("usage: samples DIR")?);
    std::fs::create_dir_all(&dir)?;
    let themes = [("light", Theme::light()), ("dark", Theme::dark()), ("print", Theme::print())];
    let widths = [("wide", Width::Wide), ("narrow", Width::Narrow)];
    for language in [Language::French, Language::English] {
        for (name, view) in ["interests", "five", "thirty-five", "two", "long"].into_iter().zip(sample::all(language)) {
            let checked = Restitution::new(view)?;
            let stem = format!("{name}.{}", language.code());
            std::fs::write(dir.join(format!("{stem}.html")), restitution::html(&checked)?)?;
            for kind in chart::kinds(&checked) {
                for (width_name, width) in widths {
                    let drawing = chart::lay_out(&checked, kind, width, Framing::Standalone)?;
                    for (theme_name, theme) in &themes {
                        let file = dir.join(format!("{stem}.{kind}.{width_name}.{theme_name}"));
                        std::fs::write(file.with_added_extension("svg"), drawing.svg(theme, "chart")?)?;
                        std::fs::write(file.with_added_extension("png"), drawing.png(theme, Resolution::Double)?)?;
                    }
                }
            }
        }
    }
    Ok(())
}
