import base64
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from server import HOST, IMAGES, MODEL

COMMAND = os.environ.get("PERF_ANALYZER", "perf_analyzer")


def runs():
    try:
        return subprocess.run([COMMAND, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


@unittest.skipUnless(runs(), "perf_analyzer does not run here: it needs glibc 2.38 or newer")
class PerfAnalyzer(unittest.TestCase):
    def analyze(self, *flags):
        command = [COMMAND, "-m", MODEL, "-u", HOST, "-p", "500", "-r", "3", "-s", "999", *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_encoded_images(self):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data.json"
            image = base64.b64encode(IMAGES[0]).decode()
            data.write_text(json.dumps({"data": [{"image": {"b64": image}}]}))
            code, output = self.analyze("--input-data", str(data), "--shape", "image:1")
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"Throughput: \d")
        self.assertRegex(output, r"compute input \d+ usec \+ compute infer \d+ usec")

    def test_errors(self):
        _, output = self.analyze()
        self.assertIn("The image cannot be decoded.", output)
        command = [COMMAND, "-m", "other", "-u", HOST]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertIn("There is no model with this name.", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
