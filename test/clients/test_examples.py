"""The Python examples of docs/api.md."""

import re
import subprocess
import sys
import unittest

from server import ROOT, URL

EXAMPLES = re.findall(r"```python\n(.*?)\n```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)


class Examples(unittest.TestCase):
    def test_each_runs(self):
        self.assertGreaterEqual(len(EXAMPLES), 5)
        for example in EXAMPLES:
            with self.subTest(example):
                code = example.replace("http://127.0.0.1:8000", URL)
                done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, r"0\.9|1\.0")


if __name__ == "__main__":
    unittest.main()
