//! The file of `--rake`: shares of the levels of each variable in the population.

use std::path::Path;

use anyhow::{Context as _, bail};
use engine::norms::raking::Margin;

/// Reads a CSV file `variable,level,share`. Shares are parts of 1, or of 100 where those of a variable add up to it.
///
/// # Errors
/// When it cannot be read, has other columns, or its shares are no margins.
pub fn read(path: &Path) -> anyhow::Result<Vec<Margin>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("--rake {}", path.display()))?;
    parse(&text).with_context(|| format!("--rake {}", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Vec<Margin>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let find =
        |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    let (Some(variable), Some(level), Some(share)) = (find("variable"), find("level"), find("share")) else {
        bail!("the first line must be `variable,level,share`");
    };
    let mut variables: Vec<(String, Vec<(String, f64)>)> = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record?;
        let field = |idx: usize| record.get(idx).unwrap_or_default().to_owned();
        let (variable, level, share) = (field(variable), field(level), field(share));
        let number: f64 =
            share.parse().with_context(|| format!("row {}: `{share}` is not a share such as 0.48", row + 1))?;
        if variable.is_empty() || level.is_empty() {
            bail!("row {}: a variable or a level is blank", row + 1);
        }
        match variables.iter_mut().find(|(known, _)| *known == variable) {
            Some((_, levels)) => levels.push((level, number)),
            None => variables.push((variable, vec![(level, number)])),
        }
    }
    let margin = |(variable, mut levels): (String, Vec<(String, f64)>)| {
        let sum: f64 = levels.iter().map(|(_, share)| share).sum();
        if (sum - 100.0).abs() <= 0.5 {
            levels.iter_mut().for_each(|(_, share)| *share /= 100.0);
        }
        Ok(Margin::new(variable, levels)?)
    };
    let margins: Vec<Margin> = variables.into_iter().map(margin).collect::<anyhow::Result<_>>()?;
    if margins.is_empty() {
        bail!("no rows");
    }
    Ok(margins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_percentages_are_read() {
        let margins = parse("variable,level,share\nsex,F,52\nsex,M,48\nage,young,0.3\nage,old,0.7\n").unwrap();
        assert_eq!(margins[0].levels()[0], ("F".to_owned(), 0.52));
        assert_eq!(margins[1].variable(), "age");
    }

    #[test]
    fn what_is_no_margin_is_told() {
        for (text, expected) in [
            ("a,b\n1,2\n", "first line"),
            ("variable,level,share\n", "no rows"),
            ("variable,level,share\nsex,F,x\n", "not a share"),
            ("variable,level,share\nsex,F,0.5\nsex,M,0.4\n", "add up to"),
            ("variable,level,share\nsex,,0.5\n", "blank"),
        ] {
            assert!(format!("{:#}", parse(text).unwrap_err()).contains(expected), "{text}");
        }
    }
}
