// What all shaders here have in common, so that one client runs them: the bindings, and two names that the build sets.
//   VARIANT   0 to 7: sizes and features, so that each is another shader
//   SEED      its value is replaced in the SPIR-V by a number that no cache has seen
layout(push_constant) uniform Push { uint count; float scale; };
layout(set = 0, binding = 0) readonly buffer In { vec4 data[]; };
layout(set = 0, binding = 1) buffer Out { vec4 result[]; };
layout(set = 0, binding = 2) uniform Parameters { vec4 parameters[16]; };
layout(constant_id = 0) const uint SEED = 0x5eed5eedu;
