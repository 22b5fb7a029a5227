//! Instances, physical devices, devices.

mod a_device_that_works_has_no_fault;
mod address_reports_come_in_pairs;
mod devices_come_and_go;
mod devices_live_side_by_side;
mod instances_come_and_go;
mod limits_are_at_least_the_minimum;
mod memory_types_make_sense;
mod queue_families_make_sense;
mod queue_priorities_are_those_that_are_offered;
mod threads_create_devices;
mod unknown_commands_have_no_address;
mod unknown_extensions_are_refused;
mod unknown_structures_are_walked_over;

super::cases!("device":
    a_device_that_works_has_no_fault,
    address_reports_come_in_pairs,
    devices_come_and_go,
    devices_live_side_by_side,
    instances_come_and_go,
    limits_are_at_least_the_minimum,
    memory_types_make_sense,
    queue_families_make_sense,
    queue_priorities_are_those_that_are_offered,
    threads_create_devices,
    unknown_commands_have_no_address,
    unknown_extensions_are_refused,
    unknown_structures_are_walked_over,
);
