//! BOs that come and go, with bytes that have to survive it.
#![expect(unsafe_code, reason = "looks at device memory")]

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use lacuna_vm::units::PAGE_SIZE;

use super::super::bo::Bo;
use super::*;

const SIZE: u64 = 4 * PAGE_SIZE;

/// Counts how often entries began to fault, and how often they ceased to.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<[AtomicU32; 2]>);

impl Tenant for Heard {
    fn set_evicted(&self, evicted: bool) {
        self.0[usize::from(!evicted)].fetch_add(1, Ordering::Relaxed);
    }
}

impl Heard {
    fn counts(&self) -> [u32; 2] {
        [0, 1].map(|i: usize| self.0[i].load(Ordering::Relaxed))
    }
}

/// A pager for `bos` BOs in memory and `slots` in the file. Tests' pagers live as long as the tests.
fn pager(bos: u64, slots: u64, mode: Mode) -> &'static Pager {
    let swap = SwapOptions { directory: std::env::temp_dir(), bytes: Some(slots * SIZE) };
    Box::leak(Box::new(Pager::new(Options { limit: bos * SIZE, mode, swap })))
}

fn bo(pager: &'static Pager) -> Result<(Bo, Heard), MemoryError> {
    let (bo, heard) = (Bo::allocate(SIZE)?, Heard::default());
    bo.make_pageable(pager, Terms::default(), Box::new(heard.clone()))?;
    Ok((bo, heard))
}

fn words(bo: &Bo) -> &[std::sync::atomic::AtomicU64] {
    // SAFETY: the BO's own memory; atomics, since it may be looked at by several.
    unsafe { core::slice::from_raw_parts(bo.host().as_ptr().cast(), bo.size() as usize / 8) }
}

fn fill(bo: &Bo, value: u64) {
    (0..).zip(words(bo)).for_each(|(i, word)| word.store(value * 1_000_000 + i, Ordering::Relaxed));
}

fn holds(bo: &Bo, value: u64) -> bool {
    (0..).zip(words(bo)).all(|(i, word)| word.load(Ordering::Relaxed) == value * 1_000_000 + i)
}

/// Other tests of this process hold tickets now and then: tries until memory could move.
fn job(pager: &Pager, done: impl Fn() -> bool) {
    for _ in 0..500 {
        pager.begin_job();
        if done() {
            return;
        }
    }
    panic!("memory never moved");
}

/// Lets other tests go on; false.
fn job_of_others() -> bool {
    std::thread::sleep(Duration::from_millis(1));
    false
}

fn address(bo: &Bo) -> u64 {
    bo.host().as_ptr() as u64
}

fn place(pager: &Pager, bo: &Bo) -> Place {
    pager.state.lock().bos[&address(bo)].place
}

#[test]
fn what_does_not_fit_begins_in_the_file_and_comes_back_with_its_second_use() {
    let pager = pager(2, 4, Mode::Lru);
    let bos: Vec<_> = (0..4).map(|_| bo(pager).unwrap()).collect();
    (0..).zip(&bos).for_each(|(i, (bo, _))| fill(bo, i));
    assert_eq!(pager.usage(), Usage { resident: 2 * SIZE, total: 4 * SIZE });
    assert!((0..).zip(&bos).all(|(i, (bo, _))| holds(bo, i)), "evicted bytes are read where they are");

    pager.begin_job();
    let away = bos.iter().position(|(bo, _)| place(pager, bo) == Place::File).unwrap();
    let (gone, heard) = &bos[away];
    assert_eq!(heard.counts(), [1, 0]);
    pager.fault(address(gone) + 5);
    assert_eq!(heard.counts(), [1, 1], "the first access makes the entries good");
    pager.fault(address(gone));
    assert_eq!(heard.counts(), [1, 1], "once");
    fill(gone, 77);
    pager.begin_job();
    assert_eq!(place(pager, gone), Place::File, "one use is not enough");
    assert_eq!(heard.counts(), [2, 1], "the next job's use is noticed again");
    pager.fault(address(gone));
    job(pager, || place(pager, gone) == Place::Memory);
    assert!(holds(gone, 77));
    assert_eq!(heard.counts(), [3, 3], "its entries are good");
    assert_eq!(pager.usage().resident, 2 * SIZE, "another one made room");
    for (i, (bo, _)) in (0..).zip(&bos) {
        assert!(holds(bo, if i as usize == away { 77 } else { i }));
    }
}

#[test]
fn the_longest_unused_goes_first_unless_its_priority_is_higher() {
    let pager = pager(3, 3, Mode::Lru);
    let bos: Vec<_> = (0..3).map(|_| bo(pager).unwrap()).collect();
    bos[0].0.set_priority(Priority::new(0.9));
    pager.begin_job();
    pager.touch(address(&bos[1].0));
    let more = bo(pager).unwrap();
    use_again(pager, &more.0);
    assert_eq!(place(pager, &bos[2].0), Place::File);
    assert!([&bos[0], &bos[1], &more].iter().all(|(bo, _)| place(pager, bo) == Place::Memory));
}

