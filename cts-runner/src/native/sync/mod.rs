//! Submissions, fences, semaphores, events, barriers.

mod binary_semaphores_order_queues;
mod command_buffers_are_reused;
mod device_events;
mod fences_signal_and_reset;
mod host_events;
mod secondary_command_buffers;
mod several_submits_in_one_call;
mod submissions_of_a_queue_run_in_order;
mod synchronization2_submits;
mod threads_submit_to_their_queues;
mod threads_wait_for_timelines;
mod timeline_wait_before_signal;
mod timelines_count_on_host_and_device;
mod waiting_for_any_or_all_fences;

super::cases!("sync":
    binary_semaphores_order_queues,
    command_buffers_are_reused,
    device_events,
    fences_signal_and_reset,
    host_events,
    secondary_command_buffers,
    several_submits_in_one_call,
    submissions_of_a_queue_run_in_order,
    synchronization2_submits,
    threads_submit_to_their_queues,
    threads_wait_for_timelines,
    timeline_wait_before_signal,
    timelines_count_on_host_and_device,
    waiting_for_any_or_all_fences,
);
