//! Timestamp queries.

super::cases!("query":
);
