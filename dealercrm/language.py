"""Japanese first: only a choice made on the page changes the language, never what a browser prefers."""

from django.conf import settings
from django.utils import translation


class LanguageMiddleware:
    """Speaks the language of `set_language`'s cookie if there is one, else Japanese (requirement H4)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = chosen_language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request):
    """The language code to answer a request in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
