// Turn a picture into I420 (ITU-R BT.601, limited range), four bytes in each texel: first all of Y, then U, then V.
uniform sampler2D picture;  // its first row is the bottom one
uniform ivec2 size;         // of the picture, a multiple of 8 by a multiple of 4
uniform vec2 share;         // of it that is drawn
out vec4 color;

vec3 at(int column, int row) {
    return texelFetch(picture, ivec2((vec2(column, size.y - 1 - row) + 0.5) * share), 0).rgb;
}

float luma(int column, int row) {
    return (16.0 + dot(at(column, row), vec3(65.481, 128.553, 24.966))) / 255.0;
}

// Return what lies at a byte of the U plane, or of the V plane behind it: the mean of four pixels.
float chroma(int byte) {
    int half_width = size.x / 2, plane = half_width * (size.y / 2);
    bool is_v = byte >= plane;
    int place = is_v ? byte - plane : byte;
    int column = place % half_width * 2, row = place / half_width * 2;
    vec3 mean = 0.25 * (at(column, row) + at(column + 1, row) + at(column, row + 1) + at(column + 1, row + 1));
    vec3 share = is_v ? vec3(112.0, -93.786, -18.214) : vec3(-37.797, -74.203, 112.0);
    return (128.0 + dot(mean, share)) / 255.0;
}

void main() {
    int column = int(gl_FragCoord.x) * 4, row = int(gl_FragCoord.y);
    vec4 bytes;
    for (int i = 0; i < 4; ++i) {
        bytes[i] = row < size.y ? luma(column + i, row) : chroma((row - size.y) * size.x + column + i);
    }
    color = bytes.bgra;  // panda reads textures as BGRA
}
