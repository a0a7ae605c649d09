"""What the editor's scripts say: they are told their words, so that these are translated like all others."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "kept": _("Kept at %s. Readers see nothing of it until you save."),
    "offline": _("The site does not answer: what you write stays on this page and is kept as soon as it does."),
    "signed_out": _("You are signed out. What you write stays on this page: sign in again in another tab, then go on here."),
    "sign_in": _("Sign in in another tab"),
    "add": _("Add:"),
    "insert": _("Insert a block here"),
    "empty": _("This story has no blocks yet. Begin with a text, or drop a picture here."),
    "up": _("Move up"),
    "down": _("Move down"),
    "clone": _("Duplicate"),
    "remove": _("Remove"),
    "bring_back": _("Bring back"),
    "fold": _("Fold"),
    "unfold": _("Unfold"),
    "moved": _("Block %s of %s"),
    "keys": _("Alt+Shift with the arrow keys moves a block, with D duplicates it, with C folds it."),
    "preview": _("Preview"),
    "close_preview": _("Close the preview"),
    "phone": _("Phone"),
    "tablet": _("Tablet"),
    "desktop": _("Desktop"),
    "preview_failed": _("The preview could not be made. It is tried again with your next change."),
    "pasted_plainly": _("The site did not answer, so only the plain words were pasted."),
    "upload": _("Drop a file here, or choose one:"),
    "uploading": _("Uploading: %s %"),
    "upload_failed": _("The upload did not arrive. Please try again."),
    "still_preparing": _("Being prepared: you can go on writing."),
}
