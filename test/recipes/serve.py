"""A backend that lets in whom the recipe lets in, and says who that is."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from recipe import verify


class Backend(BaseHTTPRequestHandler):
    def do_GET(self):
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        try:
            if scheme != "Bearer":
                raise jwt.InvalidTokenError("no token")
            self.answer(200, verify(token)["sub"])
        except jwt.PyJWTError:
            self.answer(401, "")

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
