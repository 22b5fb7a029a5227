//! Copies, fills, updates.

mod barriers_order_dependent_copies;
mod copies_at_odd_offsets;
mod copies_of_many_regions;
mod copies_within_one_buffer;
mod every_queue_copies;
mod fills_exactly_its_range;
mod large_copies;
mod updates_carry_their_bytes;

super::cases!("transfer":
    barriers_order_dependent_copies,
    copies_at_odd_offsets,
    copies_of_many_regions,
    copies_within_one_buffer,
    every_queue_copies,
    fills_exactly_its_range,
    large_copies,
    updates_carry_their_bytes,
);
