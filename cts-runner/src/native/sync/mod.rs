//! Submissions, fences, semaphores, events, barriers.

super::cases!("sync":
);
