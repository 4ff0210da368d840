// Dress, move and place one small body for each instance; see crowd.py for the tables.
uniform mat4 p3d_ViewProjectionMatrix;
uniform samplerBuffer stances;  // STANCE_TEXELS a body
uniform samplerBuffer looks;    // LOOK_TEXELS a row
uniform samplerBuffer poses;    // three texels a joint of a pose: the rows of its skinning matrix
uniform samplerBuffer faces;    // a texel for each of the first FACE_VERTICES of a face: how far it is displaced
uniform float own;              // the row of the body whose eyes the camera is, or -1
uniform mat4 p3d_ViewMatrixInverse;
uniform vec3 key_direction;
uniform vec4 view;  // half a pixel as a fraction of half the screen's height, aspect, unused, unused

in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in uvec3 joints;  // the joint, the part, the colour's slot

flat out vec3 painted;
out float light;   // how far the surface looks to the key light
out float facing;  // how far it looks to the camera; below 1 a dark line begins, as wide for small and large bodies

void main() {
    vec4 place = texelFetch(stances, gl_InstanceID * STANCE_TEXELS);
    vec4 stance = texelFetch(stances, gl_InstanceID * STANCE_TEXELS + 1);
    int worn = int(texelFetch(stances, gl_InstanceID * STANCE_TEXELS + 2).x);
    vec4 middle = p3d_ViewProjectionMatrix * vec4(place.xyz, 1.0);
    if (place.w == own || (worn >> int(joints.y) & 1) == 0 || middle.w < -REACH) {
        gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
        return;
    }
    vec3 point = p3d_Vertex.xyz;
    if (gl_VertexID < FACE_VERTICES) {
        point += texelFetch(faces, int(stance.w) + gl_VertexID).xyz;
    }
    int joint = int(stance.z) + 3 * int(joints.x);
    mat3x4 skin = mat3x4(texelFetch(poses, joint), texelFetch(poses, joint + 1), texelFetch(poses, joint + 2));
    point = vec4(point, 1.0) * skin;
    vec3 normal = p3d_Normal * mat3(skin);

    vec3 eye = p3d_ViewMatrixInverse[3].xyz;
    if (own >= 0.0) {  // who stands at a player's nose would be all that player sees: they duck
        stance.xy *= mix(DUCKED, 1.0, smoothstep(DUCK_FROM, DUCK_UNTIL, distance(eye.xz, place.xz)));
    }
    float size = length(stance.xy);
    mat2 turn = mat2(stance.x, -stance.y, stance.y, stance.x);
    point = place.xyz + vec3(turn * point.xz, point.y * size).xzy;
    normal = normalize(vec3(turn * normal.xz, normal.y * size).xzy);
    light = dot(normal, key_direction);
    float head = 0.1 * size * p3d_ViewProjectionMatrix[1].y / (max(middle.w, 0.01) * view.x);  // its radius in pixels
    facing = dot(normal, normalize(eye - point)) * sqrt(max(head, 1.0) / (2.0 * LINE));
    painted = texelFetch(looks, int(place.w) * LOOK_TEXELS + 1 + int(joints.z)).rgb;
    gl_Position = p3d_ViewProjectionMatrix * vec4(point, 1.0);
}
