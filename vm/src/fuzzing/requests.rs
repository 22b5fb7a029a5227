//! Streams of everything a caller can do to two VMs that share a page table and BOs.

use crate::check::Model;
use crate::evict::{Budget, Chaos, Lru};
use crate::{
    BoId, BoOffset, Error, Manager, MapFlags, PAGE_SIZE, RecordingPageTable, Request, TransactError, Va,
    VaRange, VmId, VmOptions,
};

const VM_PAGES: u64 = 96;
const BO_PAGES: u64 = 64;
const BOS: usize = 4;

/// Numbers out of bytes; zeros when they are used up.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn below(&mut self, bound: u64) -> u64 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        u64::from(first) % bound
    }
}

struct World {
    manager: Manager,
    table: RecordingPageTable,
    vms: [(VmId, Model); 2],
    bos: [(BoId, u64); BOS],
    next_host: u64,
}

/// Carries out the calls that `bytes` stand for, and compares manager and model after `every` so many calls and at the end. Gives the number of
/// requests that took effect, each call that is not about requests counted as one.
///
/// # Errors
/// The first disagreement, or the refusal of a valid call, as text.
pub fn check_stream(bytes: &[u8], every: usize) -> Result<usize, String> {
    let mut bytes = Bytes(bytes);
    let coalesce = bytes.below(2) == 0;
    let mut world = World::new(coalesce).map_err(|error| error.to_string())?;
    let mut done = 0;
    for number in 1.. {
        if bytes.0.is_empty() {
            break;
        }
        done += world.step(&mut bytes).map_err(|error| error.to_string())?;
        if number % every == 0 {
            world.compare()?;
        }
    }
    world.compare()?;
    Ok(done)
}

fn pages(start: u64, count: u64) -> Result<VaRange, Error> {
    VaRange::new(Va(start * PAGE_SIZE), count * PAGE_SIZE)
}

impl World {
    fn new(coalesce: bool) -> Result<Self, Error> {
        let mut manager = Manager::new();
        let mut vm = |first: u64| {
            let range = pages(first, VM_PAGES)?;
            let options = VmOptions { name: "fuzz".into(), range, reserved: None, coalesce, regions: false };
            manager.create_vm(options)
        };
        let vms = [(vm(VM_PAGES)?, Model::new()), (vm(2 * VM_PAGES)?, Model::new())];
        let mut bo = |i: u64| Ok::<_, Error>((manager.create_bo(BO_PAGES * PAGE_SIZE, i << 32)?, i << 32));
        let bos = [bo(1)?, bo(2)?, bo(3)?, bo(4)?];
        Ok(Self { manager, table: RecordingPageTable::new(), vms, bos, next_host: 5 << 32 })
    }

    /// One call; gives the number of its requests.
    fn step(&mut self, bytes: &mut Bytes<'_>) -> Result<usize, Error> {
        let which = bytes.below(2) as usize;
        let vm = self.vms[which].0;
        match bytes.below(16) {
            0 => {
                let bo = self.bos[bytes.below(BOS as u64) as usize].0;
                self.manager.evict(bo, &mut self.table)?;
            }
            1 => _ = self.manager.validate(vm, &mut self.table, |_| Ok::<_, Error>(()))?,
            2 => {
                let bo = self.bos[bytes.below(BOS as u64) as usize].0;
                self.vms[which].1.unmap_bo(bo);
                self.manager.unmap_bo(vm, bo, &mut self.table)?;
            }
            3 => return self.replace_bo(bytes),
            4 => return self.refused(which, bytes),
            5 => self.relieve(bytes)?,
            _ => return self.batch(which, bytes),
        }
        Ok(1)
    }

    fn request(&self, which: usize, bytes: &mut Bytes<'_>) -> Result<Request, Error> {
        let start = bytes.below(VM_PAGES);
        let count = 1 + bytes.below((VM_PAGES - start).min(24));
        let range = pages(VM_PAGES * (which as u64 + 1) + start, count)?;
        Ok(match bytes.below(8) {
            0 => Request::MapNull { range },
            1 | 2 => Request::Unmap { range },
            kind => {
                let bo = self.bos[bytes.below(BOS as u64) as usize].0;
                // Often the offset that continues what the BO has elsewhere.
                let page =
                    if kind == 3 { bytes.below(BO_PAGES - count + 1) } else { start.min(BO_PAGES - count) };
                let flags = if kind == 4 { MapFlags::READ_ONLY } else { MapFlags::EMPTY };
                Request::Map { range, bo, offset: BoOffset(page * PAGE_SIZE), flags }
            }
        })
    }

    fn requests(&self, which: usize, bytes: &mut Bytes<'_>) -> Result<Vec<Request>, Error> {
        (0..=bytes.below(4)).map(|_| self.request(which, bytes)).collect()
    }

    fn batch(&mut self, which: usize, bytes: &mut Bytes<'_>) -> Result<usize, Error> {
        let requests = self.requests(which, bytes)?;
        let job = self.manager.prepare(self.vms[which].0, &requests)?;
        if bytes.below(8) == 0 {
            self.manager.cancel(job);
            return Ok(0);
        }
        self.manager.run(job, &mut self.table);
        requests.iter().for_each(|request| self.vms[which].1.apply(request));
        Ok(requests.len())
    }

