//! Device memory and buffers.

super::cases!("memory":
);
