//! Timestamp queries.

mod reset_queries_are_unavailable;
mod results_copied_to_a_buffer;
mod timestamps_increase;

super::cases!("query":
    reset_queries_are_unavailable,
    results_copied_to_a_buffer,
    timestamps_increase,
);
