//! `VkSwapchainKHR`: images, and which of them the application has.
//!
//! ```text
//!            acquire                  vkQueuePresentKHR, executed       pixels taken or shown
//!   Free ───────────────► Acquired ───────────────────────────► Pending ─────────────────► Free
//!     ▲   vkReleaseSwapchainImagesEXT │                            │ replaced (MAILBOX), out of date, destroyed
//!     └───────────────────────────────┴────────────────────────────┘
//! ```
//!
//! # Invariants
//! 1. `free` lists the free images, the longest free first; `pending` the pending ones, oldest first.
//! 2. Locks are taken in the order canvas, state; signals are raised with the state unlocked.
//! 3. After `destroy` there is no canvas: nothing of the application's connection is used any more.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ash::vk;
use parking_lot::{Condvar, Mutex, MutexGuard};
use smallvec::SmallVec;

use super::pixels::Pixels;
use super::presenter::{self, Progress};
use super::surface::Surface;
use super::wayland::Reading;
use super::{Canvas, Fit, Loaded, Ready, formats};
use crate::error::Error;
use crate::handle::Object;
use crate::object::device::Device;
use crate::object::image::Image;
use crate::object::memory::Memory;
use crate::sync::host_wait::{self, Until};
use crate::sync::signal::{Point, Signal};

/// See the [module](self).
pub struct Swapchain {
    surface: Arc<Surface>,
    mode: vk::PresentModeKHR,
    images: Vec<SwapchainImage>,
    state: Mutex<State>,
    /// An image became free, or there will never be one again.
    changed: Condvar,
    /// Whether there was a canvas when it was made.
    seen: bool,
    /// What shows the pictures; `None` for windows that nobody sees, and after the end.
    canvas: Mutex<Option<Box<dyn Canvas>>>,
    /// The greatest `presentId` whose picture was shown, or replaced by a later one.
    presented: Arc<Signal>,
}

crate::object!(Swapchain, vk::SwapchainKHR);

struct SwapchainImage {
    handle: vk::Image,
    pixels: Pixels,
}

struct State {
    places: Vec<Place>,
    free: VecDeque<u32>,
    pending: VecDeque<(Picture, Instant)>,
    /// Why no more pictures can be shown.
    fault: Option<Error>,
    retired: bool,
    /// Of the last picture.
    fit: Fit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Free,
    Acquired,
    Pending,
}

/// What [`Swapchain::acquire`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// This image.
    Image(u32, Fit),
    /// Nothing, and it was not to wait.
    NotReady,
    /// Nothing in time.
    Timeout,
}

/// One presentation of an image.
#[derive(Default)]
pub struct Picture {
    /// Which image.
    pub index: u32,
    /// `VkSwapchainPresentModeInfoEXT`; `None` for the swapchain's own.
    pub mode: Option<vk::PresentModeKHR>,
    /// What changed, `VkPresentRegionKHR`; empty for everything.
    pub damage: Vec<vk::Rect2D>,
    /// `VkPresentIdKHR`; zero for none.
    pub id: u64,
    /// `VkSwapchainPresentFenceInfoEXT`, behind those of pictures that this one replaced: they are signalled in order.
    pub fences: SmallVec<[Point; 1]>,
}

impl Swapchain {
    /// `vkCreateSwapchainKHR`; retires `oldSwapchain` even if it fails.
    ///
    /// # Errors
    /// [`Error::NativeWindowInUse`], [`Error::SurfaceLost`], [`Error::InvalidUsage`] for what the surface does not offer,
    /// and those of images and memory.
    pub fn new(device: &Arc<Device>, info: &vk::SwapchainCreateInfoKHR<'_>) -> Result<Arc<Self>, Error> {
        let old = Self::find(info.old_swapchain);
        let surface = Surface::get(info.surface)?;
        surface.take_over(old.as_ref())?;
        check(&surface, info)?;
        let canvas = surface.window().canvas(info.image_extent, info.composite_alpha)?;
        if canvas.is_some() {
            presenter::start()?;
        }
        let count = info.min_image_count.max(surface.capabilities()?.min_image_count);
        let in_files = canvas.as_ref().is_some_and(|canvas| canvas.reads_files());
        let images = (0..count).map(|_| SwapchainImage::new(device, info, in_files));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        let swapchain = Arc::new(Self {
            mode: info.present_mode,
            state: Mutex::new(State {
                places: vec![Place::Free; images.len()],
                free: (0..count).collect(),
                pending: VecDeque::new(),
                fault: None,
                retired: false,
                fit: Fit::Exact,
            }),
            images,
            changed: Condvar::new(),
            seen: canvas.is_some(),
            canvas: Mutex::new(canvas),
            presented: Signal::new(0),
            surface,
        });
        swapchain.surface.set_current(&swapchain);
        Ok(swapchain)
    }

