#version 450
#extension GL_ARB_sparse_texture2 : require
#extension GL_EXT_shader_image_load_formatted : require
#extension GL_GOOGLE_include_directive : require
// Of a 3D image.
#define SAMPLER usampler3D
#define IMAGE uimage3D
#define COORDINATE(at) ivec3(at)
#define PLACE(at) ((vec3(at) + 0.5) / vec3(size))
#include "sparse_image.glsl"
