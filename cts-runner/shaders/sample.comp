#version 450
// Samples, fetches and gathers at places that are named in a buffer: two floats each.
layout(local_size_x = 8) in;
layout(binding = 0) uniform sampler2D image;
layout(binding = 1) readonly buffer Places { vec2 places[]; };
layout(binding = 2) writeonly buffer Results { vec4 results[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= places.length()) {
        return;
    }
    results[3 * i] = textureLod(image, places[i], 0.0);
    results[3 * i + 1] = texelFetch(image, ivec2(floor(places[i] * vec2(textureSize(image, 0)))), 0);
    results[3 * i + 2] = textureGather(image, places[i]);
}
