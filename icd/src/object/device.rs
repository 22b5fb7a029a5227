//! `VkDevice`: queues, enabled extensions, and the address space of its sparse resources.
//!
//! Creating one takes microseconds: no thread, no reservation. What is expensive belongs to the process and starts with
//! its first use (`lacuna_gpu::address_space`, the worker pool).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ash::vk;
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_gpu::memory::fork;
use lacuna_gpu::{AddressSpace, address_space};
use lacuna_vm::{BindJob, BoId, Manager, RegionFlags, RegionId, Va, VaRange, VmId, VmOptions};
use parking_lot::Mutex;
use smallvec::SmallVec;

use crate::caps::extensions::{DeviceExtension, InstanceExtension, Set};
use crate::caps::features;
use crate::caps::limits::SPARSE_SPACE;
use crate::caps::queues::FAMILIES;
use crate::entry::lookup::Enabled;
use crate::error::Error;
use crate::faults::{self, Report};
use crate::guard;
use crate::handle::{Dispatchable, DispatchableObject};
use crate::object::border_colors::BorderColors;
use crate::object::buffer::SparseRange;
use crate::object::physical_device::PhysicalDevice;
use crate::pnext;
use crate::queue::Queue;
use crate::{settings, trace};

/// A logical device.
pub struct Device {
    /// The enabled device extensions.
    pub extensions: Set<DeviceExtension>,
    /// What is bound where. Locked while binds are prepared and run, and while memory and sparse resources come and go;
    /// never while waiting for anything.
    pub vm: Mutex<Manager>,
    /// The VMs of `vm`, one for each physical device: its part of the sparse address space, each sparse resource a region.
    pub vms: SmallVec<[VmId; 1]>,
    lost: AtomicBool,
    /// Why it is lost.
    report: Mutex<Report>,
    instance_extensions: Set<InstanceExtension>,
    /// Which indices of border colors are registered.
    pub border_colors: BorderColors,
    /// The version that the application was written for.
    version: u32,
    /// By family; empty for families that the application did not ask for.
    queues: [SmallVec<[Box<Dispatchable<Queue>>; 4]>; FAMILIES.len()],
}

impl DispatchableObject for Device {
    type Handle = vk::Device;
}

