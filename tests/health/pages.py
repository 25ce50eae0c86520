"""The two pages as a monitor gets them."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


async def page(url, path):
    """A page's status and its body."""
    async with aiohttp.ClientSession() as session, session.get(url + path) as response:
        return response.status, await response.read()


async def figures(url):
    """Every sample of /metrics, by its name and labels, read by Prometheus' own parser."""
    status, body = await page(url, "/metrics")
    assert status == 200
    return parsed(body)


def parsed(body):
    """Every sample of a page, by its name and labels."""
    families = text_string_to_metric_families(body.decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }
