//! Names for sets of cases that one wants again and again.

/// Name, what it is, patterns.
const GROUPS: &[(&str, &str, &[&str])] = &[
    ("sparse", "everything about sparse resources", &["dEQP-VK.sparse_resources.*"]),
    (
        "sparse-buffer",
        "sparse buffers and bind queues, no image",
        &["dEQP-VK.sparse_resources.buffer.*", "dEQP-VK.sparse_resources.queue_bind.*"],
    ),
    (
        "first-light",
        "what a driver has to pass first",
        &[
            "dEQP-VK.info.*",
            "dEQP-VK.api.smoke.*",
            "dEQP-VK.sparse_resources.buffer.transfer.*",
            "dEQP-VK.sparse_resources.buffer.ssbo.*",
            "dEQP-VK.sparse_resources.queue_bind.*",
            "dEQP-VK.compute.pipeline.basic.*",
            "dEQP-VK.synchronization.basic.*",
        ],
    ),
    (
        "compute",
        "shaders that need no graphics stage",
        &[
            "dEQP-VK.compute.*",
            "dEQP-VK.spirv_assembly.instruction.compute.*",
            "dEQP-VK.ssbo.*",
            "dEQP-VK.memory_model.*",
        ],
    ),
    (
        "image",
        "images: formats, copies, clears, loads and stores",
        &[
            "dEQP-VK.api.copy_and_blit.*",
            "dEQP-VK.api.image_clearing.*",
            "dEQP-VK.api.info.*",
            "dEQP-VK.image.*",
            "dEQP-VK.texture.*",
        ],
    ),
    (
        "graphics",
        "the graphics pipeline",
        &[
            "dEQP-VK.draw.*",
            "dEQP-VK.rasterization.*",
            "dEQP-VK.fragment_operations.*",
            "dEQP-VK.renderpasses.*",
            "dEQP-VK.dynamic_state.*",
            "dEQP-VK.query_pool.*",
            "dEQP-VK.clipping.*",
            "dEQP-VK.geometry.*",
            "dEQP-VK.tessellation.*",
            "dEQP-VK.transform_feedback.*",
            "dEQP-VK.multiview.*",
        ],
    ),
    ("vk13", "the whole suite", &["dEQP-VK.*"]),
];

/// The patterns of a group.
pub(super) fn patterns(name: &str) -> Option<&'static [&'static str]> {
    GROUPS.iter().find(|group| group.0 == name).map(|group| group.2)
}

/// Every group with what it is, for `--help`.
pub fn help() -> String {
    let lines = GROUPS.iter().map(|(name, what, _)| format!("  {name:14} {what}"));
    lines.fold("Groups:".to_owned(), |text, line| text + "\n" + &line)
}
