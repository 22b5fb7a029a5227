#version 450
#extension GL_ARB_sparse_texture2 : require
#extension GL_EXT_shader_image_load_formatted : require
#extension GL_GOOGLE_include_directive : require
// Of a 2D image.
#define SAMPLER usampler2D
#define IMAGE uimage2D
#define COORDINATE(at) ivec2((at).xy)
#define PLACE(at) ((vec2((at).xy) + 0.5) / vec2(size.xy))
#define GATHER(corner, at) (corner)
#include "sparse_image.glsl"
