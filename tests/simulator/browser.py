"""What a person's browser does with the pages, as far as these tests need it."""

import html
import re

import requests

from simulator.account import Account


class Browser:
    def __init__(self, account: Account) -> None:
        self.root = account.page_url.rstrip("/")
        self.session = requests.Session()

    def get(self, path: str, **query: str) -> requests.Response:
        return self.session.get(self.root + path, params=query, timeout=5)

    def post(self, path: str, **form: str) -> requests.Response:
        return self.session.post(self.root + path, data=form, timeout=5)


def names(response: requests.Response) -> list[str]:
    found = re.findall(r'<td class="name[^>]*><a [^>]*>([^<]*)</a>', response.text)
    return [html.unescape(name) for name in found]


def shown_form(text: str) -> dict[str, str]:
    """The values a browser would send back from the first form that is posted."""
    form = re.findall(r'<form class="panel form".*?</form>', text, re.DOTALL)[0]
    values = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', form)
    }
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        values[name] = chosen[0] if chosen else ""
    return values
