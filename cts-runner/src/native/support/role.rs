//! Kinds of queues, as drivers tend to have them: a parameter of cases that must hold on all of them.

use crate::vk::{self, Device, Error, Queue, QueueFlags};

/// A kind of queue: by the most that its family can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Graphics, and whatever else.
    Graphics,
    /// Compute without graphics.
    Compute,
    /// Neither: copies.
    Transfer,
}

impl Role {
    /// Every kind.
    pub(crate) const ALL: [Role; 3] = [Role::Graphics, Role::Compute, Role::Transfer];

    /// In names of cases.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Graphics => "graphics",
            Role::Compute => "compute",
            Role::Transfer => "transfer",
        }
    }

    /// Whether a family is of this kind.
    pub(crate) fn is_of(self, flags: QueueFlags) -> bool {
        let (graphics, compute) = (flags.contains(QueueFlags::GRAPHICS), flags.contains(QueueFlags::COMPUTE));
        match self {
            Role::Graphics => graphics,
            Role::Compute => compute && !graphics,
            // Other families, such as those for video, need not copy.
            Role::Transfer => !compute && !graphics && flags.contains(QueueFlags::TRANSFER),
        }
    }

    /// Whether a family of this kind binds sparse memory.
    pub(crate) fn binds(self, flags: QueueFlags) -> bool {
        self.is_of(flags) && flags.contains(QueueFlags::SPARSE_BINDING)
    }

    /// The last queue of this kind that binds sparse memory: another one than [`Role::queue`] where there are several.
    pub(crate) fn binder(self, device: &Device) -> vk::Result<&Queue> {
        let queue = device.queues.iter().rfind(|queue| self.binds(queue.flags));
        queue.ok_or_else(|| Error::NotSupported(format!("a {} queue that binds", self.name())))
    }

    /// The first queue of this kind.
    pub(crate) fn queue(self, device: &Device) -> vk::Result<&Queue> {
        let queue = device.queues.iter().find(|queue| self.is_of(queue.flags));
        queue.ok_or_else(|| Error::NotSupported(format!("a {} queue", self.name())))
    }
}
