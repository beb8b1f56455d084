import unittest

import numpy as np
from ovmsclient import make_http_client
from ovmsclient.tfs_compat.base.errors import ModelNotFoundError, ModelServerError

from server import HOST, IMAGES, MODEL, best_of, classify, same


class Ovmsclient(unittest.TestCase):
    def setUp(self):
        self.client = make_http_client(HOST)

    def test_status(self):
        for version in (0, 1):
            status = self.client.get_model_status(MODEL, version)
            self.assertEqual(status[1]["state"], "AVAILABLE")
            self.assertEqual(status[1]["error_code"], 0)

    def test_predict(self):
        for images in (IMAGES[:1], IMAGES[:3]):
            rows = self.client.predict({"image": images}, MODEL)
            for row, image in zip(rows, images, strict=True):
                self.assertTrue(same(best_of(row), classify(image)))
        row = self.client.predict({"image": IMAGES[0]}, MODEL, 1)[0]
        self.assertTrue(same(best_of(row), classify(IMAGES[0])))

    def test_errors(self):
        with self.assertRaisesRegex(ModelNotFoundError, "There is no model with this name"):
            self.client.predict({"image": IMAGES[0]}, "other")
        with self.assertRaisesRegex(ModelServerError, "The body does not have the form"):
            self.client.predict({"image": np.zeros((1, 3), np.float32)}, MODEL)
        with self.assertRaisesRegex(ModelServerError, "The image cannot be decoded"):
            self.client.predict({"image": b"no image"}, MODEL)


if __name__ == "__main__":
    unittest.main()