    /// A batch whose visitor refuses some operation, or none.
    fn refused(&mut self, which: usize, bytes: &mut Bytes<'_>) -> Result<usize, Error> {
        let requests = self.requests(which, bytes)?;
        let mut left = bytes.below(6);
        let refuse = |_: &crate::Op| {
            left = left.wrapping_sub(1);
            if left == u64::MAX { Err(()) } else { Ok(()) }
        };
        match self.manager.transact(self.vms[which].0, &requests, &mut self.table, refuse) {
            Ok(_) => requests.iter().for_each(|request| self.vms[which].1.apply(request)),
            Err(TransactError::Invalid(error)) => return Err(error),
            Err(TransactError::Refused(())) => return Ok(0),
        }
        Ok(requests.len())
    }

    /// Destroys a BO between prepare and run of a job that maps it.
    fn replace_bo(&mut self, bytes: &mut Bytes<'_>) -> Result<usize, Error> {
        let (which, index) = (bytes.below(2) as usize, bytes.below(BOS as u64) as usize);
        let requests = self.requests(which, bytes)?;
        let job = self.manager.prepare(self.vms[which].0, &requests)?;
        let gone = self.bos[index].0;
        self.manager.destroy_bo(gone, &mut self.table)?;
        self.vms.iter_mut().for_each(|(_, model)| model.unmap_bo(gone));
        self.manager.run(job, &mut self.table);
        for request in &requests {
            self.vms[which].1.apply(&match *request {
                Request::Map { range, bo, .. } if bo == gone => Request::Unmap { range },
                other => other,
            });
        }
        self.bos[index] = (self.manager.create_bo(BO_PAGES * PAGE_SIZE, self.next_host)?, self.next_host);
        self.next_host += 1 << 32;
        Ok(requests.len())
    }

    /// Evicts what a budget's policy chooses.
    fn relieve(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Error> {
        let room = bytes.below(4) * BO_PAGES * PAGE_SIZE;
        let Self { manager, table, .. } = self;
        let nothing = |_| Ok::<_, Error>(());
        match bytes.below(2) {
            0 => Budget::new(room, Lru).make_room(manager, 0, table, nothing),
            _ => Budget::new(room, Chaos::new(bytes.below(256))).make_room(manager, 0, table, nothing),
        }
        .map_err(|_| Error::Pinned)
    }

    fn compare(&self) -> Result<(), String> {
        let resident = self.bos.iter().filter(|(bo, _)| self.manager.is_evicted(*bo) == Ok(false)).count();
        if self.manager.resident_bytes() != resident as u64 * BO_PAGES * PAGE_SIZE {
            return Err(format!("{} resident bytes", self.manager.resident_bytes()));
        }
        for (vm, model) in &self.vms {
            let first = if *vm == self.vms[0].0 { VM_PAGES } else { 2 * VM_PAGES };
            let range = pages(first, VM_PAGES).map_err(|error| error.to_string())?;
            let load = |page| self.table.load(page);
            let faults = model.compare(&self.manager, *vm, range, load).map_err(|error| error.to_string())?;
            if !faults.is_empty() {
                return Err(format!("{vm}: {faults:?}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzzing::unhex;

    fn random_stream(chaos: &mut Chaos, length: usize) -> Vec<u8> {
        (0..length).map(|_| chaos.choose(256) as u8).collect()
    }

    #[test]
    fn random_streams_never_disagree_with_the_model() {
        let (streams, length) = if cfg!(miri) { (2, 60) } else { (100, 400) };
        let mut chaos = Chaos::new(1);
        for stream in 0..streams {
            let result = check_stream(&random_stream(&mut chaos, length), 1);
            assert!(result.is_ok(), "stream {stream}: {result:?}");
        }
    }

    /// Each compared now and then. Ten million with `LACUNA_LONG` set.
    #[test]
    #[cfg_attr(miri, ignore = "too long")]
    fn a_million_requests_never_disagree_with_the_model() {
        let most = if std::env::var_os("LACUNA_LONG").is_some() { 10_000_000 } else { 1_000_000 };
        let (mut chaos, mut done) = (Chaos::new(2), 0);
        while done < most {
            let choices = chaos.choices;
            match check_stream(&random_stream(&mut chaos, 100_000), 500) {
                Ok(requests) => done += requests,
                Err(disagreement) => panic!("after {choices} bytes: {disagreement}"),
            }
        }
    }

    /// What fuzzing has found to reach all of the code, in `fuzz/seeds`.
    #[test]
    fn kept_streams_never_disagree_with_the_model() {
        let seeds = include_str!("../../fuzz/seeds/requests.hex");
        for line in seeds.lines().take(if cfg!(miri) { 2 } else { usize::MAX }) {
            assert!(check_stream(&unhex(line), 1).is_ok(), "{line}");
        }
        assert!(seeds.lines().count() > 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 64 }, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn shrinkable_streams_never_disagree_with_the_model(bytes in prop::collection::vec(any::<u8>(), 0..if cfg!(miri) { 40 } else { 300 })) {
            let result = check_stream(&bytes, 1);
            prop_assert!(result.is_ok(), "{:?}", result);
        }
    }
}
