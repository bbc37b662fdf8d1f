"""The calls of Kannel's and Jasmin's documentation, by the PyPI package requests.

documented_calls.py KANNEL JASMIN USERNAME PASSWORD says one line for each thing that was as it should be, and
"done" at the end. With "callbacks" behind them it also waits for the calls of dlr-url, and answers them as
each gateway's documentation asks.
"""

import re
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import requests

KANNEL, JASMIN, USERNAME, PASSWORD = sys.argv[1:5]
CALLBACKS = sys.argv[5:] == ["callbacks"]
WHO = {"username": USERNAME, "password": PASSWORD}
TO = "+447700900123"


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.heard(urlsplit(self.path).query)

    def do_POST(self):
        self.heard(self.rfile.read(int(self.headers["content-length"])).decode())

    def heard(self, form):
        with HEARD:
            CALLS.append((urlsplit(self.path).path, dict(parse_qsl(form, keep_blank_values=True))))
            HEARD.notify()
        body = b"ACK/Jasmin"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def expect(answer, status, body):
    assert (answer.status_code, answer.text) == (status, body), (answer.status_code, answer.text)


CALLS, HEARD = [], threading.Condition()
receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
BACK = f"http://127.0.0.1:{receiver.server_address[1]}"
threading.Thread(target=receiver.serve_forever, daemon=True).start()

# Kannel's user guide, "Using the HTTP interface to send SMS messages".
sendsms = f"{KANNEL}/cgi-bin/sendsms"
dlr = f"{BACK}/kannel?type=%d&to=%p&from=%P&account=%o&service=%n&smsc=%i"
more = {"dlr-mask": "31", "dlr-url": dlr, "account": "a1"} if CALLBACKS else {}
kannel = {**WHO, "from": "ACME", "to": TO, "text": "Grüße"}
expect(requests.get(sendsms, params={**kannel, **more}), 202, "0: Accepted for delivery")
expect(requests.post(sendsms, data=kannel), 202, "0: Accepted for delivery")
octets = {**kannel, "text": "Привет".encode("utf-16-be"), "coding": "2"}
expect(requests.get(sendsms, params=octets), 202, "0: Accepted for delivery")
headers = {f"X-Kannel-{name.title()}": value for name, value in {**WHO, "from": "1", "to": TO}.items()}
headers["Content-Type"] = "text/plain; charset=ISO-8859-1"
expect(requests.post(sendsms, data="é".encode("latin-1"), headers=headers), 202, "0: Accepted for delivery")
wrong = {**kannel, "password": "wrong"}
expect(requests.get(sendsms, params=wrong), 403, "Authorization failed for sendsms")
print("kannel", flush=True)

# Jasmin's documentation, "HTTP API".
expect(requests.get(f"{JASMIN}/ping"), 200, "Jasmin/PONG")
assert requests.get(f"{JASMIN}/balance", params=WHO).json() == {"balance": "ND", "sms_count": "ND"}
rate = requests.get(f"{JASMIN}/rate", params={**WHO, "to": TO, "content": "x" * 161})
assert rate.json()["submit_sm_count"] == 2, rate.text
more = {"dlr": "yes", "dlr-url": f"{BACK}/jasmin", "dlr-level": "3"} if CALLBACKS else {}
jasmin = {**WHO, "to": TO, "from": "ACME", "content": "Hello"}
sent = requests.get(f"{JASMIN}/send", params={**jasmin, **more})
match = re.fullmatch(r'Success "([-0-9a-f]{36})"', sent.text)
assert sent.status_code == 200 and match and uuid.UUID(match[1]), sent.text
print("sent", match[1], flush=True)
hexed = {**WHO, "to": TO, "coding": 8, "hex-content": "Привет".encode("utf-16-be").hex()}
assert requests.post(f"{JASMIN}/send", json=hexed).text.startswith('Success "')
expect(requests.get(f"{JASMIN}/send"), 400, 'Error "Mandatory argument [to] is not found."')
wrong = {**jasmin, "password": "wrong"}
words = f'Error "Authentication failure for username:{USERNAME}"'
expect(requests.post(f"{JASMIN}/send", data=wrong), 403, words)
print("jasmin", flush=True)

if CALLBACKS:
    with HEARD:
        def types():
            return {form.get("type") for path, form in CALLS if path == "/kannel"}

        def levels():
            told = [form for path, form in CALLS if path == "/jasmin"]
            return {(form["level"], form["message_status"]) for form in told}

        assert HEARD.wait_for(lambda: {"8", "1"} <= types(), 30), CALLS
        ends = {("1", "ESME_ROK"), ("2", "DELIVRD")}
        assert HEARD.wait_for(lambda: ends <= levels(), 30), CALLS
        for path, form in CALLS:
            if path == "/kannel":
                assert (form["account"], form["service"]) == ("a1", USERNAME), form
            else:
                assert form["id"] == match[1], form
    print("called", flush=True)
print("done", flush=True)
