//! Which indices of custom border colors are registered (`vkRegisterCustomBorderColorEXT`).

use std::collections::HashSet;

use parking_lot::Mutex;

use crate::error::Error;

/// `maxCustomBorderColorSamplers`
pub const MAX_BORDER_COLORS: u32 = 1 << 20;

/// The indices of a device.
#[derive(Debug, Default)]
pub struct BorderColors(Mutex<Indices>);

#[derive(Debug, Default)]
struct Indices {
    taken: HashSet<u32>,
    /// No index below is free.
    lowest: u32,
}

impl BorderColors {
    /// Takes an index.
    ///
    /// # Errors
    /// [`Error::InvalidCaptureAddress`] for one that is taken, or that there is not.
    pub fn register(&self, index: u32) -> Result<(), Error> {
        let is_new = index < MAX_BORDER_COLORS && self.0.lock().taken.insert(index);
        if is_new { Ok(()) } else { Err(Error::InvalidCaptureAddress) }
    }

    /// Takes the lowest free index.
    ///
    /// # Errors
    /// [`Error::TooManyObjects`] if there is none.
    pub fn register_any(&self) -> Result<u32, Error> {
        let mut indices = self.0.lock();
        let Indices { taken, lowest } = &mut *indices;
        let free = (*lowest..MAX_BORDER_COLORS).find(|index| !taken.contains(index));
        *lowest = free.map_or(MAX_BORDER_COLORS, |free| free + 1);
        let free = free.ok_or(Error::TooManyObjects)?;
        taken.insert(free);
        Ok(free)
    }

    /// Gives an index back; nothing happens if it is free.
    pub fn unregister(&self, index: u32) {
        let mut indices = self.0.lock();
        if indices.taken.remove(&index) {
            indices.lowest = indices.lowest.min(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_taken_until_it_is_given_back() {
        let colors = BorderColors::default();
        assert_eq!(colors.register(1), Ok(()));
        assert_eq!(colors.register(1), Err(Error::InvalidCaptureAddress));
        assert_eq!(colors.register(MAX_BORDER_COLORS), Err(Error::InvalidCaptureAddress));
        assert_eq!((colors.register_any(), colors.register_any()), (Ok(0), Ok(2)));
        colors.unregister(1);
        colors.unregister(1);
        assert_eq!((colors.register_any(), colors.register_any()), (Ok(1), Ok(3)));
        while colors.register_any().is_ok() {}
        assert_eq!(colors.register_any(), Err(Error::TooManyObjects));
        colors.unregister(77);
        assert_eq!(colors.register_any(), Ok(77));
    }
}
