import base64
import logging
import unittest

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

from server import CLASSES, IMAGES, MODEL, URL, best_of, classify, same


# unittest runs the event loop in its debug mode, which reports slow steps.
logging.getLogger("asyncio").setLevel(logging.ERROR)


def request(images, **options):
    tensor = InferInput("image", [len(images)], "BYTES")
    tensor.set_data_from_numpy(np.array(images, dtype=np.object_), **options)
    return InferRequest(model_name=MODEL, infer_inputs=[tensor], request_id="abc")


class Kserve(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
        self.v2 = InferenceRESTClient(RESTConfig(protocol="v2"))

    async def asyncTearDown(self):
        await self.v1.close()
        await self.v2.close()

    async def test_health(self):
        self.assertTrue(await self.v1.is_server_live(URL))
        self.assertTrue(await self.v2.is_server_live(URL))
        self.assertTrue(await self.v2.is_server_ready(URL))
        self.assertTrue(await self.v1.is_model_ready(URL, MODEL))
        self.assertTrue(await self.v2.is_model_ready(URL, MODEL))
        self.assertFalse(await self.v2.is_model_ready(URL, "other"))

    async def test_binary_tensor(self):
        answer = await self.v2.infer(URL, request(IMAGES[:3]), MODEL)
        self.assertEqual(answer.id, "abc")
        output = answer.outputs[0]
        self.assertEqual((output.name, output.datatype, output.shape), ("scores", "FP32", [3, CLASSES]))
        for row, image in zip(output.as_numpy(), IMAGES):
            self.assertTrue(same(best_of(row), classify(image)))

    async def test_tensor_in_json(self):
        texts = [base64.b64encode(image).decode() for image in IMAGES[:2]]
        tensor = {"name": "image", "shape": [2], "datatype": "BYTES", "data": texts}
        answer = await self.v2.infer(URL, {"inputs": [tensor]}, MODEL)
        for row, image in zip(answer.outputs[0].as_numpy(), IMAGES):
            self.assertTrue(same(best_of(row), classify(image)))

    async def test_v1(self):
        encoded = [{"b64": base64.b64encode(image).decode()} for image in IMAGES[:2]]
        for instances in (encoded, [{"image_bytes": one} for one in encoded]):
            answer = await self.v1.infer(URL, {"instances": instances}, MODEL)
            for row, image in zip(answer["predictions"], IMAGES, strict=False):
                self.assertTrue(same(best_of(row), classify(image)))

    async def assert_error(self, words, call):
        with self.assertRaises(httpx.HTTPStatusError) as raised:
            await call
        self.assertRegex(str(raised.exception), f"^{words}")

    async def test_errors(self):
        await self.assert_error(
            "The image cannot be decoded", self.v2.infer(URL, request([b"no image"]), MODEL)
        )
        await self.assert_error(
            "There is no model with this name", self.v2.infer(URL, request(IMAGES[:1]), "other")
        )
        await self.assert_error(
            "The body does not have the form", self.v1.infer(URL, {"instances": [[1, 2]]}, MODEL)
        )


if __name__ == "__main__":
    unittest.main()
