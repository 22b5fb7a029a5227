//! Accesses of shaders to memory that is not bound, for those who want to hear of them (`LACUNA_NONRESIDENT`), and
//! `VK_EXT_device_fault`.

use std::sync::atomic::{AtomicUsize, Ordering};

use ash::vk;
use lacuna_gpu::memory::fault::{self, NonResident, Record, Records};
use lacuna_vm::PAGE_SIZE;
use parking_lot::Mutex;

use crate::queue::submission::Failed;
use crate::settings;

/// What ended a device.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Why, in words.
    pub why: &'static str,
    /// The accesses that did it, page by page.
    pub records: Vec<Record>,
}

/// The accesses of the job that failed last: the device that is lost with it takes them.
static LAST: Mutex<Vec<Record>> = Mutex::new(Vec::new());

/// What a job should collect into; `None` where nobody asks.
pub fn records() -> Option<Records> {
    (settings::get().nonresident != NonResident::Zero).then(Records::default)
}

/// Looks at what a command did.
///
/// # Errors
/// Where such an access ends the device.
pub fn judge(records: &Records) -> Result<(), Failed> {
    let accesses = records.take();
    if accesses.is_empty() {
        return Ok(());
    }
    accesses.iter().for_each(warn);
    match settings::get().nonresident {
        NonResident::Zero | NonResident::Report => Ok(()),
        NonResident::Lose => {
            *LAST.lock() = accesses;
            Err(Failed)
        }
        NonResident::Abort => std::process::abort(),
    }
}

/// Says it, a thousand times at most.
fn warn(record: &Record) {
    static SAID: AtomicUsize = AtomicUsize::new(0);
    if SAID.fetch_add(1, Ordering::Relaxed) < 1000 {
        let what = if record.is_write { "writes" } else { "reads" };
        log::warn!("a shader {what} at {:#x}, where nothing is bound", record.address);
    }
}

/// The report of a device that is being lost.
pub fn report(why: &'static str) -> Report {
    Report { why, records: std::mem::take(&mut LAST.lock()) }
}

impl Report {
    /// As Vulkan tells it.
    pub fn addresses(&self) -> Vec<vk::DeviceFaultAddressInfoEXT> {
        let tell = |record: &Record| vk::DeviceFaultAddressInfoEXT {
            address_type: match record.is_write {
                true => vk::DeviceFaultAddressTypeEXT::WRITE_INVALID,
                false => vk::DeviceFaultAddressTypeEXT::READ_INVALID,
            },
            reported_address: fault::page(record.address),
            address_precision: PAGE_SIZE,
        };
        self.records.iter().map(tell).collect()
    }
}
