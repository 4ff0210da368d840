// Lay a body's shadow and its camp's ring on the pitch, one square for each instance; see crowd.py for the tables.
uniform mat4 p3d_ViewProjectionMatrix;
uniform samplerBuffer stances;
uniform samplerBuffer looks;
in vec4 p3d_Vertex;
out vec2 spot;
flat out vec3 camp;

vec3 encoded(vec3 linear) {  // sRGB, IEC 61966-2-1
    return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThan(linear, vec3(0.0031308)));
}

void main() {
    vec4 place = texelFetch(stances, gl_InstanceID * STANCE_TEXELS);
    vec4 stance = texelFetch(stances, gl_InstanceID * STANCE_TEXELS + 1);
    camp = encoded(texelFetch(looks, int(place.w) * LOOK_TEXELS).rgb);
    spot = p3d_Vertex.xz;
    vec3 point = place.xyz + vec3(p3d_Vertex.x, 0.0, p3d_Vertex.z) * length(stance.xy) * GROUND_REACH;
    point.y += 0.0021;  // above the pitch
    gl_Position = p3d_ViewProjectionMatrix * vec4(point, 1.0);
}
