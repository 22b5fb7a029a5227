#version 450
// A vertex shader of ordinary size. The constant 0x5eed5eed is replaced in the SPIR-V, so that no cache knows the shader.
layout(set = 0, binding = 0) uniform Scene { mat4 matrix; mat4 model; vec4 light; vec4 eye; };
layout(location = 0) in vec4 position;
layout(location = 1) in vec4 normal;
layout(location = 0) out vec3 out_normal;
layout(location = 1) out vec3 to_light;
layout(location = 2) out vec3 to_eye;
layout(location = 3) out vec2 coordinates;

void main() {
    vec4 world = model * position;
    out_normal = mat3(model) * normal.xyz;
    to_light = light.xyz - world.xyz;
    to_eye = eye.xyz - world.xyz;
    coordinates = position.xy * 0.5 + 0.5;
    if (floatBitsToUint(world.x) == 0x5eed5eedu) coordinates = vec2(0.0);
    gl_Position = matrix * world;
}
