//! Instances, physical devices, devices.

super::cases!("device":
);
