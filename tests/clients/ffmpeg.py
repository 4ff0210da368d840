"""FFmpeg's own WHIP muxer, which PyAV carries, as somebody else's publisher: `python ffmpeg.py URL TOKEN FOLDER`.

In a process of its own, because PyAV holds the interpreter while FFmpeg waits for the answer to its offer. It publishes
until its input ends, and then prints how many pictures it sent.
"""

import select
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from avatar_live.clock import Pacer

FPS = 30
WIDTH_PX, HEIGHT_PX = 320, 180


def publish(url: str, token: str, folder: Path) -> int:
    """Publish a picture that moves until standard input ends; return how many were sent."""
    sent = 0
    cert, key = certificate(folder)
    options = {"authorization": token, "cert_file": str(cert), "key_file": str(key)}
    with av.open(url, "w", format="whip", options=options) as container:
        stream = container.add_stream("libx264", FPS, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.profile = "Baseline"
        stream.gop_size = FPS
        pacer = Pacer(FPS)
        while not select.select([sys.stdin], [], [], 0.0)[0]:
            pacer.wait()
            pixels = np.full((HEIGHT_PX, WIDTH_PX, 3), (230, 120, 30), np.uint8)
            pixels[60:100, sent * 4 % 280 :][:, :40] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            sent += 1
    return sent


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate on P-256 for DTLS and return the paths of it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "publisher")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "publisher.crt", folder / "publisher.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.TraditionalOpenSSL
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return paths


if __name__ == "__main__":
    sys.stdout.write(f"{publish(sys.argv[1], sys.argv[2], Path(sys.argv[3]))}\n")