    /// `vkGetSwapchainImagesKHR`.
    pub fn images(&self) -> impl ExactSizeIterator<Item = vk::Image> {
        self.images.iter().map(|image| image.handle)
    }

    /// The memory of an image, for `VkBindImageMemorySwapchainInfoKHR`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`].
    pub fn memory(&self, index: u32) -> Result<Arc<Memory>, Error> {
        let image = self.images.get(index as usize);
        let image =
            image.ok_or(Error::InvalidUsage("VUID-VkBindImageMemorySwapchainInfoKHR-imageIndex-01644"))?;
        Ok(Arc::clone(image.pixels.memory()))
    }

    /// `vkAcquireNextImageKHR`: the image that was free for longest. Zero asks only, `u64::MAX` nanoseconds wait for ever.
    ///
    /// # Errors
    /// [`Error::OutOfDate`], [`Error::SurfaceLost`].
    pub fn acquire(&self, timeout: u64) -> Result<Acquired, Error> {
        let deadline =
            Instant::now().checked_add(Duration::from_nanos(timeout)).filter(|_| timeout != u64::MAX);
        let mut state = self.state.lock();
        loop {
            state.check()?;
            if let Some(index) = state.free.pop_front() {
                state.places[index as usize] = Place::Acquired;
                return Ok(Acquired::Image(index, state.fit));
            }
            match deadline {
                _ if timeout == 0 => return Ok(Acquired::NotReady),
                None => self.changed.wait(&mut state),
                Some(deadline) if Instant::now() >= deadline => return Ok(Acquired::Timeout),
                Some(deadline) => {
                    self.changed.wait_until(&mut state, deadline);
                }
            }
        }
    }

    /// `vkReleaseSwapchainImagesEXT`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for images that the application does not have; then none is released.
    pub fn release(&self, indices: &[u32]) -> Result<(), Error> {
        let mut state = self.state.lock();
        for &index in indices {
            state.expect_acquired(index)?;
        }
        for &index in indices {
            state.set_free(index);
        }
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// The application gives an image to a queue; [`present`](Self::present) follows when the queue gets there.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for images that the application does not have.
    pub fn submit(&self, index: u32) -> Result<(), Error> {
        let mut state = self.state.lock();
        state.expect_acquired(index)?;
        state.places[index as usize] = Place::Pending;
        Ok(())
    }

    /// Takes back what [`submit`](Self::submit) did.
    pub fn take_back(&self, index: u32) {
        self.state.lock().places[index as usize] = Place::Acquired;
    }

    /// What `vkQueuePresentKHR` says of this swapchain.
    ///
    /// # Errors
    /// [`Error::OutOfDate`], [`Error::SurfaceLost`].
    pub fn status(&self) -> Result<Fit, Error> {
        let state = self.state.lock();
        match &state.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(state.fit),
        }
    }

    /// The queue got to a presentation.
    pub fn present(self: &Arc<Self>, mut picture: Picture) {
        let mut state = self.state.lock();
        if !self.seen || state.fault.is_some() {
            return self.done(state, &picture);
        }
        let mut replaced = match self.mode_of(&picture) {
            vk::PresentModeKHR::MAILBOX => {
                state.pending.pop_back_if(|(last, _)| self.mode_of(last) == vk::PresentModeKHR::MAILBOX)
            }
            _ => None,
        };
        if let Some((replaced, _)) = &mut replaced {
            // What changed since a picture that nobody saw is not what changed in the window.
            picture.damage.clear();
            picture.fences.insert_many(0, replaced.fences.drain(..));
        }
        state.pending.push_back((picture, Instant::now()));
        match replaced {
            Some((replaced, _)) => self.done(state, &replaced),
            None => drop(state),
        }
        presenter::add(Arc::clone(self));
    }

