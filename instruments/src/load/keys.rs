//! `keys.csv`: which item counts on which scale, in which direction and with which weight.

use engine::model::{KeyedItem, Keying};

use crate::load::items::Items;
use crate::load::manifest::Manifest;
use crate::load::{Need, Reading};
use crate::problem::{Problems, did_you_mean, given};
use crate::table::{Columns, Row, Table};

/// The file read here.
pub(crate) const FILE: &str = "keys.csv";

/// Its columns.
pub(crate) const COLUMNS: Columns =
    Columns { required: &["scale", "item", "sign"], optional: &["weight"], max_rows: 100_000 };

/// The keys, read.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// For each scale its items, in the order of the file, with their line.
    pub of_scale: Vec<Vec<(KeyedItem, usize)>>,
    /// Items that some line names, so that a line with an error does not also leave its item "on no scale".
    pub named_items: Vec<bool>,
    /// Scales that some line names.
    pub named_scales: Vec<bool>,
}

/// Reads `keys.csv`.
pub(crate) fn read(reading: &mut Reading<'_>, manifest: &Manifest, items: &Items) -> Keys {
    let n_scales = manifest.scales.len();
    let mut keys = Keys {
        of_scale: vec![Vec::new(); n_scales],
        named_items: vec![false; items.items.len()],
        named_scales: vec![false; n_scales],
    };
    // Without scales there is nothing to key: a questionnaire of free text has no such file.
    let need = if n_scales == 0 { Need::Optional } else { Need::Required };
    let Some(bytes) = reading.bytes(FILE, need) else {
        keys.named_items.fill(true);
        keys.named_scales.fill(true);
        return keys;
    };
    let problems = &mut reading.problems;
    let Some(table) = Table::read(FILE, &bytes, COLUMNS, problems) else {
        keys.named_items.fill(true);
        keys.named_scales.fill(true);
        return keys;
    };
    for row in table.rows() {
        if problems.is_full() {
            break;
        }
        read_key(&row, manifest, items, &mut keys, problems);
    }
    keys
}

fn read_key(row: &Row<'_>, manifest: &Manifest, items: &Items, keys: &mut Keys, problems: &mut Problems) {
    let (scale, item) = (row.get("scale"), row.get("item"));
    let scale_idx = manifest.scales.iter().position(|known| known.id.as_str() == scale);
    if scale_idx.is_none() {
        let known = manifest.scales.iter().map(|scale| scale.id.as_str());
        let remedy = did_you_mean(scale, known, "declare the scale in instrument.toml, or delete the line");
        problems.push(row.error("scale", format!("unknown scale {}", given(scale)), remedy));
    }
    let item_idx = items.find(item);
    if item_idx.is_none() && items.is_read {
        let remedy = did_you_mean(item, items.ids(), "add the item to items.csv, or delete the line");
        problems.push(row.error("item", format!("unknown item {}", given(item)), remedy));
    }
    if let Some(named) = item_idx.and_then(|idx| keys.named_items.get_mut(idx)) {
        *named = true;
    }
    if let Some(named) = scale_idx.and_then(|idx| keys.named_scales.get_mut(idx)) {
        *named = true;
    }
    let keying = match row.get("sign") {
        "+" => Keying::Forward,
        "-" => Keying::Reverse,
        other => {
            let remedy = "write `+` (counts as it is) or `-` (counts reversed), the plain minus of the keyboard";
            problems.push(row.error("sign", format!("{} is not a sign", given(other)), remedy));
            Keying::Forward
        }
    };
    let weight = match problems.keep(row.number("weight")).map(|weight| weight.unwrap_or(1.0)) {
        Some(weight) if weight > 0.0 => weight,
        Some(weight) => {
            let remedy = "write a weight above 0, or leave it blank for 1; for the other direction use the sign `-`, \
                          for an item that does not count delete the line";
            problems.push(row.error("weight", format!("weight {weight} is not above 0"), remedy));
            1.0
        }
        None => 1.0,
    };
    let (Some(scale_idx), Some(item_idx)) = (scale_idx, item_idx) else { return };
    let Some(of_scale) = keys.of_scale.get_mut(scale_idx) else { return };
    if let Some((_, first)) = of_scale.iter().find(|(known, _)| known.item_idx == item_idx) {
        let message = format!("item `{item}` counts twice on scale `{scale}`, first on line {first}");
        problems.push(row.error("item", message, "keep one of the two lines"));
        return;
    }
    of_scale.push((KeyedItem { item_idx, keying, weight }, row.line));
}

#[cfg(test)]
mod tests {
    use crate::test_folder::a_folder;

    #[test]
    fn keys_are_checked_line_by_line() {
        let folder = a_folder().with(
            "keys.csv",
            "scale,item,sign,weight\nA,i1,+,\nA,i12,+,\nX9,i2,x,0\nA,i2,−,-1\nB,i3,+,abc\nB,i4,+,\nB,i4,-,\n",
        );
        folder.expect("keys.csv", "line 3, column item", "did you mean `i1`?");
        folder.expect("keys.csv", "line 4, column scale", "declare the scale");
        folder.expect("keys.csv", "line 4, column sign", "write `+`");
        folder.expect("keys.csv", "line 4, column weight", "above 0");
        folder.expect("keys.csv", "line 5, column sign", "plain minus");
        folder.expect("keys.csv", "line 5, column weight", "above 0");
        folder.expect("keys.csv", "line 6, column weight", "write a number");
        folder.expect("keys.csv", "line 8, column item", "keep one");
        // A line with an error does not also leave its item or scale empty.
        assert_eq!(folder.problems().len(), 8, "{:#?}", folder.problems());
    }

    #[test]
    fn scale_and_item_ids_are_written_in_one_case() {
        a_folder().replacing("keys.csv", "A,i1,", "a,I1,").expect(
            "keys.csv",
            "line 2, column scale",
            "did you mean `A`?",
        );
    }

    #[test]
    fn the_weight_may_be_left_out() {
        let folder = a_folder().with("keys.csv", "scale,item,sign\nA,i1,+\nA,i2,-\nB,i3,+\nB,i4,+\n");
        assert_eq!(folder.problems(), []);
    }
}
