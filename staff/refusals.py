"""Writes a line into the security log for every page that was refused (403)."""

from . import security_log


class RefusalsMiddleware:
    """Names the view, never the URL, which may hold a patient's link; and the account, where somebody is signed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 403:
            match = request.resolver_match
            # Public pages never ask who somebody is.
            user = request.user if request.path.startswith("/admin/") and request.user.is_authenticated else None
            security_log.write("refused", user=user, view=match.view_name if match else None)
        return response
