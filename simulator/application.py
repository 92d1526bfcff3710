from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, abort, request

from simulator.account import Account
from simulator.api.gate import answer
from simulator.api.messages import ApiRequest
from simulator.pages.views import register_pages
from simulator.wire import HOLDER_KEY, WIRE_KEY

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PAGES = Path(__file__).parent / "pages"


def create_app(accounts: Mapping[str, Account]) -> Flask:
    app = Flask(
        "simulator",
        static_folder=PAGES / "static",
        static_url_path="/-/static",
        template_folder=PAGES / "templates",
    )
    # An unknown API path is a 404 in JSON, never a redirect to its neighbour.
    app.url_map.redirect_defaults = False

    @app.route("/<subdomain>/api/v1", defaults={"path": ""}, methods=METHODS)
    @app.route("/<subdomain>/api/v1/", defaults={"path": ""}, methods=METHODS)
    @app.route("/<subdomain>/api/v1/<path:path>", methods=METHODS)
    def api(subdomain: str, path: str) -> Response:
        account = accounts.get(subdomain)
        if account is None:
            abort(404)
        response = answer(account, _api_request(path))
        # Read by the server below, which alone can cut or drop what leaves.
        request.environ[HOLDER_KEY][WIRE_KEY] = response.wire
        reply = Response(response.body, response.status, response.headers)
        reply.content_type = response.content_type
        if response.status == 204:
            del reply.headers["Content-Type"]
        return reply

    register_pages(app, accounts)
    return app


def _api_request(path: str) -> ApiRequest:
    return ApiRequest(
        method=request.method,
        path=f"/{path}",
        query=request.args.to_dict(),
        authorization=request.headers.get("Authorization", ""),
        body=request.get_data(),
        url=request.base_url,
    )
