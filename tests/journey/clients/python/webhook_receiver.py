"""The PyPI package standardwebhooks as a receiver: verifies every delivery, and says so.

webhook_receiver.py SECRET_FILE prints "port N", then "verified ID TYPE" or "wrong REASON" for each
delivery. The secret is read from the file with the first one, when there is one.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

FILE = sys.argv[1]
TELLING = threading.Lock()


class Server(ThreadingHTTPServer):
    # Many connections may come at once.
    request_queue_size = 128


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            with open(FILE, encoding="ascii") as secret:
                webhook = Webhook(secret.read())
            event = webhook.verify(body, dict(self.headers))
            event = event if isinstance(event, dict) else json.loads(body)
            assert event["id"] == self.headers["webhook-id"], "ids differ"
            said, status = f"verified {event['id']} {event['type']}", 204
        except FileNotFoundError:
            said, status = "early", 503
        except Exception as error:
            said, status = f"wrong {error!r} {body!r}", 500
        # In one piece: connections are answered by threads of their own.
        with TELLING:
            print(said, flush=True)
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = Server(("127.0.0.1", 0), Receiver)
print("port", server.server_address[1], flush=True)
server.serve_forever()
