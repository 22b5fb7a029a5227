//! Texel buffers in descriptor heaps: there is no object that a view could belong to, so that one is made of the descriptor.
//!
//! Each thread keeps those it made last. They hold nothing but what the descriptor says, which is also what they are found by.

use std::cell::RefCell;

use ash::vk;
use lacuna_shaders::abi::Descriptor;

use super::view::View;
use crate::format::Format;

/// Views that a thread keeps.
const KEPT: usize = 16;

/// What a view is made of: address, format, texels.
type Key = (u64, u32, u32);

thread_local! {
    static VIEWS: RefCell<[Option<(Key, View)>; KEPT]> = const { RefCell::new([const { None }; KEPT]) };
}

/// Calls with the view of a texel buffer's descriptor, if that is one.
pub(super) fn with_view(descriptor: &Descriptor, f: impl FnOnce(Option<&View>)) {
    let key = (descriptor.address, descriptor.row_pitch, descriptor.extent[0]);
    VIEWS.with_borrow_mut(|views| {
        let place = &mut views[(key.0 >> 4) as usize % KEPT];
        if place.as_ref().is_none_or(|(known, _)| *known != key) {
            let format = i32::try_from(key.1).ok().and_then(|raw| Format::find(vk::Format::from_raw(raw)));
            *place = format.map(|format| (key, View::buffer(key.0, format, key.2)));
        }
        f(place.as_ref().map(|(_, view)| view));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_what_the_descriptor_says() {
        let descriptor = |address, format: vk::Format| Descriptor {
            extent: [7, 1, 1],
            row_pitch: format.as_raw() as u32,
            ..Descriptor::buffer(address, 28)
        };
        // One place for all of them.
        for address in [0x1000, 0x2000, 0x1000] {
            with_view(&descriptor(address, vk::Format::R32_UINT), |view| {
                let mip = view.unwrap().mips[0];
                assert_eq!((mip.base, mip.extent[0]), (address, 7));
            });
        }
        with_view(&descriptor(0x1000, vk::Format::UNDEFINED), |view| assert!(view.is_none()));
    }
}
