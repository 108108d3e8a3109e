"""What one was told: unread and read, the way to what it is about, read marks. Only one's own."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ..decorators import signed_in
from ..models import Notification

PAGE = 50


@require_safe
@signed_in
def notifications(request):
    mine = Notification.objects.visible_to(request.user).for_page()
    return render(
        request, "stores/notifications.html", {"page": Paginator(mine, PAGE).get_page(request.GET.get("page"))}
    )


@require_POST
@signed_in
def read_all(request):
    """All that is unread counts as read."""
    Notification.objects.visible_to(request.user).mark_read(timezone.now())
    return redirect("notifications:list")


@require_POST
@signed_in
def open_one(request, pk):
    """Go where it leads; it is read then."""
    found = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    found.open(timezone.now())
    return redirect(found.path)
