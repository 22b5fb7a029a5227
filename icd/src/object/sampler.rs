//! `VkSampler`: accepted, because creating one needs no feature; no shader that samples is.

use ash::vk;

/// A sampler, which nothing can use without image views.
pub struct Sampler;

crate::object!(Sampler, vk::Sampler);