    /// `vkWaitForPresentKHR`: whether a picture with this or a later identifier was shown in time.
    ///
    /// # Errors
    /// [`Error::OutOfDate`], [`Error::SurfaceLost`] when it never will be.
    pub fn wait_for_present(&self, id: u64, timeout: u64) -> Result<bool, Error> {
        let shown = Point { signal: Arc::clone(&self.presented), value: id };
        let met = host_wait::wait(&[shown], Until::All, timeout);
        if !met {
            self.status()?;
        }
        Ok(met)
    }

    /// A new swapchain took over: no image can be acquired any more.
    pub fn retire(&self) {
        self.state.lock().retired = true;
        self.changed.notify_all();
    }

    /// Whether a new swapchain took over, or this one ended.
    pub fn is_retired(&self) -> bool {
        self.state.lock().retired
    }

    /// `vkDestroySwapchainKHR`. What is still pending is not shown.
    pub fn destroy(&self) {
        self.retire();
        drop(self.canvas.lock().take());
        presenter::finish_round();
        self.fail(Error::OutOfDate);
        for image in &self.images {
            drop(Image::remove(image.handle));
        }
    }

    /// Shows the oldest pending picture if it is time. Called by the presenter.
    pub(super) fn advance(&self) -> Progress {
        let mut canvas = self.canvas.lock();
        let Some(canvas) = canvas.as_mut() else { return Progress::Idle };
        let progress = self.advance_on(&mut **canvas);
        progress.unwrap_or_else(|fault| {
            self.fail(fault);
            Progress::Idle
        })
    }

    /// Announces a read of what [`Progress::AfterEvents`] waits for; `None` when it is better to advance once more.
    pub(super) fn listen(&self) -> Option<Reading> {
        self.canvas.lock().as_mut()?.listen()
    }

    fn advance_on(&self, canvas: &mut dyn Canvas) -> Result<Progress, Error> {
        let oldest =
            self.state.lock().pending.front().map(|(picture, queued)| (self.mode_of(picture), *queued));
        let Some((mode, queued)) = oldest else { return Ok(Progress::Idle) };
        match canvas.ready(mode, queued)? {
            Ready::Now => {}
            Ready::At(time) => return Ok(Progress::At(time)),
            Ready::AfterEvents(limit) => return Ok(Progress::AfterEvents(limit)),
        }
        // Only this thread takes pictures from the front; a picture that replaced the one above is as ready.
        let Some((mut picture, _)) = self.state.lock().pending.pop_front() else { return Ok(Progress::Idle) };
        let loaded = canvas.load(&self.images[picture.index as usize].pixels);
        let damage = std::mem::take(&mut picture.damage);
        let is_read_later = matches!(loaded, Ok(Loaded::Mapped));
        if !is_read_later {
            self.set_free(picture.index);
        }
        let shown = loaded.and_then(|_| canvas.show(mode, &damage));
        if is_read_later {
            self.set_free(picture.index);
        }
        self.signal(&picture);
        self.state.lock().fit = shown?;
        Ok(Progress::Again)
    }

    /// An image can be acquired again.
    fn set_free(&self, index: u32) {
        self.state.lock().set_free(index);
        self.changed.notify_all();
    }

    /// No more pictures can be shown.
    fn fail(&self, fault: Error) {
        let mut state = self.state.lock();
        state.fault.get_or_insert(fault);
        let pending = std::mem::take(&mut state.pending);
        for (picture, _) in &pending {
            state.set_free(picture.index);
        }
        drop(state);
        self.changed.notify_all();
        pending.iter().for_each(|(picture, _)| self.signal(picture));
    }

    /// A picture that will not be shown (any more).
    fn done(&self, mut state: MutexGuard<'_, State>, picture: &Picture) {
        state.set_free(picture.index);
        drop(state);
        self.changed.notify_all();
        self.signal(picture);
    }

    fn signal(&self, picture: &Picture) {
        self.presented.raise(picture.id);
        picture.fences.iter().for_each(Point::raise);
    }

