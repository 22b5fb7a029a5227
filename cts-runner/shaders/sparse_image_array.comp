#version 450
#extension GL_ARB_sparse_texture2 : require
#extension GL_EXT_shader_image_load_formatted : require
#extension GL_GOOGLE_include_directive : require
// Of an array of 2D images.
#define SAMPLER usampler2DArray
#define IMAGE uimage2DArray
#define COORDINATE(at) ivec3(at)
#define PLACE(at) vec3((vec2((at).xy) + 0.5) / vec2(size.xy), float((at).z))
#define GATHER(corner, at) vec3(corner, float((at).z))
#include "sparse_image.glsl"