/// Uses a BO in job after job until it is in memory.
fn use_again(pager: &Pager, bo: &Bo) {
    job(pager, || {
        pager.touch(address(bo));
        place(pager, bo) == Place::Memory
    });
}

#[test]
fn what_is_used_in_turn_pushes_nobody_out() {
    let pager = pager(3, 5, Mode::Lru);
    let bos: Vec<_> = (0..5).map(|_| bo(pager).unwrap()).collect();
    let places = || bos.iter().map(|(bo, _)| place(pager, bo)).collect::<Vec<_>>();
    let mut before = Vec::new();
    for round in 0..4 {
        for (bo, _) in &bos {
            pager.begin_job();
            pager.touch(address(bo));
        }
        // Who gets its first bytes does that in memory.
        if round == 0 {
            job(pager, || pager.usage().resident <= 3 * SIZE && pager.state.lock().returning.is_empty());
            before = places();
        }
    }
    pager.begin_job();
    assert_eq!(places(), before);
}

#[test]
fn pinned_memory_has_its_place_whatever_others_need() {
    let pager = pager(2, 2, Mode::Lru);
    let first = bo(pager).unwrap();
    fill(&first.0, 8);
    let second = bo(pager).unwrap();
    pager.begin_job();
    pager.touch(address(&second.0));
    let third = Bo::allocate(SIZE).unwrap();
    let terms = Terms { is_pinned: true, ..Terms::default() };
    third.make_pageable(pager, terms, Box::new(Heard::default())).unwrap();
    assert_eq!(place(pager, &third), Place::Memory);
    job(pager, || place(pager, &first.0) == Place::File);
    assert!(holds(&first.0, 8));
    assert_eq!(pager.usage().resident, 2 * SIZE);
}

#[test]
fn pinned_memory_stays_where_it_is() {
    let pager = pager(1, 2, Mode::Lru);
    let first = bo(pager).unwrap();
    first.0.pin();
    let second = bo(pager).unwrap();
    job(pager, || place(pager, &second.0) == Place::File);
    assert_eq!(place(pager, &first.0), Place::Memory);
    second.0.pin();
    for _ in 0..4 {
        pager.touch(address(&second.0));
        pager.begin_job();
    }
    assert_eq!(place(pager, &second.0), Place::File, "there is no room for it");
    fill(&second.0, 3);
    first.0.unpin();
    second.0.unpin();
    pager.begin_job();
    use_again(pager, &second.0);
    assert!(holds(&second.0, 3));
}

#[test]
fn what_has_no_place_anywhere_is_refused_and_what_is_freed_makes_room() {
    let pager = pager(2, 1, Mode::Lru);
    let kept: Vec<_> = (0..3).map(|_| bo(pager).unwrap()).collect();
    assert_eq!(bo(pager).unwrap_err(), MemoryError::OutOfMemory { size: SIZE });
    assert_eq!(pager.usage().total, 3 * SIZE);
    assert_eq!(pager.usage().resident, 2 * SIZE);
    drop(kept);
    assert_eq!(pager.usage(), Usage::default());
    assert!(!pager.is_busy());
    // What others have in flight may keep the place in the file for a moment.
    let again = || (0..3).map(|_| bo(pager)).collect::<Result<Vec<_>, _>>();
    assert!((0..500).any(|_| again().is_ok() || job_of_others()));

    let off = super::tests::pager(2, 9, Mode::Off);
    let _full = (bo(off).unwrap(), bo(off).unwrap());
    assert!(bo(off).is_err());
}

#[test]
fn a_bo_dropped_while_it_is_away_stays_readable_for_work_that_executes() {
    let pager = pager(1, 2, Mode::Lru);
    let first = bo(pager).unwrap();
    fill(&first.0, 5);
    first.0.set_priority(Priority::new(0.1));
    let second = bo(pager).unwrap();
    use_again(pager, &second.0);
    assert_eq!(place(pager, &first.0), Place::File);
    let ticket = in_flight::enter();
    let start = first.0.host();
    drop(first);
    // SAFETY: the ticket keeps the range mapped: what this test proves.
    assert_eq!(unsafe { start.cast::<u64>().as_ptr().add(3).read_volatile() }, 5_000_003);
    drop(ticket);
}

#[test]
fn chaos_loses_nothing_and_goes_by_its_seed() {
    let run = |seed| {
        let pager = pager(100, 100, Mode::Chaos(seed));
        let bos: Vec<_> = (0..6).map(|_| bo(pager).unwrap()).collect();
        let mut places = Vec::new();
        for round in 0..20 {
            for (i, (bo, _)) in (0..).zip(&bos) {
                assert!(round == 0 || holds(bo, (round - 1) * 10 + i));
                fill(bo, round * 10 + i);
            }
            let choices = |pager: &Pager| pager.state.lock().chaos.map(|chaos| chaos.choices);
            let before = choices(pager);
            job(pager, || choices(pager) != before);
            places.push(bos.iter().map(|(bo, _)| place(pager, bo) == Place::File).collect::<Vec<_>>());
        }
        places
    };
    let first = run(1);
    assert!(first.concat().contains(&true) && first.concat().contains(&false));
    assert_ne!(first, run(2));
}
