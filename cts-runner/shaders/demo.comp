#version 450
// For each page of a list: write WORDS marks spread over the page, or read them.
// A mark tells the page it was written through: (mark of the page << 4 | word) with the top bit set.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint first; uint count; uint page_words; uint reading; };
layout(set = 0, binding = 0) buffer Window { uint window[]; };
layout(set = 0, binding = 1) readonly buffer Pages { uvec2 pages[]; };  // page in the window, mark
layout(set = 0, binding = 2) buffer Result { uint result[]; };
const uint WORDS = 16;
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count * WORDS) return;
    uint entry = first + i / WORDS;
    uint word = i % WORDS;
    uint at = pages[entry].x * page_words + word * (page_words / WORDS) + word;
    if (reading != 0) result[entry * WORDS + word] = window[at];
    else window[at] = 0x80000000u | pages[entry].y << 4 | word;
}
