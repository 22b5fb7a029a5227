//! Compute pipelines and what shaders do.

super::cases!("compute":
);
