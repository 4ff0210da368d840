// Show a piece of paper in its colour.
in vec3 painted;
out vec4 color;

void main() {
    color = vec4(1.055 * pow(painted, vec3(1.0 / 2.4)) - 0.055, 1.0);  // sRGB; no colour here is near black
}
