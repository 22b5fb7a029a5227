#version 450
#extension GL_GOOGLE_include_directive : require
// Exposure from a histogram of luminance, then a film curve.
#include "interface.glsl"
layout(local_size_x = 64) in;
shared uint bins[64];
float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }
vec3 curve(vec3 x) {
#if VARIANT % 4 == 0
    return x / (1.0 + x);
#elif VARIANT % 4 == 1
    return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
#elif VARIANT % 4 == 2
    const float A = 0.15, B = 0.50, C = 0.10, D = 0.20, E = 0.02, F = 0.30;
    return ((x * (A * x + C * B) + D * E) / (x * (A * x + B) + D * F)) - E / F;
#else
    vec3 y = max(x - 0.004, 0.0);
    return (y * (6.2 * y + 0.5)) / (y * (6.2 * y + 1.7) + 0.06);
#endif
}
void main() {
    uint i = gl_GlobalInvocationID.x, l = gl_LocalInvocationID.x;
    bins[l] = 0;
    barrier();
    vec3 c = i < count ? data[i].rgb : vec3(0);
    float level = clamp(log2(max(luminance(c), 1e-6)) * 4.0 + 32.0, 0.0, 63.0);
    atomicAdd(bins[uint(level)], 1u + (SEED & 1u));
    barrier();
    float sum = 0.0, weight = 0.0;
    for (uint k = 0; k < 64; k++) {
        float n = float(bins[k]);
        sum += n * (float(k) - 32.0) * 0.25;
        weight += n;
    }
    float exposure = parameters[0].x * exp2(-sum / max(weight, 1.0)) * scale;
    vec3 mapped = curve(c * exposure);
#if VARIANT >= 4
    float grey = luminance(mapped);
    mapped = mix(vec3(grey), mapped, parameters[1].x);
    mapped = mapped * parameters[2].rgb + parameters[3].rgb;
    mapped = pow(max(mapped, 0.0), vec3(parameters[4].x));
#endif
    if (i < count) result[i] = vec4(mapped, luminance(mapped));
}
