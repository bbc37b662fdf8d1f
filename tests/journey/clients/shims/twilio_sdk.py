"""The PyPI package twilio, Twilio's own, with nothing changed but where its requests go.

twilio_sdk.py BASE ACCOUNT_SID AUTH_TOKEN says one line for each thing that was as it should be, and
"done" at the end. With "callbacks" behind them it also waits for the calls of StatusCallback, and verifies
their signatures.
"""

import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

BASE, SID, TOKEN = sys.argv[1:4]
CALLBACKS = sys.argv[4:] == ["callbacks"]
TO, FROM = "+447700900123", "ACME"


class ToTheGateway(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        assert url.startswith("https://api.twilio.com"), url
        return super().request(method, url.replace("https://api.twilio.com", BASE), *args, **kwargs)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        signature = self.headers.get("X-Twilio-Signature", "")
        with HEARD:
            CALLS.append((form, RequestValidator(TOKEN).validate(URL, form, signature)))
            HEARD.notify()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def refused(code, call):
    try:
        call()
    except TwilioRestException as error:
        assert error.code == code, error
        print("refused", code, flush=True)
    else:
        raise AssertionError(f"not refused with {code}")


CALLS, HEARD = [], threading.Condition()
receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
URL = f"http://127.0.0.1:{receiver.server_address[1]}/status?order=881"
threading.Thread(target=receiver.serve_forever, daemon=True).start()

client = Client(SID, TOKEN, http_client=ToTheGateway())
more = {"status_callback": URL} if CALLBACKS else {}
text = "Grüße €, " + "x" * 200
sent = client.messages.create(to=TO, from_=FROM, body=text, validity_period=3600, **more)
assert (sent.status, sent.num_segments, sent.body) == ("queued", "2", text), vars(sent)
assert sent.date_created.tzinfo is not None and sent.error_code is None
print("sent", sent.sid, flush=True)

found = client.messages(sent.sid).fetch()
assert (found.sid, found.to, found.from_, found.body) == (sent.sid, TO, FROM, text), vars(found)
for number in range(3):
    client.messages.create(to="+447700900124", from_=FROM, body=str(number))
listed = client.messages.list(to="+447700900124", page_size=2)
assert [message.body for message in listed] == ["2", "1", "0"], listed
print("listed", len(listed), flush=True)

later = datetime.now(timezone.utc) + timedelta(hours=1)
held = client.messages.create(to=TO, from_=FROM, body="later", schedule_type="fixed", send_at=later)
assert held.status == "scheduled", held.status
assert client.messages(held.sid).update(status="canceled").status == "canceled"
print("canceled", held.sid, flush=True)

refused(21211, lambda: client.messages.create(to="nobody", from_=FROM, body="a"))
refused(21603, lambda: client.messages.create(to=TO, body="a"))
refused(21620, lambda: client.messages.create(to=TO, from_=FROM, media_url=["http://a/b.png"]))
refused(20404, lambda: client.messages("SM" + "0" * 32).fetch())
stranger = Client(SID, "wrong", http_client=ToTheGateway())
refused(20003, lambda: stranger.messages.create(to=TO, from_=FROM, body="a"))

if CALLBACKS:
    with HEARD:
        heard = lambda: any(form["MessageStatus"] == "delivered" for form, _ in CALLS)
        assert HEARD.wait_for(heard, 30), CALLS
        for form, genuine in CALLS:
            assert genuine, form
            assert (form["MessageSid"], form["AccountSid"]) == (sent.sid, SID), form
    print("called", flush=True)
print("done", flush=True)
