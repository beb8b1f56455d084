import unittest

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from server import CLASSES, HOST, IMAGES, LABELS, MODEL, best_of, classify, same

SIDE = 96


def encoded(images, shape):
    tensor = triton.InferInput("image", shape, "BYTES")
    tensor.set_data_from_numpy(np.array(images, dtype=np.object_).reshape(shape))
    return tensor


class Tritonclient(unittest.TestCase):
    def setUp(self):
        self.client = triton.InferenceServerClient(HOST)
        self.addCleanup(self.client.close)

    def infer(self, tensor, **options):
        return self.client.infer(MODEL, [tensor], **options)

    def assert_scores(self, result, images):
        rows = result.as_numpy("scores")
        self.assertEqual(rows.shape, (len(images), CLASSES))
        self.assertEqual(rows.dtype, np.float32)
        for row, image in zip(rows, images):
            self.assertTrue(same(best_of(row), classify(image)))

    def test_health_and_metadata(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())
        self.assertTrue(self.client.is_model_ready(MODEL))
        self.assertTrue(self.client.is_model_ready(MODEL, "1"))
        self.assertFalse(self.client.is_model_ready("other"))
        self.assertFalse(self.client.is_model_ready(MODEL, "2"))
        self.assertIn("statistics", self.client.get_server_metadata()["extensions"])
        metadata = self.client.get_model_metadata(MODEL, "1")
        self.assertEqual(metadata["inputs"], [{"name": "image", "datatype": "BYTES", "shape": [-1, 1]}])
        self.assertEqual(metadata["outputs"][0]["shape"], [-1, CLASSES])
        self.assertGreaterEqual(self.client.get_model_config(MODEL)["max_batch_size"], 1)
        self.assertEqual(self.client.get_model_repository_index()[0]["state"], "READY")

    def test_statistics(self):
        count = lambda: self.client.get_inference_statistics(MODEL)["model_stats"][0]["inference_count"]
        before = count()
        self.infer(encoded(IMAGES[:2], [2, 1]))
        self.assertEqual(count(), before + 2)
        self.assertEqual(len(self.client.get_inference_statistics()["model_stats"]), 1)

    def test_encoded_images(self):
        self.assert_scores(self.infer(encoded(IMAGES[:1], [1])), IMAGES[:1])
        self.assert_scores(self.infer(encoded(IMAGES[:3], [3, 1])), IMAGES[:3])
        self.assert_scores(self.infer(encoded(IMAGES[:1], [1]), model_version="1"), IMAGES[:1])

    def test_output_as_json(self):
        output = triton.InferRequestedOutput("scores", binary_data=False)
        self.assert_scores(self.infer(encoded(IMAGES[:2], [2]), outputs=[output]), IMAGES[:2])

    def test_bytes_as_uint8(self):
        data = np.frombuffer(IMAGES[0], np.uint8).reshape(1, -1)
        tensor = triton.InferInput("image", data.shape, "UINT8")
        tensor.set_data_from_numpy(data)
        self.assert_scores(self.infer(tensor), IMAGES[:1])

    def test_pixels(self):
        pixels = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)
        rows = {}
        for binary in (True, False):
            tensor = triton.InferInput("image", pixels.shape, "UINT8")
            tensor.set_data_from_numpy(pixels, binary_data=binary)
            rows[binary] = self.infer(tensor).as_numpy("scores")
            self.assertEqual(rows[binary].shape, (3, CLASSES))
            np.testing.assert_allclose(rows[binary].sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(rows[True], rows[False], atol=1e-6)

    def test_classification(self):
        output = triton.InferRequestedOutput("scores", class_count=3)
        result = self.infer(encoded(IMAGES[:2], [2, 1]), outputs=[output]).as_numpy("scores")
        self.assertEqual(result.shape, (2, 3))
        for row, image in zip(result, IMAGES):
            found = [text.decode().split(":", 2) for text in row]
            self.assertTrue(same([(label, float(score)) for score, _, label in found], classify(image)))
            self.assertTrue(all(LABELS[int(index)] == label for _, index, label in found))

    def test_options(self):
        options = {"request_id": "abc", "priority": 1, "timeout": 5_000_000, "parameters": {"top_k": 3}}
        answer = self.infer(encoded(IMAGES[:1], [1]), **options).get_response()
        self.assertEqual(answer["id"], "abc")
        self.assertEqual(answer["outputs"][0]["shape"], [1, 3])

    def test_compression(self):
        for request, response in (("gzip", None), (None, "gzip"), ("gzip", "gzip")):
            result = self.infer(
                encoded(IMAGES[:3] * 10, [30, 1]),
                request_compression_algorithm=request,
                response_compression_algorithm=response,
            )
            self.assert_scores(result, IMAGES[:3] * 10)

    def test_asynchronous(self):
        pending = [self.client.async_infer(MODEL, [encoded([image], [1])]) for image in IMAGES]
        for image, request in zip(IMAGES, pending):
            self.assert_scores(request.get_result(), [image])

    def assert_error(self, status, words, call):
        with self.assertRaises(InferenceServerException) as raised:
            call()
        self.assertEqual(raised.exception.status(), status)
        self.assertRegex(raised.exception.message(), f"^{words}")
        self.assertNotIn("exception occurred", raised.exception.message())

    def test_errors(self):
        pixels = triton.InferInput("image", [1, 3, SIDE, SIDE], "FP32")
        pixels.set_data_from_numpy(np.zeros((1, 3, SIDE, SIDE), np.float32))
        self.assert_error("400", "The model has no such input or output", lambda: self.infer(pixels))
        self.assert_error(
            "400", "The image cannot be decoded", lambda: self.infer(encoded([b"no image"], [1]))
        )
        self.assert_error(
            "413", "The request has too many images", lambda: self.infer(encoded(IMAGES[:1] * 65, [65, 1]))
        )
        self.assert_error(
            "504",
            "The deadline of the request has passed",
            lambda: self.infer(encoded(IMAGES[:1], [1]), timeout=1),
        )
        self.assert_error(
            "404",
            "There is no model with this name",
            lambda: self.client.infer("other", [encoded(IMAGES[:1], [1])]),
        )
        self.assert_error(
            "404", "There is no model with this name", lambda: self.client.get_model_metadata("other")
        )


if __name__ == "__main__":
    unittest.main()
