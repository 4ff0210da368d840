"""Make `models/face_shapes.npz`, the small network that reads face shapes out of landmarks.

MediaPipe's official face bundle knows 52 weights; the one assembled from the package registry has landmarks alone. Both
look at the same pictures (`people`, made to pull faces by `mimicry`) in `pairs`; `variety` moves the landmarks further
and asks the official model's last stage (`teacher`) what it would have said; `network` learns from the registry's
landmarks what the official model says, and `trial` compares it with plain geometry on people it has never seen.
"""
