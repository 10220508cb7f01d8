//! The fonts of paper: the bundled sans for names and numbers, Libertinus Serif (SIL Open Font License, from `typst-assets`) for
//! sentences.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::Font;

/// Stands where no font has the character, such as for a pictogram in what a person wrote.
pub(super) const NOT_DRAWABLE: char = '\u{25a1}';

/// Every font.
pub(super) fn all() -> &'static [Font] {
    static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
        let serif = typst_assets::fonts().filter_map(|bytes| Font::new(Bytes::new(bytes), 0));
        let serif = serif.filter(|font| font.info().family == "Libertinus Serif");
        let sans = crate::font::FILES.into_iter().filter_map(|bytes| Font::new(Bytes::new(bytes), 0));
        sans.chain(serif).collect()
    });
    &FONTS
}

/// A longer run of letters, such as an address, may be broken anywhere.
const LONGEST_WORD: usize = 40;

fn has_glyph(character: char) -> bool {
    character.is_ascii()
        || matches!(character, '\u{ad}' | '\u{200b}')
        || all().iter().any(|font| font.info().coverage.contains(character.into()))
}

/// The text with every character that no font has replaced; line ends and tabs stay.
pub(super) fn known(text: &str) -> String {
    text.chars().map(|character| if has_glyph(character) { character } else { NOT_DRAWABLE }).collect()
}

/// The same, with places to break in runs of letters that no line would hold.
pub(super) fn drawable(text: &str) -> String {
    let mut drawable = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.chars() {
        run = if character.is_whitespace() { 0 } else { run + 1 };
        if run > LONGEST_WORD {
            drawable.push('\u{200b}');
            run = 1;
        }
        drawable.push(if has_glyph(character) { character } else { NOT_DRAWABLE });
    }
    drawable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_european_names_can_be_drawn_and_pictograms_are_marked() {
        assert_eq!(all().len(), 8);
        let names = "Zoë Łukasz Ørsted Đorđe Ελένη Юлия « œuvre »\u{202f}; 1\u{202f}248 ≤ −3";
        assert_eq!(drawable(names), names);
        assert_eq!(drawable("bien \u{1f600}"), format!("bien {NOT_DRAWABLE}"));
        assert_eq!(drawable(&"x".repeat(100)).split('\u{200b}').map(str::len).collect::<Vec<_>>(), [40, 40, 20]);
        assert!(all().iter().any(|font| font.info().coverage.contains(NOT_DRAWABLE.into())));
    }
}
