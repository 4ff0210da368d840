// Lay a name over a body, dot for dot, one square for each instance; see crowd.py and tags.py for the tables.
uniform mat4 p3d_ViewProjectionMatrix;
uniform mat4 p3d_ViewMatrixInverse;
uniform samplerBuffer stances;
uniform samplerBuffer looks;
uniform float own;   // the row of the body whose eyes the camera is, or -1
uniform vec4 view;   // half a pixel as a fraction of half the screen's height, aspect, unused, unused
uniform vec4 cell;   // width and height of a name's place in the picture of names, and of that picture, in dots
in vec4 p3d_Vertex;  // corners from (0, 0) to (1, 1)
out vec2 uv;
flat out vec3 camp;
flat out float opacity;

void main() {
    vec4 place = texelFetch(stances, gl_InstanceID * STANCE_TEXELS);
    vec4 stance = texelFetch(stances, gl_InstanceID * STANCE_TEXELS + 1);
    float shown = texelFetch(stances, gl_InstanceID * STANCE_TEXELS + 2).y;
    if (own >= 0.0) {  // as in crowd.vert.glsl
        vec2 eye = p3d_ViewMatrixInverse[3].xz;
        stance.xy *= mix(DUCKED, 1.0, smoothstep(DUCK_FROM, DUCK_UNTIL, distance(eye, place.xz)));
    }
    int row = int(place.w);
    vec4 look = texelFetch(looks, row * LOOK_TEXELS);
    float wide = look.w;
    camp = look.rgb;
    vec4 foot = p3d_ViewProjectionMatrix * vec4(place.xyz, 1.0);
    vec4 top = p3d_ViewProjectionMatrix * vec4(place.xyz + vec3(0.0, TAG_HEIGHT * length(stance.xy), 0.0), 1.0);
    float tall = 0.5 * (top.y / top.w - foot.y / foot.w);  // of the body, as a share of the picture's height
    float named = own >= 0.0 ? max(shown, smoothstep(0.20, 0.28, tall)) : shown;
    opacity = named * smoothstep(0.05, 0.09, tall) * (1.0 - smoothstep(1.3, 1.8, tall));
    if (place.w == own || wide == 0.0 || opacity <= 0.004 || min(foot.w, top.w) <= 0.02) {
        gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
        return;
    }
    vec2 screen = vec2(view.y, 1.0) / view.x;
    float high = max(floor(screen.y * TAG_SHARE + 0.5), TAG_LEAST);
    vec2 size = vec2(floor(wide * high / cell.y + 0.5), high);
    vec2 corner = floor((top.xy / top.w * 0.5 + 0.5) * screen - vec2(0.5 * size.x, 0.0)) + p3d_Vertex.xy * size;
    gl_Position = vec4((corner / screen * 2.0 - 1.0) * top.w, top.z, top.w);
    vec2 first = vec2(row % TAG_COLUMNS, row / TAG_COLUMNS) * cell.xy;
    uv = (first + vec2(p3d_Vertex.x, 1.0 - p3d_Vertex.y) * vec2(wide, cell.y)) / cell.zw;
}
