//! Text being written, in memory that is used again.

use crate::cells::{CELL, Cell};

/// Text being written. Cells are copied with their fixed size, and the rest is written over by what follows.
#[derive(Debug, Default)]
pub struct TextBuffer {
    text: Vec<u8>,
    len: usize,
}

impl TextBuffer {
    /// Takes memory to use again, what is in it is written over; or makes room for `expected` bytes, untouched as yet.
    #[must_use]
    pub fn new(spare: Vec<u8>, expected: usize) -> Self {
        let text = if spare.is_empty() { vec![0; expected] } else { spare };
        Self { text, len: 0 }
    }

    /// Makes room for `more` bytes.
    #[inline]
    pub fn reserve(&mut self, more: usize) {
        let needed = self.len + more;
        if self.text.len() < needed {
            self.text.resize(needed.max(self.text.len() * 2), 0);
        }
    }

    /// Makes room for `n` remembered cells, to be added one after the other.
    #[inline]
    pub fn cells(&mut self, n: usize) -> CellWriter<'_> {
        self.reserve(n * CELL);
        CellWriter { room: &mut self.text[self.len..self.len + n * CELL], written: 0, len: &mut self.len }
    }

    /// Adds text.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        self.reserve(text.len());
        self.text[self.len..self.len + text.len()].copy_from_slice(text);
        self.len += text.len();
    }

    /// What was written.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        self.text.truncate(self.len);
        self.text
    }
}

/// Adds remembered cells to a buffer.
#[derive(Debug)]
pub struct CellWriter<'b> {
    room: &'b mut [u8],
    written: usize,
    len: &'b mut usize,
}

impl CellWriter<'_> {
    /// Adds a cell; one for which no room was made is a fault of ours and is left out.
    #[inline]
    pub fn push(&mut self, cell: Cell<'_>) {
        if let Some(room) = self.room.get_mut(self.written..self.written + CELL) {
            room.copy_from_slice(cell.bytes());
            self.written += cell.len();
        }
    }
}

impl Drop for CellWriter<'_> {
    fn drop(&mut self) {
        *self.len += self.written;
    }
}
