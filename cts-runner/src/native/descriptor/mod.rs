//! Descriptor sets.

super::cases!("descriptor":
);
