"""What clients without a library of their own send: TorchServe's and SageMaker's, and Triton's raw binary request."""

import json
import struct
import subprocess
import unittest
import urllib.request

from server import CLASSES, IMAGES, MODEL, PATHS, URL, best_of, classify, post, same


def curl(*arguments):
    done = subprocess.run(["curl", "--silent", "--show-error", *arguments], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Others(unittest.TestCase):
    def assert_labels(self, body):
        found = json.loads(body)
        self.assertEqual(len(found), 5)
        self.assertTrue(same(found.items(), classify(IMAGES[0])))

    def test_torchserve(self):
        path = f"{URL}/predictions/{MODEL}"
        self.assert_labels(curl("--upload-file", str(PATHS[0]), path))
        self.assert_labels(curl("--data-binary", f"@{PATHS[0]}", f"{path}/1.0"))
        self.assert_labels(curl("--form", f"data=@{PATHS[0]}", path))
        with urllib.request.urlopen(f"{URL}/ping") as response:
            self.assertEqual(json.load(response), {"status": "Healthy"})

    def test_sagemaker(self):
        _, _, invoked = post("/invocations", IMAGES[0], {"Content-Type": "image/jpeg"})
        _, _, classified = post("/api/classify", IMAGES[0])
        self.assertEqual(invoked, classified)

    def test_raw_binary_request(self):
        headers = {"Inference-Header-Content-Length": "0", "Content-Type": "application/octet-stream"}
        status, headers, body = post(f"/v2/models/{MODEL}/infer", IMAGES[0], headers)
        self.assertEqual(status, 200)
        at = int(headers["Inference-Header-Content-Length"])
        self.assertEqual(json.loads(body[:at])["outputs"][0]["shape"], [1, CLASSES])
        self.assertTrue(same(best_of(struct.unpack(f"<{CLASSES}f", body[at:])), classify(IMAGES[0])))


if __name__ == "__main__":
    unittest.main()
