//! `VkPrivateDataSlot`: a number that layers and applications keep with each object.

use std::collections::HashMap;

use ash::vk;
use parking_lot::Mutex;

/// The numbers of one slot.
#[derive(Default)]
pub struct PrivateDataSlot {
    /// By kind and raw handle; zero without an entry.
    data: Mutex<HashMap<(vk::ObjectType, u64), u64>>,
}

crate::object!(PrivateDataSlot, vk::PrivateDataSlot);

impl PrivateDataSlot {
    /// `vkSetPrivateData`.
    pub fn set_value(&self, kind: vk::ObjectType, handle: u64, data: u64) {
        self.data.lock().insert((kind, handle), data);
    }

    /// `vkGetPrivateData`.
    pub fn value(&self, kind: vk::ObjectType, handle: u64) -> u64 {
        self.data.lock().get(&(kind, handle)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_different_kinds_and_handles_have_their_own_data() {
        let slot = PrivateDataSlot::default();
        slot.set_value(vk::ObjectType::BUFFER, 1, 10);
        slot.set_value(vk::ObjectType::BUFFER, 2, 20);
        slot.set_value(vk::ObjectType::BUFFER, 1, 11);
        let buffer = |handle| slot.value(vk::ObjectType::BUFFER, handle);
        assert_eq!((buffer(1), buffer(2), buffer(3)), (11, 20, 0));
        assert_eq!(slot.value(vk::ObjectType::IMAGE, 1), 0);
    }
}
