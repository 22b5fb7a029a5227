//! Wrong or extreme arguments: the driver neither crashes nor touches what it should not.

super::cases!("bad_input":
);
