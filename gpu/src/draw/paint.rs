//! Colors that are the same in all pixels of a primitive: what they do to an attachment is found out once.
//!
//! Only for texels of four bytes. Every result is to the last bit that of [`Color::write`](super::color::Color::write), since
//! pixels of one primitive take either way.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use super::blend::Line;
use super::encoding::{from_byte, to_byte};
use super::lanes::{ALL, N, lanes, select};
use super::strip::Strip;
use super::tile_view::TileView;

/// What is done to a texel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Paint {
    /// It is replaced by this one.
    Texel(u32),
    /// Each of its bytes is blended, lowest first.
    Bytes([Line; 4]),
}

impl Paint {
    #[inline(always)]
    fn over(&self, stored: &[u32; N]) -> [u32; N] {
        match self {
            Self::Texel(texel) => [*texel; N],
            Self::Bytes(lines) => {
                let (a, b) = (blended(&lines[0], stored, 0), blended(&lines[1], stored, 8));
                let (c, d) = (blended(&lines[2], stored, 16), blended(&lines[3], stored, 24));
                lanes(|lane| a[lane] | b[lane] << 8 | c[lane] << 16 | d[lane] << 24)
            }
        }
    }

    /// Paints the lanes of a set that is not empty.
    ///
    /// # Safety
    /// The packet is whole and inside of the surface of the view, whose texels have four bytes.
    #[inline(always)]
    pub(super) unsafe fn packet(&self, view: &TileView, [x, y]: [i32; 2], sample: usize, set: u32) {
        let [first, second] = view.rows(x, y, sample);
        let rows = [first.cast::<[u32; 4]>(), second.cast()];
        let mut new = match self {
            Self::Texel(texel) => [*texel; N],
            Self::Bytes(_) => [0; N],
        };
        if set != ALL || matches!(self, Self::Bytes(_)) {
            // SAFETY: the caller's promise.
            let (a, b) = unsafe { (rows[0].read_unaligned(), rows[1].read_unaligned()) };
            let stored = [a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]];
            new = select(set, &self.over(&stored), &stored);
        }
        let [a, b, c, d, e, f, g, h] = new;
        // SAFETY: the caller's promise.
        unsafe {
            rows[0].write_unaligned([a, b, e, f]);
            rows[1].write_unaligned([c, d, g, h]);
        }
        view.written(x, y, sample, set);
    }

    /// Paints the pixels that are left of a strip.
    ///
    /// # Safety
    /// The strip is inside of the surface of the view, whose texels have four bytes and whose memory is all there.
    #[inline(always)]
    pub(super) unsafe fn strip(&self, view: &TileView, strip: &Strip) {
        let rows = strip.rows::<u32>(view);
        for row in 0..strip.height {
            let set = strip.sets[row];
            match self {
                _ if set == 0 => {}
                // SAFETY: the caller's promise.
                Self::Texel(texel) if set == ALL => unsafe { rows.write(row, &[*texel; N]) },
                // SAFETY: as above.
                _ => unsafe {
                    let stored = rows.read(row);
                    rows.write(row, &select(set, &self.over(&stored), &stored));
                },
            }
        }
    }
}

/// One byte of each texel.
#[inline(always)]
fn blended(line: &Line, stored: &[u32; N], shift: u32) -> [u32; N] {
    lanes(|lane| {
        let byte = from_byte(stored[lane] >> shift & 0xff);
        to_byte(line.add + byte * line.scale)
    })
}
