//! A pipeline cache has a valid header, gives its data out in two calls, and takes it back; foreign data is ignored.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let raw = &cx.device.raw;
    let create = |data: &[u8]| {
        let info = vk::PipelineCacheCreateInfo::default().initial_data(data);
        // SAFETY: `info` outlives the call.
        unsafe { raw.create_pipeline_cache(&info, None) }.at("vkCreatePipelineCache")
    };
    let first = create(&[])?;
    // SAFETY: the cache is alive, here and below.
    let data = unsafe { raw.get_pipeline_cache_data(first) }.at("vkGetPipelineCacheData")?;
    let word = |i: usize| data.get(i * 4..i * 4 + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let properties = &cx.device.physical.properties;
    check!(data.len() >= 32, "{} bytes of cache data, less than a header", data.len());
    check!(word(0) >= Some(32), "the header says that it is {:?} bytes long", word(0));
    check_eq!(word(1), Some(1), "header version");
    check_eq!(word(2), Some(properties.vendor_id), "vendor in the header");
    check_eq!(word(3), Some(properties.device_id), "device in the header");
    check_eq!(&data[16..32], &properties.pipeline_cache_uuid, "UUID in the header");
    let second = create(&data)?;
    let foreign = create(&[0xff; 64])?;
    // SAFETY: as above.
    unsafe { raw.merge_pipeline_caches(first, &[second, foreign]) }.at("vkMergePipelineCaches")?;
    for cache in [first, second, foreign] {
        // SAFETY: not used any more.
        unsafe { raw.destroy_pipeline_cache(cache, None) };
    }
    Ok(())
}
