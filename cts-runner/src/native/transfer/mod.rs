//! Copies, fills, updates.

super::cases!("transfer":
);
