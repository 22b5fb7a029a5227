//! What an access means when its page table entry is not `VALID`: the page-fault policy.
//!
//! Called by machine code through [`handle`] and by copies through [`resolve`], so that both agree. One policy exists, the
//! strict one (`residencyNonResidentStrict`): loads give zero, stores vanish, nothing faults.

use lacuna_shaders::abi::DispatchContext;
use lacuna_vm::page_table::pte;

use super::DeviceAddress;
use super::span::Access;

/// What to do about an access to memory that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonResident {
    /// Loads give zero, stores vanish.
    Zero,
}

/// The policy of the process.
pub fn policy() -> NonResident {
    NonResident::Zero
}

/// The entry to use for an access whose entry is not `VALID` or not writable: zero means that there is no memory.
pub fn resolve(_address: DeviceAddress, _access: Access) -> u64 {
    match policy() {
        NonResident::Zero => 0,
    }
}

/// Whether an access may use `entry` as it is.
pub fn permits(entry: u64, access: Access) -> bool {
    let needed = match access {
        Access::Read => pte::VALID,
        Access::Write => pte::VALID | pte::READ_ONLY,
    };
    entry & needed == pte::VALID
}

/// The [`FaultHandler`](lacuna_shaders::abi::FaultHandler) of every dispatch.
pub extern "C" fn handle(_context: *const DispatchContext, address: DeviceAddress, kind: u32) -> u64 {
    let access =
        if kind == lacuna_shaders::abi::FaultKind::Load as u32 { Access::Read } else { Access::Write };
    resolve(address, access)
}
