#version 450
#extension GL_GOOGLE_include_directive : require
// Blocks of eight by eight through the cosine transform, quantised, as pictures are compressed.
#include "interface.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
shared float block[8][8];
const float C[8] = float[8](1.0, 0.98078528, 0.92387953, 0.83146961, 0.70710678, 0.55557023, 0.38268343, 0.19509032);
float basis(uint k, uint n) {
    uint angle = (k * (2 * n + 1)) & 31u;
    float sign_ = 1.0;
    if (angle > 16) angle = 32 - angle;
    if (angle > 8) { angle = 16 - angle; sign_ = -1.0; }
    return angle == 8 ? 0.0 : sign_ * C[angle];
}
float luma(vec3 c) {
#if VARIANT % 2 == 0
    return dot(c, vec3(0.299, 0.587, 0.114));
#else
    return dot(c, vec3(0.2126, 0.7152, 0.0722));
#endif
}
void main() {
    uvec2 l = gl_LocalInvocationID.xy;
    uint at = (l.y * 8 + l.x) % count;
    block[l.y][l.x] = luma(data[at].rgb) * 255.0 - 128.0;
    barrier();
    float sum = 0.0;
    for (uint n = 0; n < 8; n++) sum += block[l.y][n] * basis(l.x, n);
    barrier();
    block[l.y][l.x] = sum * (l.x == 0 ? 0.35355339 : 0.5);
    barrier();
    sum = 0.0;
    for (uint n = 0; n < 8; n++) sum += block[n][l.x] * basis(l.y, n);
    sum *= l.y == 0 ? 0.35355339 : 0.5;
    float step_ = 16.0 + float(l.x + l.y) * 6.0 * scale;
#if VARIANT >= 4
    step_ = max(1.0, step_ * parameters[0].x);
#endif
#if VARIANT % 4 >= 2
    float q = round(sum / step_);
#else
    float q = sign(sum) * floor(abs(sum) / step_ + 0.5);
#endif
    int code = int(q);
    uint bits = code == 0 ? 0u : uint(findMSB(uint(abs(code)))) + 1u;
#if VARIANT >= 6
    uint magnitude = code < 0 ? uint(code - 1) & ((1u << bits) - 1u) : uint(code);
    result[at] = vec4(q, bits, magnitude, float(SEED & 1u));
#else
    result[at] = vec4(q, bits, q * step_, float(SEED & 1u));
#endif
}
