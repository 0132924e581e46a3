"""What a browser would send: the values of a page's form, read from its HTML."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, form_id: str):
        super().__init__()
        self.form_id, self.inside, self.values = form_id, False, {}
        self.select = self.textarea = None

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.inside = found.get("id") == self.form_id
        if not self.inside:
            return
        if tag == "input":
            self._input(found)
        elif tag == "select":
            self.select = found.get("name")
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found.get("value", "")
        elif tag == "textarea":
            self.textarea = found.get("name")
            self.values[self.textarea] = ""

    def _input(self, found):
        kind, name = found.get("type", "text"), found.get("name")
        if kind in ("submit", "file", "button") or not name or "__prefix__" in name:
            return
        if kind not in ("checkbox", "radio") or "checked" in found:
            self.values[name] = found.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea] += data


def form_values(response, form_id: str) -> dict:
    parser = _Form(form_id)
    parser.feed(response.content.decode())
    return {name: value.removeprefix("\n") for name, value in parser.values.items()}


def submit(client, path: str, form_id: str, **changes):
    """Open the page, change some of its fields, send its form."""
    return client.post(path, form_values(client.get(path), form_id) | changes)
