import unittest

from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

from server import IMAGES, MODEL, PATHS, URL, classify, same


class HuggingfaceHub(unittest.TestCase):
    def setUp(self):
        self.client = InferenceClient(model=f"{URL}/models/{MODEL}", token="none")

    def assert_elements(self, elements, image, count):
        self.assertEqual(len(elements), count)
        found = [(one.label, one.score) for one in elements]
        self.assertTrue(same(found, classify(image)))
        self.assertEqual([label for label, _ in found[:1]], [classify(image)[0][0]])

    def test_image_classification(self):
        for path, image in zip(PATHS, IMAGES):
            self.assert_elements(self.client.image_classification(str(path)), image, 5)
        self.assert_elements(self.client.image_classification(IMAGES[0]), IMAGES[0], 5)

    def test_parameters(self):
        elements = self.client.image_classification(IMAGES[0], top_k=3, function_to_apply="softmax")
        self.assert_elements(elements, IMAGES[0], 3)

    def test_errors(self):
        with self.assertRaisesRegex(HfHubHTTPError, "The image cannot be decoded"):
            self.client.image_classification(b"no image")
        with self.assertRaisesRegex(HfHubHTTPError, "A parameter in the body is invalid"):
            self.client.image_classification(IMAGES[0], function_to_apply="sigmoid")
        other = InferenceClient(model=f"{URL}/models/other", token="none")
        with self.assertRaisesRegex(HfHubHTTPError, "There is no model with this name"):
            other.image_classification(IMAGES[0])


if __name__ == "__main__":
    unittest.main()
