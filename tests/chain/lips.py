"""Listen to the show in a viewer's browser, and tell how old voice and picture are when they reach the viewer."""

import math

import numpy as np
from playwright.sync_api import Page

from avatar_live import clock

# Notes when a tone begins, how old each picture is when it is presented, and how loud and how high the sound is.
_LISTEN = """async (video) => {
  const context = new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(video.srcObject);
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  const ear = context.createScriptProcessor(256, 1, 1);
  window.heard = { beeps: [], ages: [], loud: 0 };
  let quiet = 0;
  ear.onaudioprocess = (event) => {
    const loud = Math.max(...event.inputBuffer.getChannelData(0).map(Math.abs));
    window.heard.loud = Math.max(window.heard.loud, loud);
    if (loud > 0.1) {
      if (quiet > 40) window.heard.beeps.push(performance.timeOrigin + performance.now());  // after 0.2 s of silence
      quiet = 0;
    } else quiet++;
  };
  source.connect(analyser);
  source.connect(ear).connect(context.destination);
  window.pitch = () => {
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const at = levels.reduce((best, level, bin) => (level > levels[best] ? bin : best), 0);
    return levels[at] > -60 ? (at * context.sampleRate) / analyser.fftSize : 0;
  };
  const cell = 13, pen = new OffscreenCanvas(640, cell).getContext("2d", { willReadFrequently: true });
  const look = (_, frame) => {
    pen.drawImage(video, 0, 0, 640, 360);
    const pixels = pen.getImageData(0, cell >> 1, 640, 1).data;
    let stamp = 0;
    for (let bit = 0; bit < 32; bit++) stamp = stamp * 2 + (pixels[4 * (bit * cell + (cell >> 1))] > 127 ? 1 : 0);
    const at = performance.timeOrigin + frame.expectedDisplayTime;
    window.heard.ages.push((at % 2 ** 32 - stamp + 2 ** 32) % 2 ** 32);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


class Ear:
    """Hear what a page plays; the speaker of `speaker.py` begins a beep at every whole monotonic second."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.locator("#main-video").evaluate(_LISTEN)

    def pitch_hz(self) -> float:
        """Return the frequency that is heard now, 0 in silence."""
        return float(self._page.evaluate("pitch()"))

    def loudness(self, seconds: float) -> float:
        """Listen so long and return the loudest that was heard, 0..1."""
        self._page.evaluate("() => { heard.loud = 0; }")
        self._page.wait_for_timeout(seconds * 1e3)
        return float(self._page.evaluate("heard.loud"))

    def apart_s(self, seconds: float) -> float:
        """Listen and look so long; return how much older the voice is than the picture beside it (medians)."""
        self._page.evaluate("() => { heard.beeps.length = heard.ages.length = 0; }")
        self._page.wait_for_timeout(seconds * 1e3)
        heard = self._page.evaluate("heard")
        if not heard["beeps"] or not heard["ages"]:
            return math.inf
        wall_minus_monotonic_s = clock.wall_s() - clock.now_s()
        voice_s = np.median([(beep / 1e3 - wall_minus_monotonic_s) % 1.0 for beep in heard["beeps"]])
        return float(voice_s - np.median(heard["ages"]) / 1e3)
