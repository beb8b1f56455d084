"""The Python examples of docs/api.md and docs/clients.md."""

import re
import subprocess
import sys
import unittest

from server import ROOT, URL



def examples_of(page):
    return re.findall(r"```python\n(.*?)\n```", (ROOT / "docs" / page).read_text(), re.DOTALL)


class Examples(unittest.TestCase):
    def test_each_runs(self):
        self.assertGreaterEqual(len(examples_of("api.md")), 5)
        for example in examples_of("api.md"):
            with self.subTest(example):
                self.assertRegex(self.output_of(example), r"0\.9|1\.0")

    def test_client(self):
        (example,) = examples_of("clients.md")
        self.assertIn("images/1.jpg d00000001 cube, hexahedron", self.output_of(example))

    def output_of(self, example):
        code = example.replace("http://127.0.0.1:8000", URL)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
