"""An OAuth token endpoint, as Authlib has it on Flask by default."""

import secrets

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from flask import Flask
from werkzeug.serving import make_server

CLIENTS = {"server": "authlib-secret-0123456789"}
SCOPES = {"users:create", "users:read"}


class Client(ClientMixin):
    def __init__(self, client_id: str, secret: str):
        self.client_id, self.secret = client_id, secret

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return " ".join(s for s in (scope or "").split() if s in SCOPES)

    def check_client_secret(self, client_secret):
        return secrets.compare_digest(self.secret, client_secret)

    def check_endpoint_auth_method(self, method, endpoint):
        return method in ("client_secret_basic", "client_secret_post")

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"


app = Flask(__name__)
server = AuthorizationServer(
    app,
    query_client=lambda client_id: Client(client_id, CLIENTS[client_id]) if client_id in CLIENTS else None,
    save_token=lambda token, request: None,
)
server.register_grant(grants.ClientCredentialsGrant)


@app.post("/oauth/token")
def token():
    return server.create_token_response()


if __name__ == "__main__":
    http = make_server("127.0.0.1", 0, app, threaded=True)
    print("listening", http.server_port, flush=True)
    http.serve_forever()
