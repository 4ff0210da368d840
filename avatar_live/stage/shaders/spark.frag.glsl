// Draw a spark's shape by its distance from the outline: heart, four-pointed star, glow or drop.
in vec2 point;
flat in vec4 painted;
flat in float shape;
out vec4 color;

float heart(vec2 at) {  // a square on its corner, and a disc on each of its upper sides
    const float SIDE = 1.1;
    vec2 across = vec2(at.y + abs(at.x), at.y - abs(at.x)) * 0.70711 + 0.63640;
    vec2 beyond = abs(across - 0.5 * SIDE) - 0.5 * SIDE;
    return min(max(beyond.x, beyond.y), length(across - vec2(SIDE, 0.5 * SIDE)) - 0.5 * SIDE);
}

void main() {
    float edge = fwidth(point.x);
    float reach = length(point), cover, core = 0.0;
    if (shape < 0.5) {
        float away = heart(point);
        cover = smoothstep(edge, -edge, away);
        core = 0.35 * smoothstep(0.24, 0.0, length(point - vec2(-0.34, 0.34)));
    } else if (shape < 1.5) {
        vec2 arms = abs(point);
        float away = sqrt(arms.x) + sqrt(arms.y);  // an astroid
        cover = smoothstep(1.0 + 1.5 * edge, 1.0 - 1.5 * edge, away);
        core = exp(-6.0 * reach);
    } else if (shape < 2.5) {
        cover = exp(-5.0 * reach * reach) * smoothstep(1.0, 0.6, reach);
        core = 0.75 * exp(-26.0 * reach * reach);
    } else {
        cover = smoothstep(edge, -edge, reach - 0.85);
        core = 0.4 * smoothstep(0.3, 0.0, length(point - vec2(-0.3, 0.3)));
    }
    if (cover * painted.a < 0.004) discard;
    vec3 light = mix(painted.rgb, vec3(1.0), core);
    color = vec4(1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, cover * painted.a);  // sRGB; nothing here is near black
}
