// Loads every texel of a sparse image in one of several ways, with its residency code, or changes it.
// The file that includes this defines: SAMPLER, IMAGE, COORDINATE(at), PLACE(at), and GATHER(corner, at) if it can be gathered.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { uvec3 size; uint count; };
layout(set = 0, binding = 0) uniform SAMPLER sampled;
layout(set = 0, binding = 1) uniform IMAGE image;
layout(set = 0, binding = 2) buffer Out { uint result[]; };

// Column, row, and layer or slice of texel i.
uvec3 at(uint i) {
    return uvec3(i % size.x, i / size.x % size.y, i / size.x / size.y);
}

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uvec4 texel = uvec4(0);
    uint resident = 9;
    if (MODE == 0) {
        texel = texelFetch(sampled, COORDINATE(at(i)), 0);
    } else if (MODE == 1) {
        resident = uint(sparseTexelsResidentARB(sparseTexelFetchARB(sampled, COORDINATE(at(i)), 0, texel)));
    } else if (MODE == 2) {
        texel = textureLod(sampled, PLACE(at(i)), 0.0);
    } else if (MODE == 3) {
        resident = uint(sparseTexelsResidentARB(sparseTextureLodARB(sampled, PLACE(at(i)), 0.0, texel)));
    } else if (MODE == 4) {
        texel = imageLoad(image, COORDINATE(at(i)));
    } else if (MODE == 5) {
        resident = uint(sparseTexelsResidentARB(sparseImageLoadARB(image, COORDINATE(at(i)), texel)));
    } else if (MODE == 6) {
        // What is stored at once is not what is loaded where nothing is bound.
        imageStore(image, COORDINATE(at(i)), uvec4(i + 1, i + 2, i + 3, i + 4) & 63u);
        texel = imageLoad(image, COORDINATE(at(i)));
#ifdef GATHER
    } else if (MODE == 7) {
        vec2 corner = (vec2(at(i).xy) + 1.0) / vec2(size.xy);
        resident = uint(sparseTexelsResidentARB(sparseTextureGatherARB(sampled, GATHER(corner, at(i)), texel)));
#endif
    }
    for (uint k = 0; k < 4; k++) result[5 * i + k] = texel[k];
    result[5 * i + 4] = resident;
}
