//! Escaping for HTML and SVG.

/// The text with markup characters escaped, fit for element content and for attributes in double quotes.
///
/// Characters that XML does not allow become U+FFFD.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other if allowed(other) => escaped.push(other),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

/// The text on one line: white space of any kind but the no-break spaces becomes one space, control characters go.
#[must_use]
pub fn one_line(text: &str) -> String {
    let breaks = |character: char| {
        character.is_control()
            || (character.is_whitespace() && !matches!(character, '\u{a0}' | '\u{202f}' | '\u{2007}'))
    };
    let words = text.split(breaks).filter(|word| !word.is_empty());
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|character| if allowed(character) { character } else { '\u{fffd}' })
        .collect()
}

/// The part of an identifier that is safe in `id` and `href`: letters, digits and hyphens.
#[must_use]
pub fn identifier(text: &str) -> String {
    let mut identifier = String::from("x");
    identifier.extend(text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }));
    identifier
}

fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !('\u{fdd0}'..='\u{fdef}').contains(&character)
        && (character as u32) & 0xfffe != 0xfffe
        // Direction overrides could make a name rewrite what stands around it.
        && !matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_do_not_pass() {
        assert_eq!(escape("<b a=\"'&\u{0}"), "&lt;b a=&quot;&#39;&amp;\u{fffd}");
        assert_eq!(escape("\u{202e}x\u{ffff}"), "\u{fffd}x\u{fffd}");
    }

    #[test]
    fn one_line_keeps_no_break_spaces() {
        assert_eq!(one_line("  a\n\tb\u{a0}: c\u{202f}! "), "a b\u{a0}: c\u{202f}!");
    }
}
