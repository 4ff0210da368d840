"""Cameras in, readings out: what a person does, as numbers, from a process that keeps the pictures to itself.

`cameras` and `video` give pictures, `capture` reads them in a thread, `tracker` looks for the face at once and for body
and hands in turn through `detectors`, `process` has the `publisher` say what was seen. `recorder` keeps what is said in
a take, which `takes` says again. `models` (with `bundle`, `tflite`, `wheel` and `download`) provides MediaPipe's
models, `shapes` and `face_net` read expressions where these know none, `drawn` turns the landmarks of drawn heads to
where `drawn_net` sees them look (`net_file` knows how our networks lie in files), `sides` tells left hands from right
ones, and `performance` plays what `recording` recorded when there is no camera.
"""
