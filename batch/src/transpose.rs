//! Rows of single digits into columns, eight rows and eight digits at a time.
//!
//! A row is `d,d,d,…`; the block wants all first digits together, then all second ones. Whole words are moved
//! instead of single bytes, which is what makes reading fast on any machine.

/// Digits and rows in a tile.
pub const TILE: usize = 8;

/// The digits of `d,d,d,…` as a little-endian word: the even bytes of the first 16, zeros past the end.
#[inline]
fn eight_digits(run: &[u8]) -> u64 {
    match run.first_chunk::<16>() {
        Some(bytes) => pack(*bytes),
        None => {
            let mut bytes = [0; 16];
            bytes[..run.len()].copy_from_slice(run);
            pack(bytes)
        }
    }
}

#[inline]
fn pack(bytes: [u8; 16]) -> u64 {
    let word = u128::from_le_bytes(bytes);
    even_bytes(word as u64) | (even_bytes((word >> 64) as u64) << 32)
}

/// The even bytes of a word, packed into its lower half.
#[inline]
fn even_bytes(word: u64) -> u64 {
    let word = word & 0x00FF_00FF_00FF_00FF;
    let word = (word | (word >> 8)) & 0x0000_FFFF_0000_FFFF;
    (word | (word >> 16)) & 0x0000_0000_FFFF_FFFF
}

/// Turns eight rows of eight bytes around: byte j of word i becomes byte i of word j.
#[inline]
fn turn(rows: &mut [u64; TILE]) {
    for i in 0..4 {
        let (a, b) = (rows[i], rows[i + 4]);
        rows[i] = (a & 0x0000_0000_FFFF_FFFF) | (b << 32);
        rows[i + 4] = (a >> 32) | (b & 0xFFFF_FFFF_0000_0000);
    }
    for i in [0, 1, 4, 5] {
        let (a, b) = (rows[i], rows[i + 2]);
        rows[i] = (a & 0x0000_FFFF_0000_FFFF) | ((b & 0x0000_FFFF_0000_FFFF) << 16);
        rows[i + 2] = ((a >> 16) & 0x0000_FFFF_0000_FFFF) | (b & 0xFFFF_0000_FFFF_0000);
    }
    for i in [0, 2, 4, 6] {
        let (a, b) = (rows[i], rows[i + 1]);
        rows[i] = (a & 0x00FF_00FF_00FF_00FF) | ((b & 0x00FF_00FF_00FF_00FF) << 8);
        rows[i + 1] = ((a >> 8) & 0x00FF_00FF_00FF_00FF) | (b & 0xFF00_FF00_FF00_FF00);
    }
}

/// Spreads the digits of up to eight rows over columns.
///
/// - `runs`: for each row its `d,d,d,…`, or an empty run for a row that is read another way.
/// - `put(digit, eight)`: takes the digits at one place of the run, one byte a row.
#[inline]
pub fn spread(runs: &[&[u8]; TILE], n_digits: usize, mut put: impl FnMut(usize, [u8; TILE])) {
    let mut first = 0;
    while first < n_digits {
        let mut rows = [0; TILE];
        for (row, run) in rows.iter_mut().zip(runs) {
            *row = eight_digits(run.get(2 * first..).unwrap_or(&[]));
        }
        turn(&mut rows);
        for (digit, column) in (first..n_digits.min(first + TILE)).zip(rows) {
            put(digit, column.to_le_bytes());
        }
        first += TILE;
    }
}

/// Whether every second byte of `d,d,d` is the separator.
#[inline]
#[must_use]
pub fn separators_match(run: &[u8], separator: u8) -> bool {
    let odd = 0xFF00_FF00_FF00_FF00_u64;
    let pattern = u64::from_le_bytes([0, separator, 0, separator, 0, separator, 0, separator]);
    let (words, rest) = run.as_chunks::<8>();
    let wrong = words.iter().fold(0, |wrong, word| wrong | ((u64::from_le_bytes(*word) ^ pattern) & odd));
    wrong == 0 && rest.chunks_exact(2).all(|pair| pair[1] == separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spreading_is_the_same_as_taking_every_second_byte(
            n_digits in 1_usize..40,
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), TILE)
        ) {
            let runs: Vec<Vec<u8>> = rows
                .iter()
                .map(|digits| digits.iter().take(n_digits).flat_map(|&digit| [digit, b',']).collect())
                .collect();
            let slices: [&[u8]; TILE] = std::array::from_fn(|row| runs[row].as_slice());
            let mut got = vec![[0; TILE]; n_digits];
            spread(&slices, n_digits, |digit, column| got[digit] = column);
            for (digit, column) in got.iter().enumerate() {
                for (row, byte) in column.iter().enumerate() {
                    let expected = rows[row].get(digit).copied().unwrap_or(0);
                    prop_assert_eq!(*byte, expected, "digit {}, row {}", digit, row);
                }
            }
        }

        #[test]
        fn any_wrong_separator_is_seen(n_digits in 1_usize..80, wrong_at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut run: Vec<u8> = (0..n_digits).flat_map(|_| [b'3', b',']).collect();
            run.pop();
            prop_assert!(separators_match(&run, b','));
            if n_digits > 1 && byte != b',' {
                let at = wrong_at.index(n_digits - 1);
                run[2 * at + 1] = byte;
                prop_assert!(!separators_match(&run, b','));
            }
        }
    }
}
