#version 450
#extension GL_GOOGLE_include_directive : require
// A row of a separable filter through shared memory, Gaussian or bilateral.
#include "interface.glsl"
layout(local_size_x = 64) in;
const int RADIUS = 2 + VARIANT;
shared vec4 line[64 + 2 * RADIUS];
vec4 texel(int x) { return data[clamp(x, 0, int(count) - 1)]; }
void main() {
    int i = int(gl_GlobalInvocationID.x), l = int(gl_LocalInvocationID.x);
    line[l + RADIUS] = texel(i);
    if (l < RADIUS) {
        line[l] = texel(i - RADIUS);
        line[l + 64 + RADIUS] = texel(i + 64);
    }
    barrier();
    vec4 center = line[l + RADIUS], sum = vec4(0);
    float total = 0.0;
    for (int k = -RADIUS; k <= RADIUS; k++) {
        vec4 c = line[l + RADIUS + k];
        float w = exp(-float(k * k) * scale);
#if VARIANT % 2 == 1
        vec3 d = c.rgb - center.rgb;
        w *= exp(-dot(d, d) * parameters[0].y);
#endif
        sum += c * w;
        total += w;
    }
    sum /= total;
#if VARIANT >= 4
    sum.rgb = mix(pow(sum.rgb, vec3(1.0 / 2.4)) * 1.055 - 0.055, sum.rgb * 12.92, lessThan(sum.rgb, vec3(0.0031308)));
#endif
    if (i < int(count)) result[i] = sum + float(SEED & 1u);
}
