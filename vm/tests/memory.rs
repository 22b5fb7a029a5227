//! What a mapping takes of memory. The only test of its process, so that nothing else takes any meanwhile.
#![cfg(all(target_os = "linux", not(miri)))]
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use lacuna_vm::*;

/// A page table that does nothing: only the manager's memory counts.
struct Nowhere;

impl PageTable for Nowhere {
    fn map_pages(&mut self, _: u64, _: u64, _: u64, _: MapFlags) {}
    fn unmap_pages(&mut self, _: u64, _: u64) {}
    fn set_null(&mut self, _: u64, _: u64) {}
    fn set_fault(&mut self, _: u64, _: u64, _: u64, _: MapFlags) {}
    fn invalidate(&mut self, _: u64, _: u64) {}
}

/// Bytes of memory that the process holds.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn a_mapping_takes_less_than_64_bytes() {
    const COUNT: u64 = 1 << 20;
    const BATCH: u64 = 1024;
    let mut manager = Manager::new();
    let range = VaRange::new(Va(0), COUNT * PAGE_SIZE).unwrap();
    let options = VmOptions { name: "memory".into(), range, reserved: None, coalesce: true, regions: false };
    let vm = manager.create_vm(options).unwrap();
    let bo = manager.create_bo(2 * COUNT * PAGE_SIZE, 0).unwrap();
    let mut requests = Vec::with_capacity(BATCH as usize);
    let before = resident();
    for first in (0..COUNT).step_by(BATCH as usize) {
        requests.clear();
        requests.extend((first..first + BATCH).map(|i| {
            // An odd factor permutes the pages; the offsets descend, so that no two join.
            let page = i.wrapping_mul(0x9e37_79b9) % COUNT;
            let range = VaRange::new(Va(page * PAGE_SIZE), PAGE_SIZE).unwrap();
            Request::Map { range, bo, offset: BoOffset((COUNT - page) * PAGE_SIZE), flags: MapFlags::EMPTY }
        }));
        let job = manager.prepare(vm, &requests).unwrap();
        manager.run(job, &mut Nowhere);
    }
    let each = (resident() - before) as f64 / COUNT as f64;
    assert_eq!(manager.mapping_count(vm), Ok(COUNT as usize));
    println!("{each:.1} bytes a mapping");
    assert!(each < 64.0, "{each:.1} bytes a mapping");
}
