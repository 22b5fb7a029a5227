//! Compute pipelines and what shaders do.

mod atomics_in_shared_memory;
mod atomics_lose_nothing;
mod barriers_between_dispatches;
mod device_addresses;
mod dispatch_base;
mod divergent_control_flow;
mod empty_and_huge_dispatches;
mod float_arithmetic;
mod huge_indices_do_not_wrap;
mod indirect_dispatch;
mod integer_arithmetic;
mod invocations_know_where_they_are;
mod local_arrays_and_structures;
mod many_pipelines;
mod out_of_bounds_stays_inside;
mod pipeline_caches;
mod push_constants_in_parts;
mod results_stay_the_same;
mod shared_memory_and_barriers;
mod sixty_four_bit_integers;
mod specialization_constants;
mod transcendental_functions;

super::cases!("compute":
    atomics_in_shared_memory,
    atomics_lose_nothing,
    barriers_between_dispatches,
    device_addresses,
    dispatch_base,
    divergent_control_flow,
    empty_and_huge_dispatches,
    float_arithmetic,
    huge_indices_do_not_wrap,
    indirect_dispatch,
    integer_arithmetic,
    invocations_know_where_they_are,
    local_arrays_and_structures,
    many_pipelines,
    out_of_bounds_stays_inside,
    pipeline_caches,
    push_constants_in_parts,
    results_stay_the_same,
    shared_memory_and_barriers,
    sixty_four_bit_integers,
    specialization_constants,
    transcendental_functions,
);
