#version 450
#extension GL_EXT_device_group : require
// Every invocation counts for the device that it runs on.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer Counts { uint counts[]; };
void main() { atomicAdd(counts[gl_DeviceIndex], 1); }
