//! What is bound: a page of a buffer, a block of an image, or an opaque range of one.

use crate::native::prelude::*;
use crate::vk::Memory;

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Buffer,
    Block,
    Opaque,
}

impl Kind {
    /// Every kind, with its name.
    pub(super) const ALL: [(Kind, &str); 3] =
        [(Kind::Buffer, "buffer"), (Kind::Block, "block"), (Kind::Opaque, "opaque")];
}

enum Handle {
    Buffer(SparseBuffer),
    Image(SparseImage),
}

/// A resource of one page, and memory of several pages for it. The words of memory page `n` are all `n + 1`.
pub(super) struct Resource {
    kind: Kind,
    handle: Handle,
    memory: Memory,
}

impl Resource {
    /// With nothing bound and `pages` pages of memory.
    pub(super) fn new(cx: &Context, kind: Kind, pages: u64) -> vk::Result<Self> {
        let (handle, memory) = match kind {
            Kind::Buffer => {
                let buffer = SparseBuffer::new(&cx.device, 1 << 16)?;
                let memory = buffer.memory(&cx.device, pages)?;
                (Handle::Buffer(buffer), memory)
            }
            Kind::Block | Kind::Opaque => {
                let shape = ImageShape::flat(vk::Format::R32_UINT, 128, 128);
                let image = SparseImage::new(&cx.device, shape, Default::default())?;
                let memory = image.memory(&cx.device, pages)?;
                (Handle::Image(image), memory)
            }
        };
        let words = (memory.size / pages / 4) as usize;
        let painted: Vec<u32> =
            (0..pages as u32).flat_map(|page| std::iter::repeat_n(page + 1, words)).collect();
        memory.write(0, &painted);
        Ok(Self { kind, handle, memory })
    }

    /// The memory of page `page`, for a bind; nothing to unbind.
    fn place(&self, page: Option<u64>) -> Option<(vk::DeviceMemory, u64)> {
        page.map(|page| (self.memory.handle, page * self.size()))
    }

    /// Bytes of the resource, which are one page.
    fn size(&self) -> u64 {
        match &self.handle {
            Handle::Buffer(buffer) => buffer.page,
            Handle::Image(image) => image.memory_requirements.size,
        }
    }

    /// `vkQueueBindSparse` with one info for each step.
    pub(super) fn bind(
        &self,
        cx: &Context,
        queue: &vk::Queue,
        steps: &[Step<'_>],
        fence: Option<&Fence>,
    ) -> vk::Result<()> {
        let size = self.size();
        let opaque: Vec<_> =
            steps.iter().map(|step| [Bind { offset: 0, size, memory: self.place(step.page) }]).collect();
        let block = |page| {
            let extent = [128, 128, 1];
            vk::BlockBind { level: 0, layer: 0, offset: [0; 3], extent, memory: self.place(page) }
        };
        let blocks: Vec<_> = steps.iter().map(|step| [block(step.page)]).collect();
        let (mut buffers, mut images, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for (opaque, block) in opaque.iter().zip(&blocks) {
            match (&self.handle, self.kind) {
                (Handle::Buffer(buffer), _) => buffers.push([(&**buffer, &opaque[..])]),
                (Handle::Image(image), Kind::Opaque) => images.push([(&image.image, &opaque[..])]),
                (Handle::Image(image), _) => parts.push([(&image.image, &block[..])]),
            }
        }
        let infos: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(n, step)| BindInfo {
                buffers: buffers.get(n).map_or(&[], |list| &list[..]),
                opaque: images.get(n).map_or(&[], |list| &list[..]),
                blocks: parts.get(n).map_or(&[], |list| &list[..]),
                waits: step.waits,
                signals: step.signals,
            })
            .collect();
        queue.bind_sparse(&cx.device, &infos, fence)
    }

    /// Records a copy of the resource's first word.
    pub(super) fn record_look(&self, r: &vk::Recorder<'_>, to: &HostBuffer, slot: u64) {
        match &self.handle {
            Handle::Buffer(buffer) => r.copy(buffer, 0, to, slot * 4, 4),
            Handle::Image(image) => {
                let texel = vk::BufferImageCopy {
                    image_extent: vk::Extent3D { width: 1, height: 1, depth: 1 },
                    ..image.image.shape.whole_level(0, slot * 4)
                };
                r.copy_from_image(&image.image, to, &[texel]);
            }
        }
        r.barrier();
    }

    /// The number of the memory page that is bound, plus one; zero where none is.
    pub(super) fn look(&self, cx: &Context) -> vk::Result<u32> {
        let to = cx.dirty(4)?;
        cx.run(|r| self.record_look(r, &to, 0))?;
        Ok(to.words()[0])
    }
}

/// One info: the memory page to bind, or none, and its semaphores.
#[derive(Clone, Copy, Default)]
pub(super) struct Step<'a> {
    pub(super) page: Option<u64>,
    pub(super) waits: vk::Waits<'a>,
    pub(super) signals: vk::Signals<'a>,
}
