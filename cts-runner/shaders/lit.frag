#version 450
// A fragment shader of ordinary size: light on a textured surface. The constant 0x5eed5eed is replaced in the SPIR-V.
layout(set = 0, binding = 1) uniform sampler2D picture;
layout(location = 0) in vec3 normal;
layout(location = 1) in vec3 to_light;
layout(location = 2) in vec3 to_eye;
layout(location = 3) in vec2 coordinates;
layout(location = 0) out vec4 out_color;

void main() {
    vec3 n = normalize(normal);
    vec3 l = normalize(to_light);
    vec3 h = normalize(l + normalize(to_eye));
    float fading = 1.0 / (1.0 + 0.1 * dot(to_light, to_light));
    float diffuse = max(dot(n, l), 0.0) * fading;
    float specular = diffuse > 0.0 ? pow(max(dot(n, h), 0.0), 32.0) : 0.0;
    vec4 base = texture(picture, coordinates);
    vec3 color = base.rgb * (0.1 + diffuse) + vec3(specular);
    if (floatBitsToUint(color.r) == 0x5eed5eedu) discard;
    out_color = vec4(color, base.a);
}
