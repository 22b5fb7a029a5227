//! Sparse buffers: binding, residency, aliasing.

mod a_bind_over_several_mappings;
mod a_bind_that_repeats_a_part;
mod a_semaphore_orders_bind_and_use;
mod a_size_that_is_no_multiple_of_the_page;
mod a_split_tail_can_be_rebound;
mod a_terabyte;
mod a_write_across_bound_and_unbound_pages;
mod aliased_buffers_share_memory;
mod aliased_pages_share_memory;
mod an_empty_call_signals;
mod atomics_on_unbound_give_zero;
mod bind_shows_memory;
mod binds_while_other_pages_are_used;
mod contiguous_range_in_one_bind;
mod copies_cross_page_borders;
mod destroy_buffer_while_bound;
mod device_address_of_sparse_buffers;
mod every_compute_queue_reads;
mod every_sparse_queue_binds;
mod free_memory_while_bound;
mod freed_memory_reads_as_unbound;
mod fully_bound_without_residency;
mod giant_address_space;
mod heaps_show_sparse_buffers;
mod indirect_dispatch_from_sparse;
mod later_binds_of_a_call_win;
mod partial_unbind_splits_a_range;
mod random_gather;
mod random_sequences_match_a_model;
mod rebind_follows_contents;
mod rebind_keeps_neighbours;
mod rebind_storm;
mod scattered_pages;
mod several_buffers_in_one_info;
mod several_infos_chain_by_semaphores;
mod sparse_uniform_buffers;
mod the_same_bind_twice;
mod timeline_orders_bind_and_use;
mod unbind_makes_pages_empty;
mod unbound_reads_are_zero;
mod unbound_writes_vanish;
mod writes_reach_the_memory;

super::cases!("sparse":
    a_bind_over_several_mappings,
    a_bind_that_repeats_a_part,
    a_semaphore_orders_bind_and_use,
    a_split_tail_can_be_rebound,
    a_size_that_is_no_multiple_of_the_page,
    a_terabyte,
    a_write_across_bound_and_unbound_pages,
    aliased_buffers_share_memory,
    aliased_pages_share_memory,
    an_empty_call_signals,
    atomics_on_unbound_give_zero,
    bind_shows_memory,
    binds_while_other_pages_are_used,
    contiguous_range_in_one_bind,
    copies_cross_page_borders,
    destroy_buffer_while_bound,
    device_address_of_sparse_buffers,
    every_compute_queue_reads,
    every_sparse_queue_binds,
    free_memory_while_bound,
    freed_memory_reads_as_unbound,
    fully_bound_without_residency,
    giant_address_space,
    heaps_show_sparse_buffers,
    indirect_dispatch_from_sparse,
    later_binds_of_a_call_win,
    partial_unbind_splits_a_range,
    random_gather,
    random_sequences_match_a_model,
    rebind_follows_contents,
    rebind_keeps_neighbours,
    rebind_storm,
    scattered_pages,
    several_buffers_in_one_info,
    several_infos_chain_by_semaphores,
    sparse_uniform_buffers,
    the_same_bind_twice,
    timeline_orders_bind_and_use,
    unbind_makes_pages_empty,
    unbound_reads_are_zero,
    unbound_writes_vanish,
    writes_reach_the_memory,
);