    fn mode_of(&self, picture: &Picture) -> vk::PresentModeKHR {
        picture.mode.unwrap_or(self.mode)
    }
}

impl State {
    /// Whether an image can be acquired, now or later.
    fn check(&self) -> Result<(), Error> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None if self.retired => Err(Error::OutOfDate),
            None => Ok(()),
        }
    }

    fn expect_acquired(&self, index: u32) -> Result<(), Error> {
        match self.places.get(index as usize) {
            Some(Place::Acquired) => Ok(()),
            _ => Err(Error::InvalidUsage("VUID-VkPresentInfoKHR-pImageIndices-01430")),
        }
    }

    fn set_free(&mut self, index: u32) {
        self.places[index as usize] = Place::Free;
        self.free.push_back(index);
    }
}

impl SwapchainImage {
    /// An image of the swapchain, with memory of its own, which is a file if the display server is to map it.
    fn new(
        device: &Arc<Device>,
        info: &vk::SwapchainCreateInfoKHR<'_>,
        in_file: bool,
    ) -> Result<Self, Error> {
        let vk::Extent2D { width, height } = info.image_extent;
        let mut flags = vk::ImageCreateFlags::empty();
        if info.flags.contains(vk::SwapchainCreateFlagsKHR::MUTABLE_FORMAT) {
            flags |= vk::ImageCreateFlags::MUTABLE_FORMAT;
        }
        let image = Image::new(
            device,
            &vk::ImageCreateInfo::default()
                .flags(flags)
                .image_type(vk::ImageType::TYPE_2D)
                .format(info.image_format)
                .extent(vk::Extent3D { width, height, depth: 1 })
                .mip_levels(1)
                .array_layers(1)
                .samples(vk::SampleCountFlags::TYPE_1)
                // Presenting reads whole rows.
                .tiling(vk::ImageTiling::LINEAR)
                .usage(info.image_usage),
        )?;
        let is_rgba = formats::is_rgba(info.image_format);
        let wanted = vk::MemoryAllocateInfo::default().allocation_size(image.requirements().size);
        let mut export = vk::ExportMemoryAllocateInfo::default()
            .handle_types(vk::ExternalMemoryHandleTypeFlags::OPAQUE_FD);
        // SAFETY: valid structures. Without a file, which the system may refuse, pictures are copied.
        let memory = unsafe {
            let file = (in_file && !is_rgba).then(|| Memory::new(device, &wanted.push_next(&mut export)));
            match file.and_then(Result::ok) {
                Some(memory) => memory,
                None => Memory::new(device, &wanted)?,
            }
        };
        let memory = Arc::new(memory);
        // The presenter reads it at any time.
        memory.bo.pin();
        image.bind_to(Arc::clone(&memory), 0)?;
        let handle = image.insert();
        let pixels = Pixels::new(&*Image::get(handle)?, memory, is_rgba)?;
        Ok(Self { handle, pixels })
    }
}

/// Refuses what the surface does not offer. An extent that is not the window's any more is no error of the application's.
fn check(surface: &Surface, info: &vk::SwapchainCreateInfoKHR<'_>) -> Result<(), Error> {
    let capabilities = surface.capabilities()?;
    let vk::Extent2D { width, height } = info.image_extent;
    if width == 0 || height == 0 {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-imageExtent-01689"));
    }
    let offered = |format: &vk::SurfaceFormatKHR| {
        format.format == info.image_format && format.color_space == info.image_color_space
    };
    if !surface.formats()?.iter().any(offered) {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-imageFormat-01273"));
    }
    if !surface.window().modes().contains(&info.present_mode) {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-presentMode-01281"));
    }
    if info.image_array_layers != 1 {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-imageArrayLayers-01275"));
    }
    if info.image_usage.is_empty() || !capabilities.supported_usage_flags.contains(info.image_usage) {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-presentMode-01427"));
    }
    if info.flags.contains(vk::SwapchainCreateFlagsKHR::PROTECTED) {
        return Err(Error::InvalidUsage("VUID-VkSwapchainCreateInfoKHR-flags-03187"));
    }
    Ok(())
}