impl Device {
    /// `vkCreateDevice`.
    ///
    /// # Errors
    /// [`Error::ExtensionNotPresent`], [`Error::FeatureNotPresent`], and [`Error::InvalidUsage`] for queues that do not
    /// exist.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(
        physical_device: &PhysicalDevice,
        info: &vk::DeviceCreateInfo<'_>,
    ) -> Result<Arc<Self>, Error> {
        if fork::is_child() {
            return Err(Error::Initialization("the driver began to work in a parent of this process"));
        }
        // SAFETY: members of a valid structure.
        let extensions =
            unsafe { Set::from_names(info.pp_enabled_extension_names, info.enabled_extension_count)? };
        // SAFETY: the same contract.
        unsafe { features::check(info)? };
        // SAFETY: members of a valid structure.
        let queues = unsafe { guard::slice(info.p_queue_create_infos, info.queue_create_info_count) };
        let counts = queue_counts(queues)?;
        // SAFETY: valid structures.
        unsafe { check_priorities(queues)? };
        // SAFETY: this function's contract.
        let members = unsafe { members(info)? };
        lacuna_gpu::compute::prepare()?;
        let mut vm = Manager::new();
        let vms = (0..members).map(|index| create_vm(&mut vm, Gpu::new(index), members));
        let vms = vms.collect::<Result<_, _>>()?;
        Ok(Arc::new_cyclic(|device| Self {
            extensions,
            vm: Mutex::new(vm),
            vms,
            lost: AtomicBool::new(false),
            report: Mutex::default(),
            instance_extensions: physical_device.instance_extensions,
            border_colors: BorderColors::default(),
            version: physical_device.version,
            queues: std::array::from_fn(|family| {
                let queue = |_| Dispatchable::new(Arc::new(Queue::new(device.clone(), family as u32)));
                (0..counts[family]).map(queue).collect()
            }),
        }))
    }

    /// A queue's handle; `None` for queues that the device was created without.
    pub fn queue_handle(&self, family: u32, index: u32) -> Option<vk::Queue> {
        let queue = self.queues.get(family as usize)?.get(index as usize)?;
        Some(queue.handle())
    }

    /// Every queue of the device.
    pub fn queues(&self) -> impl Iterator<Item = &Arc<Queue>> {
        self.queues.iter().flatten().map(|queue| queue.object())
    }

    /// Whether the device is lost: every submission and wait says so from then on. A child of `fork` has no devices.
    pub fn is_lost(&self) -> bool {
        // Relaxed: carries no data, only ends waits that poll.
        self.lost.load(Ordering::Relaxed) || fork::is_child()
    }

    /// Loses the device, once and for all.
    pub fn lose(&self, why: &'static str) {
        if !self.lost.swap(true, Ordering::Relaxed) {
            log::error!("device lost: {why}");
            *self.report.lock() = faults::report(why);
        }
    }

    /// What is known of why it is lost; nothing while it is not.
    pub fn fault_report(&self) -> Report {
        self.report.lock().clone()
    }

    /// Runs a bind job.
    pub fn run_binds(&self, job: BindJob) {
        // Never `Err`: the resources of the job have addresses of this space.
        let Ok(space) = address_space() else { return };
        let mut vm = self.vm.lock();
        match trace::get() {
            None => {
                vm.run(job, &mut space.table());
            }
            Some(trace) => {
                let mut bind = trace::Bind::new(trace);
                let stats = vm.run_traced(job, &mut space.table(), &mut bind);
                bind.finish(stats);
            }
        }
        if settings::get().check {
            self.check(&vm, space);
        }
    }

    /// `LACUNA_CHECK`: whether mappings, pairs and page table entries agree.
    fn check(&self, vm: &Manager, space: &AddressSpace) {
        let found =
            self.vms.iter().map(|&id| lacuna_vm::check::faults(vm, id, |page| space.table().load(page)));
        if let Some(first) = found.flatten().flatten().next() {
            log::error!("the address space is inconsistent: {first:?}");
            self.lose("the address space is inconsistent");
        }
    }

    /// Forgets memory that is freed: whatever is bound to it becomes unbound.
    pub fn destroy_bo(&self, bo: BoId) {
        // Without an address space nothing sparse exists, hence nothing is bound.
        let Ok(space) = address_space() else { return };
        if let Err(error) = self.vm.lock().destroy_bo(bo, &mut space.table()) {
            log::error!("memory is not known to the VA manager: {error}");
        }
    }

    /// Makes the entries of a BO's mappings fault, or not.
    pub fn set_evicted(&self, bo: BoId, evicted: bool) {
        let Ok(space) = address_space() else { return };
        if let Some(trace) = trace::get() {
            trace.instant(if evicted { "evict" } else { "restore" }, &format!(r#""bo":"{bo}""#));
        }
        let mut vm = self.vm.lock();
        let table = &mut space.table();
        let changed = if evicted { vm.evict(bo, table) } else { vm.restore(bo, table) };
        if let Err(error) = changed {
            // It is being freed: no entry names it.
            log::debug!("a BO that moves is not known to the VA manager: {error}");
        }
    }

    /// Ends the addresses of a sparse resource, with whatever is bound there.
    pub fn remove_sparse_range(&self, sparse: &SparseRange) {
        let Ok(space) = address_space() else { return };
        let mut vm = self.vm.lock();
        let mut regions = self.vms.iter().zip(&sparse.regions);
        let cleared = regions
            .try_for_each(|(&id, &region)| vm.clear_region(id, region, &mut space.table()).map(|_| ()));
        drop(vm);
        match cleared {
            Ok(()) => space.free(sparse.range),
            // The addresses stay taken, so that nobody gets them with old memory bound.
            Err(error) => log::error!("a sparse resource keeps its addresses: {error}"),
        }
    }

    /// Declares a range of addresses, which [`address_space`] handed out, as a sparse resource on each physical device.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`]; nothing is declared then.
    pub fn insert_regions(&self, range: VaRange) -> Result<SmallVec<[RegionId; 1]>, Error> {
        let mut vm = self.vm.lock();
        let mut regions: SmallVec<[RegionId; 1]> = SmallVec::new();
        for (index, &id) in (0..).zip(&self.vms) {
            let start = Va(range.start().0 + Gpu::new(index).offset());
            let region = VaRange::new(start, range.size())
                .and_then(|range| vm.insert_region(id, range, RegionFlags { sparse: true }));
            match region {
                Ok(region) => regions.push(region),
                Err(error) => {
                    for (&id, &region) in self.vms.iter().zip(&regions) {
                        // Empty regions can always be removed.
                        let _ = vm.remove_region(id, region);
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(regions)
    }

    /// How many physical devices it consists of.
    pub fn members(&self) -> u32 {
        self.vms.len() as u32
    }

    /// One bit for each of its physical devices.
    pub fn mask(&self) -> u32 {
        u32::MAX >> (u32::BITS - self.members())
    }

    /// The physical device of a device index.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] when there are fewer.
    pub fn gpu(&self, index: u32) -> Result<Gpu, Error> {
        let known = index < self.members();
        known.then_some(Gpu::new(index)).ok_or(Error::InvalidUsage("a device index beyond the device group"))
    }

    /// For command look-ups.
    pub fn enabled(&self) -> Enabled {
        Enabled { instance: self.instance_extensions, device: Some(self.extensions), version: self.version }
    }
}

/// How many physical devices are wanted.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn members(info: &vk::DeviceCreateInfo<'_>) -> Result<u32, Error> {
    // SAFETY: the chain of a valid structure.
    let group = unsafe { pnext::find::<vk::DeviceGroupDeviceCreateInfo<'_>>(info.p_next) };
    let count = group.map_or(0, |group| group.physical_device_count);
    if count > settings::get().devices {
        return Err(Error::InvalidUsage("VUID-VkDeviceGroupDeviceCreateInfo-pPhysicalDevices-00375"));
    }
    Ok(count.max(1))
}

/// The VM of a physical device: everything where it is alone, else its part of the page table, which is reserved now.
fn create_vm(vm: &mut Manager, gpu: Gpu, members: u32) -> Result<VmId, Error> {
    let size = if members == 1 { SPARSE_SPACE } else { address_space()?.range().size() };
    let range = VaRange::new(Va(gpu.offset()), size)?;
    let name = format!("device {}", gpu.index());
    Ok(vm.create_vm(VmOptions { name, range, reserved: None, coalesce: true, regions: true })?)
}

/// How many queues of each family are wanted. A family named twice gets the larger count.
fn queue_counts(infos: &[vk::DeviceQueueCreateInfo<'_>]) -> Result<[u32; FAMILIES.len()], Error> {
    let mut counts = [0; FAMILIES.len()];
    for info in infos {
        let family = info.queue_family_index as usize;
        let available =
            FAMILIES.get(family).ok_or(Error::InvalidUsage("queueFamilyIndex: no such family"))?.queues;
        if info.queue_count > available {
            return Err(Error::InvalidUsage("VUID-VkDeviceQueueCreateInfo-queueCount-00382"));
        }
        counts[family] = info.queue_count.max(counts[family]);
    }
    Ok(counts)
}

/// Queues are served alike, whatever process or device they belong to.
///
/// # Safety
/// Valid structures.
unsafe fn check_priorities(infos: &[vk::DeviceQueueCreateInfo<'_>]) -> Result<(), Error> {
    for info in infos {
        // SAFETY: the chain of a valid structure.
        let asked = unsafe { pnext::find::<vk::DeviceQueueGlobalPriorityCreateInfoKHR<'_>>(info.p_next) };
        if asked.is_some_and(|asked| asked.global_priority > vk::QueueGlobalPriorityKHR::MEDIUM) {
            return Err(Error::NotPermitted);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_counts_take_the_larger_and_refuse_what_does_not_exist() {
        let info = |family, count| vk::DeviceQueueCreateInfo {
            queue_family_index: family,
            queue_count: count,
            ..Default::default()
        };
        assert_eq!(queue_counts(&[info(0, 1), info(2, 2), info(0, 3)]), Ok([3, 0, 2, 0]));
        assert!(queue_counts(&[info(0, 5)]).is_err());
        assert!(queue_counts(&[info(4, 1)]).is_err());
    }
}
