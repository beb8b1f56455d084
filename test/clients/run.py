"""Runs all tests of this folder. The last line is "N passed, N failed"."""

import sys
import unittest
from pathlib import Path

result = unittest.TextTestRunner().run(unittest.defaultTestLoader.discover(str(Path(__file__).parent)))
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
passed = max(0, result.testsRun - failed - len(result.skipped))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
