//! Writing reliability coefficients that somebody found, where the catalog finds them: `FOLDER/<instrument>/reliability.csv`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::load::Reading;
use crate::load::reliability::{self, FILE};
use crate::load::scales::ScaleFacts;
use crate::loaded::{LoadedInstrument, ReliabilityEstimate};
use crate::source::Source;
use crate::write_file::{file_error, write_whole};

const HEADER: [&str; 7] = ["scale", "coefficient", "value", "stratum", "sd", "n", "source"];

/// Writes coefficients into `FOLDER/<instrument>/reliability.csv`, where [`Catalog::with_folder`](crate::Catalog::with_folder)
/// finds them. What the file holds already stays, except for the same coefficient of the same scale and group from the same
/// source, which is replaced.
///
/// - `estimates`: place of the scale, and what was found. The group's words are what is written as `stratum`.
///
/// Numbers read back to the same bits. Returns the path of the file.
///
/// # Errors
/// [`Error::Invalid`] when what stands there cannot be read, or what would be written could not be read back (a value outside 0
/// to 1, a blank source …); [`Error::File`] when the file cannot be written.
pub fn write_reliability(
    folder: &Path,
    loaded: &LoadedInstrument,
    estimates: &[(usize, ReliabilityEstimate)],
) -> Result<PathBuf> {
    let folder = folder.join(loaded.id().as_str());
    let path = folder.join(FILE);
    let scales = loaded.instrument().scales();
    let mut rows: Vec<(usize, ReliabilityEstimate)> = match fs::read(&path) {
        Ok(bytes) => {
            let lists = read_back(loaded, bytes)?.into_iter().enumerate();
            lists.flat_map(|(scale_idx, list)| list.into_iter().map(move |estimate| (scale_idx, estimate))).collect()
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(file_error(&path, &error)),
    };
    let key =
        |(scale_idx, e): &(usize, ReliabilityEstimate)| (*scale_idx, e.coefficient, e.group.clone(), e.source.clone());
    rows.retain(|old| !estimates.iter().any(|new| key(new) == key(old)));
    rows.extend(estimates.iter().cloned());
    rows.sort_by_key(|(scale_idx, estimate)| (*scale_idx, estimate.coefficient));
    let cells = rows.iter().filter_map(|(scale_idx, e)| {
        let scale = scales.get(*scale_idx)?.id.to_string();
        let n = e.n.map_or_else(String::new, |n| n.to_string());
        let (value, sd) = (e.value.to_string(), e.sd.to_string());
        Some([scale, e.coefficient.word().to_owned(), value, e.group.clone(), sd, n, e.source.clone()])
    });
    let bytes = csv_bytes(cells).map_err(|error| file_error(&path, &error))?;
    read_back(loaded, bytes.clone())?;
    fs::create_dir_all(&folder).map_err(|error| file_error(&folder, &error))?;
    write_whole(&path, &bytes)?;
    Ok(path)
}

fn csv_bytes(rows: impl Iterator<Item = [String; 7]>) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// Reads the text of such a file as the loader would.
fn read_back(loaded: &LoadedInstrument, bytes: Vec<u8>) -> Result<Vec<Vec<ReliabilityEstimate>>> {
    let instrument = loaded.instrument();
    let facts = instrument.scales().iter().enumerate().map(|(scale_idx, scale)| ScaleFacts {
        id: scale.id.to_string(),
        range: instrument.possible_range(scale_idx),
        ipsative: scale.ipsative,
    });
    let source = Source::Memory(BTreeMap::from([(FILE.to_owned(), bytes)]));
    let mut reading = Reading::begin(&source);
    let found = reliability::read(&mut reading, &facts.collect::<Vec<_>>(), loaded.norms());
    if reading.problems.any_error() {
        let name = format!("{FILE} of {}", loaded.id());
        return Err(Error::Invalid { name, problems: reading.problems.into_list() });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;
    use crate::loaded::Coefficient;

    fn estimate(value: f64, group: &str) -> ReliabilityEstimate {
        ReliabilityEstimate {
            coefficient: Coefficient::Alpha,
            value,
            sd: 6.123_456_789_012_345,
            n: Some(120),
            stratum: None,
            group: group.to_owned(),
            source: "Centre A, own data".to_owned(),
        }
    }

    #[test]
    fn coefficients_come_back_and_replace_the_same_ones_only() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = Catalog::bundled().find("interests-60").unwrap();
        write_reliability(
            folder.path(),
            &loaded,
            &[(0, estimate(0.8, "our people")), (1, estimate(0.7, "our people"))],
        )
        .unwrap();
        write_reliability(folder.path(), &loaded, &[(0, estimate(0.81, "our people")), (0, estimate(0.6, "others"))])
            .unwrap();
        let catalog = Catalog::bundled().with_folder(folder.path()).unwrap();
        let again = catalog.find("interests-60").unwrap();
        assert_eq!(again.reliability(0), [estimate(0.81, "our people"), estimate(0.6, "others")]);
        assert_eq!(again.reliability(1), [estimate(0.7, "our people")]);
        assert_eq!(catalog.problems(), []);
    }

    #[test]
    fn what_could_not_be_read_back_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = Catalog::bundled().find("interests-60").unwrap();
        for bad in [1.0, -0.2, f64::NAN] {
            assert!(write_reliability(folder.path(), &loaded, &[(0, estimate(bad, "x"))]).is_err());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
