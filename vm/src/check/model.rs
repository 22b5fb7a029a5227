//! What requests mean, page by page.

use std::collections::BTreeMap;

use super::{Fault, faults};
use crate::bo::BoId;
use crate::error::Error;
use crate::manager::Manager;
use crate::mapping::MapFlags;
use crate::request::Request;
use crate::units::{PAGE_SHIFT, VaRange};
use crate::vm::VmId;

/// What one page is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Page {
    bo: Option<BoId>,
    bo_page: u64,
    flags: MapFlags,
}

/// One VM as an array of pages.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pages: BTreeMap<u64, Page>,
}

impl Model {
    /// A VM in which nothing is mapped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries a request out.
    pub fn apply(&mut self, request: &Request) {
        let range = request.range();
        for (index, page) in (range.start().page()..range.end().page()).enumerate() {
            match *request {
                Request::Unmap { .. } => {
                    self.pages.remove(&page);
                }
                Request::MapNull { .. } => {
                    self.pages.insert(page, Page { bo: None, bo_page: 0, flags: MapFlags::SPARSE });
                }
                Request::Map { bo, offset, flags, .. } => {
                    let bo_page = (offset.0 >> PAGE_SHIFT) + index as u64;
                    self.pages.insert(page, Page { bo: Some(bo), bo_page, flags });
                }
            }
        }
    }

    /// Removes all that is mapped of a BO.
    pub fn unmap_bo(&mut self, bo: BoId) {
        self.pages.retain(|_, page| page.bo != Some(bo));
    }

    /// All that is wrong with the VM: with itself ([`faults`]), and compared with this model in the pages of `range`.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn compare(
        &self,
        manager: &Manager,
        vm: VmId,
        range: VaRange,
        load: impl Fn(u64) -> u64,
    ) -> Result<Vec<Fault>, Error> {
        let mut all = faults(manager, vm, &load)?;
        let mut found = BTreeMap::new();
        for mapping in manager.mappings(vm)? {
            let first = mapping.range.start().page();
            for page in first..mapping.range.end().page() {
                let bo_page = mapping.bo.map_or(0, |_| (mapping.offset.0 >> PAGE_SHIFT) + page - first);
                let flags = mapping.flags.without(MapFlags::EVICTED);
                found.insert(page, Page { bo: mapping.bo, bo_page, flags });
            }
        }
        for page in range.start().page()..range.end().page() {
            if self.pages.get(&page) != found.get(&page) {
                all.push(Fault::Page(page));
            }
            if !self.pages.contains_key(&page) && load(page) != 0 {
                all.push(Fault::Entry { page, expected: 0, found: load(page) });
            }
        }
        Ok(all)
    }
}
