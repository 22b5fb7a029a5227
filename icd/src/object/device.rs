//! `VkDevice`: queues, enabled extensions, and the address space of its sparse resources.
//!
//! Creating one takes microseconds: no thread, no reservation. What is expensive belongs to the process and starts with
//! its first use (`lacuna_gpu::address_space`, the worker pool).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ash::vk;
use lacuna_gpu::{AddressSpace, address_space};
use lacuna_vm::{BindJob, BoId, Manager, Va, VaRange, VmId, VmOptions};
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
use crate::object::buffer::SparseRange;
use crate::object::physical_device::PhysicalDevice;
use crate::queue::Queue;
use crate::{settings, trace};

/// A logical device.
pub struct Device {
    /// The enabled device extensions.
    pub extensions: Set<DeviceExtension>,
    /// What is bound where. Locked while binds are prepared and run, and while memory and sparse resources come and go;
    /// never while waiting for anything.
    pub vm: Mutex<Manager>,
    /// The one VM of `vm`: the whole sparse address space, each sparse resource of this device a region of it.
    pub vm_id: VmId,
    lost: AtomicBool,
    /// Why it is lost.
    report: Mutex<Report>,
    instance_extensions: Set<InstanceExtension>,
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
        // SAFETY: members of a valid structure.
        let extensions =
            unsafe { Set::from_names(info.pp_enabled_extension_names, info.enabled_extension_count)? };
        // SAFETY: the same contract.
        unsafe { features::check(info)? };
        // SAFETY: members of a valid structure.
        let counts =
            queue_counts(unsafe { guard::slice(info.p_queue_create_infos, info.queue_create_info_count) })?;
        lacuna_gpu::compute::prepare()?;
        let mut vm = Manager::new();
        let vm_id = vm.create_vm(VmOptions {
            name: "device".into(),
            range: VaRange::new(Va(0), SPARSE_SPACE)?,
            reserved: None,
            coalesce: true,
            regions: true,
        })?;
        Ok(Arc::new_cyclic(|device| Self {
            extensions,
            vm: Mutex::new(vm),
            vm_id,
            lost: AtomicBool::new(false),
            report: Mutex::default(),
            instance_extensions: physical_device.instance_extensions,
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

    /// Whether the device is lost: every submission and wait says so from then on.
    pub fn is_lost(&self) -> bool {
        // Relaxed: carries no data, only ends waits that poll.
        self.lost.load(Ordering::Relaxed)
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
        let found = lacuna_vm::check::faults(vm, self.vm_id, |page| space.table().load(page));
        if let Some(first) = found.iter().flatten().next() {
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
        let cleared = self.vm.lock().clear_region(self.vm_id, sparse.region, &mut space.table());
        match cleared {
            Ok(_) => space.free(sparse.range),
            // The addresses stay taken, so that nobody gets them with old memory bound.
            Err(error) => log::error!("a sparse resource keeps its addresses: {error}"),
        }
    }

    /// For command look-ups.
    pub fn enabled(&self) -> Enabled {
        Enabled { instance: self.instance_extensions, device: Some(self.extensions) }
    }
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
