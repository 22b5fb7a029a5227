//! A toy driver: a page table of its own, a batch from an application, memory pressure, and the address space printed after each.
//!
//! `cargo run -p lacuna-vm --example toy_driver`

use std::collections::BTreeMap;

use lacuna_vm::evict::{Budget, Lru};
use lacuna_vm::*;

/// What this driver's hardware walks: here, a map.
#[derive(Default)]
struct ToyTable(BTreeMap<u64, &'static str>);

impl ToyTable {
    fn fill(&mut self, first: u64, count: u64, what: &'static str) {
        println!("    entries {first}..{}: {what}", first + count);
        (first..first + count).for_each(|page| _ = self.0.insert(page, what));
    }
}

impl PageTable for ToyTable {
    fn map_pages(&mut self, first: u64, count: u64, _host_address: u64, _flags: MapFlags) {
        self.fill(first, count, "memory");
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        self.fill(first, count, "nothing");
    }

    fn set_null(&mut self, first: u64, count: u64) {
        self.fill(first, count, "null");
    }

    fn set_fault(&mut self, first: u64, count: u64, _host_address: u64, _flags: MapFlags) {
        self.fill(first, count, "fault");
    }

    fn invalidate(&mut self, first: u64, count: u64) {
        println!("    flush {first}..{}", first + count);
    }
}

fn pages(first: u64, count: u64) -> Result<VaRange, Error> {
    VaRange::new(Va(first * PAGE_SIZE), count * PAGE_SIZE)
}

fn main() -> Result<(), Error> {
    let mut manager = Manager::new();
    let mut table = ToyTable::default();
    let (name, range) = ("toy".into(), pages(0, 1024)?);
    let vm = manager.create_vm(VmOptions { name, range, reserved: None, coalesce: true, regions: false })?;
    let texture = manager.create_bo(64 * PAGE_SIZE, 1 << 32)?;
    let buffer = manager.create_bo(8 * PAGE_SIZE, 2 << 32)?;
    let map = |range, bo, page: u64| Request::Map {
        range,
        bo,
        offset: BoOffset(page * PAGE_SIZE),
        flags: MapFlags::EMPTY,
    };

    println!("a texture, then a buffer over its middle:");
    let job = manager.prepare(vm, &[map(pages(0, 16)?, texture, 0), map(pages(4, 4)?, buffer, 0)])?;
    println!("    {:?}", manager.run(job, &mut table));
    println!("    {}", text::space(&manager, vm)?);

    println!("the texture again, whole: most of its entries are right already:");
    let request = map(pages(0, 16)?, texture, 0);
    for op in manager.operations(vm, &request)? {
        println!("    {}", text::operation(&op));
    }
    let job = manager.prepare(vm, &[request])?;
    println!("    {:?}", manager.run(job, &mut table));

    println!("memory pressure:");
    let mut budget = Budget::new(manager.resident_bytes() - PAGE_SIZE, Lru);
    let mut take_away = |bo| {
        println!("    {bo} has to go");
        Ok::<_, Error>(())
    };
    budget.make_room(&mut manager, 0, &mut table, &mut take_away).map_err(|_| Error::OutOfMemory)?;
    println!("    {}", text::space(&manager, vm)?);
    println!("and back before the next job:");
    manager.validate(vm, &mut table, |bo| {
        println!("    {bo} is back");
        Ok::<_, Error>(())
    })?;
    println!("    {}", text::space(&manager, vm)?);
    Ok(())
}
